package population

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// State tells what a processor really holds of a record: whether it is deleted
// (also to a bin), refuses all e-mail, and which topics it is subscribed to.
type State func(processor, object, id string) (deleted, optedOut bool, topics []string)

// Difference is a record that is not as its fate says.
type Difference struct {
	Person    string    `json:"person"`
	Recipe    string    `json:"recipe"`
	Case      int       `json:"case,omitempty"`
	Processor string    `json:"processor"`
	Object    string    `json:"object"`
	ID        string    `json:"id"`
	Expected  string    `json:"expected"`
	Found     string    `json:"found"`
	From      time.Time `json:"from"` // when the expectation holds
	Why       string    `json:"why"`
}

// Comparison is a population's fates beside what the processors hold.
type Comparison struct {
	Now                 time.Time    `json:"now"`
	People              int          `json:"people"`
	Records             int          `json:"records"`
	Done                int          `json:"done"`              // deletions that were due, and made
	Pending             int          `json:"pending"`           // deletions that are not due yet
	NextDue             time.Time    `json:"next_due,omitzero"` // of those; zero = none
	WronglyDeleted      []Difference `json:"wrongly_deleted"`
	MissedDeletions     []Difference `json:"missed_deletions"`
	WronglyUnsubscribed []Difference `json:"wrongly_unsubscribed"`
	MissedUnsubscribes  []Difference `json:"missed_unsubscribes"`
}

// OK tells whether nothing differs.
func (c Comparison) OK() bool {
	return len(c.WronglyDeleted)+len(c.MissedDeletions)+len(c.WronglyUnsubscribed)+len(c.MissedUnsubscribes) == 0
}

// Compare sets the fates beside the state at an instant. What is due and not done
// counts as missed from its first instant on. A deletion before its time is wrong;
// marketing that ends before its time, on a record that is bound to lose it, isn't.
func (t Truth) Compare(now time.Time, state State) Comparison {
	c := Comparison{
		Now: now, People: len(t.People),
		WronglyDeleted: []Difference{}, MissedDeletions: []Difference{}, WronglyUnsubscribed: []Difference{}, MissedUnsubscribes: []Difference{},
	}
	for i := range t.People {
		p := &t.People[i]
		c.Records += len(p.Records)
		for j := range p.Records {
			r := &p.Records[j]
			deleted, optedOut, topics := state(r.Processor, r.Object, r.ID)
			c.deletion(p, r, deleted)
			if !deleted {
				c.marketing(p, r, Standing{optedOut, topics})
			}
		}
	}
	return c
}

func (c *Comparison) deletion(p *Person, r *Record, deleted bool) {
	due := r.Fate == Deleted && !c.Now.Before(r.From)
	switch {
	case due && deleted:
		c.Done++
	case due:
		c.MissedDeletions = append(c.MissedDeletions, differ(p, r, "deleted", "there", r.From))
	case deleted && r.Fate == Deleted:
		c.WronglyDeleted = append(c.WronglyDeleted, differ(p, r, "kept until then", "deleted", r.From))
	case deleted:
		c.WronglyDeleted = append(c.WronglyDeleted, differ(p, r, string(r.Fate), "deleted", r.From))
	case r.Fate == Deleted:
		c.Pending++
		if c.NextDue.IsZero() || r.From.Before(c.NextDue) {
			c.NextDue = r.From
		}
	}
}

// marketing compares a record that is there. On a record that is to lose all
// e-mail it doesn't matter what it loses first.
func (c *Comparison) marketing(p *Person, r *Record, now Standing) {
	wanted, mayLose := r.Before, []string(nil)
	switch topics, left := strings.CutPrefix(string(r.Marketing), Left); {
	case r.Marketing == OptedOut:
		wanted = Standing{OptedOut: true}
		if now.OptedOut || c.Now.Before(r.MarketingFrom) {
			return
		}
	case left:
		mayLose = strings.Split(topics, ",")
		wanted.Topics = without(r.Before.Topics, mayLose)
	}
	expected, found := wanted.String(), now.String()
	switch {
	case r.Marketing == OptedOut,
		len(without(now.Topics, wanted.Topics)) > 0 && !c.Now.Before(r.MarketingFrom),
		wanted.OptedOut && !now.OptedOut:
		c.MissedUnsubscribes = append(c.MissedUnsubscribes, differ(p, r, expected, found, r.MarketingFrom))
	case now.OptedOut && !wanted.OptedOut, len(without(wanted.Topics, now.Topics)) > 0:
		c.WronglyUnsubscribed = append(c.WronglyUnsubscribed, differ(p, r, expected, found, r.MarketingFrom))
	}
}

func differ(p *Person, r *Record, expected, found string, from time.Time) Difference {
	return Difference{p.ID, p.Recipe, p.Case, r.Processor, r.Object, r.ID, expected, found, from, p.Why}
}

// without returns what of a is not in b.
func without(a, b []string) []string {
	return slices.DeleteFunc(slices.Clone(a), func(x string) bool { return slices.Contains(b, x) })
}

// String is a standing in words.
func (s Standing) String() string {
	switch {
	case s.OptedOut:
		return "opted out of all e-mail"
	case len(s.Topics) == 0:
		return "no topic"
	}
	return strings.Join(s.Topics, ", ")
}

// shownDifferences bounds each list in a text for people.
const shownDifferences = 20

// Text is the comparison for people.
func (c Comparison) Text() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%d people with %d records, compared at %s\n", c.People, c.Records, c.Now.UTC().Format(time.RFC3339))
	fmt.Fprintf(&b, "  deletions: %d made, %d not due yet", c.Done, c.Pending)
	if !c.NextDue.IsZero() {
		fmt.Fprintf(&b, ", the first at %s", c.NextDue.UTC().Format(time.RFC3339))
	}
	b.WriteByte('\n')
	for _, part := range []struct {
		title string
		list  []Difference
	}{
		{"wrongly deleted", c.WronglyDeleted}, {"deletions missed", c.MissedDeletions},
		{"wrongly unsubscribed", c.WronglyUnsubscribed}, {"unsubscribes missed", c.MissedUnsubscribes},
	} {
		fmt.Fprintf(&b, "  %s: %d\n", part.title, len(part.list))
		for _, d := range part.list[:min(len(part.list), shownDifferences)] {
			b.WriteString(d.text())
		}
		if more := len(part.list) - shownDifferences; more > 0 {
			fmt.Fprintf(&b, "    and %d more\n", more)
		}
	}
	if c.OK() {
		b.WriteString("  everything is as it must be\n")
	}
	return b.String()
}

func (d Difference) text() string {
	row := ""
	if d.Case != 0 {
		row = fmt.Sprintf(" (case %d)", d.Case)
	}
	since := ""
	if !d.From.IsZero() {
		since = " from " + d.From.UTC().Format(time.RFC3339)
	}
	return fmt.Sprintf("    %s %s:%s:%s %s%s\n      expected%s: %s; found: %s\n      %s\n",
		d.Person, d.Processor, d.Object, d.ID, d.Recipe, row, since, d.Expected, d.Found, d.Why)
}
