package population

import (
	"flag"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"
)

var update = flag.Bool("update", false, "rewrite golden files")

// ideal is a processor state in which every fate has come true at an instant.
type ideal struct {
	now     time.Time
	records map[string]*Record
	spoiled map[string]func(deleted, optedOut bool, topics []string) (bool, bool, []string)
}

func idealOf(t Truth, now time.Time) *ideal {
	s := &ideal{now, map[string]*Record{}, map[string]func(bool, bool, []string) (bool, bool, []string){}}
	for i := range t.People {
		for j := range t.People[i].Records {
			r := &t.People[i].Records[j]
			s.records[r.Object+r.ID] = r
		}
	}
	return s
}

func (s *ideal) state(_, object, id string) (deleted, optedOut bool, topics []string) {
	r := s.records[object+id]
	deleted, optedOut, topics = r.Fate == Deleted && !s.now.Before(r.From), r.Before.OptedOut, r.Before.Topics
	if !s.now.Before(r.MarketingFrom) {
		switch r.Marketing {
		case OptedOut:
			optedOut, topics = true, nil
		case Untouched:
		default:
			topics = nil
			for _, x := range r.Before.Topics {
				if r.Marketing != Marketing(Left+x) && !slices.Contains(leftTopics(r), x) {
					topics = append(topics, x)
				}
			}
		}
	}
	if f := s.spoiled[object+id]; f != nil {
		return f(deleted, optedOut, topics)
	}
	return deleted, optedOut, topics
}

// leftTopics are written out: every combination that recipes use.
func leftTopics(r *Record) []string {
	switch r.Marketing {
	case "left:newsletter,product-news":
		return []string{"newsletter", "product-news"}
	case "left:newsletter,product-news,events":
		return []string{"newsletter", "product-news", "events"}
	}
	return nil
}

func (t Truth) first(recipe string, n int) Record {
	for _, p := range t.People {
		if p.Recipe == recipe {
			return p.Records[n]
		}
	}
	return Record{}
}

func TestCompareFindsNothingWhereAllFatesCameTrue(t *testing.T) {
	w := build(t, 500, 1, start)
	for _, later := range []int{0, 1, 29, 31, 32, 62, 150} {
		now := start.AddDate(0, 0, later)
		c := w.Compare(now, idealOf(w.Truth, now).state)
		if !c.OK() {
			t.Errorf("after %d days:\n%s", later, c.Text())
		}
		if later == 0 && (c.Done == 0 || c.Pending == 0) || later == 150 && c.Pending > 0 {
			t.Errorf("after %d days: %d done, %d pending", later, c.Done, c.Pending)
		}
	}
}

func TestCompareFindsWhatIsPlanted(t *testing.T) {
	w := build(t, 500, 1, start)
	now := start.AddDate(0, 0, 40)
	s := idealOf(w.Truth, now)
	plant := func(recipe string, n int, f func(bool, bool, []string) (bool, bool, []string)) string {
		r := w.first(recipe, n)
		s.spoiled[r.Object+r.ID] = f
		return r.ID
	}
	gone := func(bool, bool, []string) (bool, bool, []string) { return true, false, nil }
	there := func(_, out bool, topics []string) (bool, bool, []string) { return false, out, topics }
	out := func(d, _ bool, _ []string) (bool, bool, []string) { return d, true, nil }
	in := func(d, _ bool, topics []string) (bool, bool, []string) { return d, false, topics }
	none := func(d, out bool, _ []string) (bool, bool, []string) { return d, out, nil }
	all := func(d, out bool, _ []string) (bool, bool, []string) {
		return d, out, []string{"newsletter", "product-news", "events"}
	}
	for _, x := range []struct {
		what string
		list func(Comparison) []Difference
		ids  []string
	}{
		{"wrongly deleted", func(c Comparison) []Difference { return c.WronglyDeleted },
			[]string{plant("active-elsewhere", 0, gone), plant("closed-case", 0, gone), plant("lapses-soon", 0, gone), plant("invoiced", 1, gone)}},
		{"missed", func(c Comparison) []Difference { return c.MissedDeletions },
			[]string{plant("opens-only", 0, there), plant("minor-in-hubspot", 0, there)}},
		{"wrongly unsubscribed", func(c Comparison) []Difference { return c.WronglyUnsubscribed },
			[]string{plant("subscriber", 0, out), plant("returned-by-form", 0, none), plant("platform-user", 1, none), plant("consent-for-another-list", 0, none)}},
		{"unsubscribes missed", func(c Comparison) []Difference { return c.MissedUnsubscribes },
			[]string{plant("refused-in-salesforce", 0, in), plant("refused-in-salesforce", 1, in), plant("unregistered-form", 0, all), plant("claims-period", 1, in)}},
	} {
		c := w.Compare(now, s.state)
		var ids []string
		for _, d := range x.list(c) {
			ids = append(ids, d.ID)
		}
		slices.Sort(ids)
		slices.Sort(x.ids)
		if !slices.Equal(ids, x.ids) {
			t.Errorf("%s: found %v, planted %v\n%s", x.what, ids, x.ids, c.Text())
		}
	}
	golden(t, "comparison.txt", w.Compare(now, s.state).Text())
}

func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("%s is not what it was (go test -update, then read it):\n%s", path, got)
	}
}
