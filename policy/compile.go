package policy

import (
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"time"

	"github.com/lapsed/lapsed/internal/contact"
	"github.com/lapsed/lapsed/internal/document"
)

// Policy is a policy that decides: parsed, checked, and bound to the catalogues
// of the connectors. It is immutable and safe for concurrent use.
type Policy struct {
	Document
	// Revision is the SHA-256 of the file's bytes in hex; Version is only the published label.
	Revision string
	// Signature identifies all that Observe depends on. Facts are comparable, and
	// may be decided upon, only under the signature that they were made under.
	Signature string

	source   document.Source
	zone     *time.Location
	kinds    map[string]string // processor → connector's kind
	bound    Binding
	lenses   map[lensKey]*lens
	signals  []signalRule
	given    int // the signal that proven consent is, -1 = none
	refusals []refusalRule
	keeps    []keepRule
	period   Period
	grace    Period
	forms    map[string]int // id → number
	// countries tell where somebody is, nil where no rule asks.
	countries countries
	outside   map[string]*Safeguard // processors outside the zone → what protects data there, nil = nothing
}

// Binding tells which processors have a connector: the policy's name of the
// processor, and the catalogue of its kind.
type Binding map[string]contact.Catalogue

// Parse reads a policy file. All problems are reported at once.
func Parse(file string, text []byte) (*Document, document.Source, document.Problems) {
	var d Document
	src, problems := document.Decode(file, text, &d)
	if len(problems) == 0 {
		problems = d.check(src)
	}
	return &d, src, problems
}

// Compile reads a policy file and binds it to the connectors that the config
// sets up. All problems are reported at once; the policy is nil if there is any.
func Compile(file string, text []byte, bound Binding) (*Policy, document.Problems) {
	d, src, problems := Parse(file, text)
	if len(problems) > 0 {
		return nil, problems
	}
	sum := sha256.Sum256(text)
	p := d.bind(src, bound)
	p.Revision = hex.EncodeToString(sum[:])
	return p, nil
}

// bind makes a document that is checked decide.
func (d *Document) bind(src document.Source, bound Binding) *Policy {
	p := &Policy{
		Document: *d, source: src, zone: d.Controller.Timezone.Location,
		kinds: map[string]string{}, bound: bound, lenses: map[lensKey]*lens{}, period: d.Retention.Period, forms: map[string]int{}, given: -1,
	}
	if d.Retention.Grace != nil {
		p.grace = *d.Retention.Grace
	}
	if d.Residency != nil {
		p.countries = d.countries()
	}
	p.outside = d.outside()
	c := &compiler{p: p, bound: bound}
	c.rules()
	for name, cat := range bound {
		p.kinds[name] = cat.Kind
		for _, object := range cat.Objects {
			p.lenses[lensKey{name, object}] = c.lens(name, object, cat)
		}
	}
	p.Signature = c.signature()
	return p
}

// Zone is the controller's time zone.
func (p *Policy) Zone() *time.Location { return p.zone }

// Grace is how long a lapsed record waits before it is due.
func (p *Policy) Grace() Period { return p.grace }

// Today is the controller's day at an instant.
func (p *Policy) Today(at time.Time) Day { return DayOf(at, p.zone) }

// SystemsOfRecord lists the processors that delete first.
func (d *Document) SystemsOfRecord() []string {
	var out []string
	for _, e := range d.Processors {
		if e.Value.SystemOfRecord {
			out = append(out, e.Name)
		}
	}
	return out
}

type lensKey struct{ processor, object string }

// signalRule is one signal of the policy, whatever processor it is read at.
type signalRule struct {
	kind   string // activity, interest, intent, need
	fields []FieldRef
	when   *Block
	while  *Block
	atMost Period
	after  FieldRef
	given  bool // the special field consent.given
	words  string
}

func (r signalRule) ongoing() bool { return r.while != nil }

type refusalRule struct {
	block Block
	words string
}

type keepRule struct {
	name     string
	Keep     Keep
	period   Period
	yearEnd  bool
	start    *FieldRef
	while    *Block
	at       []string
	keepBits uint32
}

type compiler struct {
	p     *Policy
	bound Binding
}

// rules numbers the policy's rules, in the order of the file.
func (c *compiler) rules() {
	p := c.p
	for _, k := range []struct {
		kind string
		list []Signal
	}{{"activity", p.Retention.Signals.Activity}, {"interest", p.Retention.Signals.Interest},
		{"intent", p.Retention.Signals.Intent}, {"need", p.Retention.Signals.Need}} {
		for _, s := range k.list {
			c.signal(k.kind, s)
		}
	}
	if p.Consent != nil {
		for _, r := range p.Consent.Refusal.ReadFrom {
			p.refusals = append(p.refusals, refusalRule{r.Block, r.String()})
		}
		for i, f := range p.Consent.Forms {
			p.forms[f.Name] = i
		}
	}
	for _, e := range p.Retention.Longer {
		c.keep(e.Name, e.Value)
	}
}

func (c *compiler) signal(kind string, s Signal) {
	r := signalRule{kind: kind, fields: s.Date, when: s.When, while: s.While}
	if s.AtMost != nil {
		r.atMost, r.after = *s.AtMost, *s.After
		r.words = s.While.String()
		c.p.signals = append(c.p.signals, r)
		return
	}
	for _, f := range s.Date {
		one := r
		one.fields = []FieldRef{f}
		if one.given = f.Text == consentGiven; one.given {
			c.p.given = len(c.p.signals)
		}
		one.words = f.Text
		if s.When != nil {
			one.words += " where " + s.When.String()
		}
		c.p.signals = append(c.p.signals, one)
	}
}

// consentGiven is the one field that no processor has: when proven consent was given.
const consentGiven = "consent.given"

func (c *compiler) keep(name string, k Keep) {
	r := keepRule{name: name, Keep: k, while: k.While, at: k.At}
	switch {
	case k.AfterYearOf != nil:
		r.start, r.yearEnd = k.AfterYearOf, true
	case k.After != nil:
		r.start = k.After
	}
	if k.Period != nil {
		r.period = *k.Period
	}
	for _, cat := range k.Keeps {
		r.keepBits |= c.p.categoryBit(cat)
	}
	c.p.keeps = append(c.p.keeps, r)
}

// categoryBit numbers the policy's own categories.
func (p *Policy) categoryBit(name string) uint32 {
	if i := slices.Index(p.Categories.Names(), name); i >= 0 {
		return 1 << i
	}
	return 0
}
