package policy

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"hash"
	"maps"
	"slices"

	"github.com/lapsed/lapsed/internal/document"
)

// observed is counted up when Observe sees the same contact differently.
const observed = 4

// signature digests all that Observe depends on, and nothing else: a comment, a
// moved line or another limit makes no fact out of date.
func (c *compiler) signature() string {
	p := c.p
	d := digest{sha256.New()}
	d.add("observe", observed, p.zone)
	d.refs("joined-by", p.Identity.JoinedBy)
	d.add("not-by", p.Identity.NotBy)
	d.add("categories", p.Categories.Names())
	for _, t := range p.Topics {
		d.named("topic", t.Name, t.Value)
	}
	for i := range p.signals {
		s := &p.signals[i]
		d.add("signal", s.ongoing(), s.given, s.atMost, s.after.Text)
		d.refs("date", s.fields)
		d.block(s.when)
		d.block(s.while)
	}
	for i := range p.refusals {
		d.add("refusal")
		d.block(&p.refusals[i].block)
	}
	for i := range p.keeps {
		k := &p.keeps[i]
		d.add("keep", k.name, k.at)
		if k.start != nil {
			d.add("start", k.start.Text)
		}
		d.block(k.while)
	}
	for _, e := range p.Channels.Rows {
		d.add("channel", e.Name)
		d.blocks(e.Value.When)
		d.add("told-by")
		d.blocks(e.Value.ToldBy)
	}
	if r := p.Residency; r != nil {
		d.add("residency", r.Zone)
		d.blocks(r.UsersAre)
	}
	d.add("leave-alone")
	d.blocks(p.Scope.LeaveAlone)
	if m := p.Minors; m != nil {
		d.add("minors", m.Placeholders)
		d.refs("known-by", m.KnownBy)
		d.blocks(m.SuspectedBy)
	}
	if r := p.Requests; r != nil {
		d.refs("received-by", r.ReceivedBy)
	}
	if con := p.Consent; con != nil {
		d.add("consent")
		d.blocks(con.Accepted)
		for _, f := range con.Forms {
			d.add("form", f.Name, f.Value.Topics, f.Value.OwnTickBox)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(c.bound)) {
		own, _ := p.Processors.Get(name)
		d.add("bound", name, c.bound[name])
		d.named("fields", name, own.Fields)
	}
	return hex.EncodeToString(d.Sum(nil)[:16])
}

// digest takes values that print without positions and addresses.
type digest struct{ hash.Hash }

func (d digest) add(what string, values ...any) {
	_, _ = fmt.Fprintf(d, "%s", what)
	for _, v := range values {
		_, _ = fmt.Fprintf(d, " %q", fmt.Sprint(v))
	}
	_, _ = fmt.Fprintln(d)
}

func (d digest) refs(what string, fs []FieldRef) {
	for _, f := range fs {
		d.add(what, f.Text)
	}
}

func (d digest) named(what, of string, m document.Map[string]) {
	for _, e := range m {
		d.add(what, of, e.Name, e.Value)
	}
}

func (d digest) block(b *Block) {
	if b == nil {
		return
	}
	for _, l := range b.Lines {
		present := "either"
		if l.Present != nil {
			present = fmt.Sprint(*l.Present)
		}
		d.add("line", l.Field.Text, present)
		for _, a := range l.Any {
			d.add("is", a)
		}
		for _, a := range l.Like {
			d.add("like", a)
		}
	}
	d.add("end")
}

func (d digest) blocks(bs []Block) {
	for i := range bs {
		d.block(&bs[i])
	}
}
