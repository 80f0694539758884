package policy

import (
	"slices"
	"strings"

	"github.com/lapsed/lapsed/internal/document"
)

// check finds what is wrong with a document's meaning, without any catalogue:
// references to nothing, parts that exclude or need each other.
func (d *Document) check(src document.Source) document.Problems {
	k := &checker{d: d, src: src}
	k.categories()
	k.topics()
	k.channels()
	k.processors()
	k.retention()
	k.consent()
	k.minors()
	k.words()
	return k.problems.Sorted()
}

type checker struct {
	d        *Document
	src      document.Source
	problems document.Problems
}

func (k *checker) problem(pos document.Pos, format string, args ...any) {
	k.problems = append(k.problems, k.src.Problem(pos, "", format, args...))
}

// known reports a name that is not one of the list's.
func (k *checker) known(pos document.Pos, what, name string, names []string) {
	if !slices.Contains(names, name) {
		k.problem(pos, "there is no %s %q%s", what, name, document.Nearest(name, names))
	}
}

func (k *checker) field(f FieldRef) {
	if f.Text == consentGiven {
		return
	}
	if f.Processor == "" {
		if _, ok := roles[f.Path]; !ok {
			k.problem(f.Pos, "%q is no field of every processor%s: write email, jobtitle, country, firstname or lastname, or the processor's name before it", f.Path, document.Nearest(f.Path, []string{"email", "jobtitle", "country", "firstname", "lastname"}))
		}
		return
	}
	k.known(f.Pos, "processor", f.Processor, k.d.Processors.Names())
}

// block checks a condition: all its lines must be of one processor, since they
// speak of one record.
func (k *checker) block(b Block) {
	at := ""
	for _, l := range b.Lines {
		k.field(l.Field)
		switch p := l.Field.Processor; {
		case p == "" || p == at:
		case at == "":
			at = p
		default:
			k.problem(l.Field.Pos, "a condition speaks of one record: %s and %s are of different processors; make them two entries of the list", b.Lines[0].Field, l.Field)
		}
	}
}

func (k *checker) blocks(bs []Block) {
	for _, b := range bs {
		k.block(b)
	}
}

func (k *checker) categories() {
	if n := len(k.d.Categories); n > 32 {
		k.problem(k.d.Categories[32].Pos, "%d categories are more than the 32 that a policy may have", n)
	}
	k.blocks(k.d.Scope.LeaveAlone)
	for _, f := range k.d.Identity.JoinedBy {
		k.field(f)
	}
	if n := k.d.Identity.AtMost; n != nil && *n < 2 {
		k.problem(k.d.Identity.Pos, "identity.at-most is %d: a person may have at least 2 contacts", *n)
	}
}

// most is how many topics, and how many channels, a decision can hold: a bit each.
const most = 64

func (k *checker) topics() {
	if n := len(k.d.Topics); n > most {
		k.problem(k.d.Topics[most].Pos, "%d topics are more than the %d that a policy may have", n, most)
	}
	taken := map[string]string{} // processor and id → topic
	for _, t := range k.d.Topics {
		for _, e := range t.Value {
			k.known(e.Pos, "processor", e.Name, k.d.Processors.Names())
			id := e.Name + " " + strings.ToLower(e.Value)
			if other, twice := taken[id]; twice {
				k.problem(e.Pos, "topics %s and %s have the same id at %s: a no to one could not be told from a no to the other", other, t.Name, e.Name)
			}
			taken[id] = t.Name
		}
	}
}

func (k *checker) channels() {
	if n := len(k.d.Channels.Rows); n > most {
		k.problem(k.d.Channels.Rows[most].Pos, "%d channels are more than the %d that a policy may have", n, most)
	}
	for _, e := range k.d.Channels.Rows {
		c := e.Value
		for _, p := range c.Purposes {
			k.known(c.Pos, "purpose", p, k.d.Purposes.Names())
		}
		switch {
		case c.Basis == BasisLegitimateInterest && c.Assessment == "":
			k.problem(e.Pos, "channel %s rests on a legitimate interest and names no assessment: without a written balancing test it has no basis (C3)", e.Name)
		case c.Basis != BasisLegitimateInterest && c.Assessment != "":
			k.problem(e.Pos, "channel %s rests on %s: an assessment belongs to a legitimate interest only", e.Name, c.Basis)
		case c.Assessment != "":
			k.known(e.Pos, "assessment", c.Assessment, k.d.Assessments.Names())
		}
		k.blocks(c.When)
		k.blocks(c.ToldBy)
		if c.ToldBy != nil && c.TellPersonWithin == nil {
			k.problem(e.Pos, "channel %s says how it shows that people were told, and not within what time they are: write tell-person-within: 1mo", e.Name)
		}
	}
	if o := k.d.Channels.Otherwise; o != nil && o.Permits != PermitsNothing {
		k.problem(o.Pos, "channels.otherwise may permit nothing but \"nothing\": doubt stops marketing")
	}
	for _, e := range k.d.Assessments {
		if e.Value.ReviewBy <= e.Value.Reviewed {
			k.problem(e.Pos, "assessment %s is due for review on %s, before it was reviewed on %s", e.Name, e.Value.ReviewBy, e.Value.Reviewed)
		}
	}
}
