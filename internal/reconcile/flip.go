package reconcile

import (
	"slices"
	"strings"

	"github.com/lapsed/lapsed/internal/contact"
	"github.com/lapsed/lapsed/internal/duty"
	"github.com/lapsed/lapsed/internal/store"
	"github.com/lapsed/lapsed/policy"
)

// flips finds the refusals that a record no longer shows although the person
// lifted none: a form, an import or an integration took them back. They are
// withdrawn again, and what did it is named as far as the processor tells (C12).
func (a *acting) flips(j judged, left []duty.Duty) {
	for _, d := range left {
		c, read := a.contacts[d.Ref]
		if d.Verb != policy.Unsubscribe || d.Ground != policy.GroundRefusal || !read {
			continue
		}
		i := slices.IndexFunc(j.rows, func(o store.Row) bool { return o.Ref == d.Ref })
		if i < 0 || !a.hidden(j.rows[i].Facts.Refusals, a.observe(c).Facts.Refusals, d) {
			continue
		}
		by := a.cause(c, d)
		words := "a no was taken back at " + d.Ref.Processor + ", and not by the person"
		if by != "" {
			words += " (the processor says by: " + by + ")"
		}
		a.findings.add(policy.FindTakenBack, d.Ref.Processor, by, 1, d.Ref.String(), words+": it is withdrawn again; stop what takes it back")
	}
}

// hidden tells whether a refusal that the duty is of was seen at the record
// before, and is not seen there now.
func (a *acting) hidden(before, now []contact.Refusal, d duty.Duty) bool {
	of := func(n contact.Refusal) bool {
		return !n.Ours && n.Extent == d.Extent && (d.Extent != contact.ExtentTopic || a.Policy.Topics[n.Topic].Name == d.Topic)
	}
	return slices.ContainsFunc(before, of) && !slices.ContainsFunc(now, of)
}

// cause is what the processor says of who changed a topic last, as codes: the
// source of its statement, never a text that somebody wrote.
func (a *acting) cause(c contact.Contact, d duty.Duty) string {
	id := ""
	if t, ok := a.Policy.Topics.Get(d.Topic); ok {
		id, _ = t.Get(d.Ref.Processor)
	}
	var out []string
	catalogue := a.Sources[d.Ref.Processor].Catalogue()
	for _, source := range catalogue.ByRole(contact.RoleSource, d.Ref.Object) {
		topics := catalogue.ByRole(contact.RoleTopic, d.Ref.Object)
		at := slices.IndexFunc(topics, func(f contact.Field) bool { return f.Group == source.Group })
		for _, row := range c.Rows[source.Group] {
			if at < 0 || id != "" && row.Value(topics[at].Name).Text() != id {
				continue
			}
			if s := row.Value(source.Name).Text(); s != "" && len(s) <= 40 && !strings.Contains(s, "@") {
				out = append(out, code(s))
			}
		}
	}
	return strings.Join(sorted(out), " ")
}
