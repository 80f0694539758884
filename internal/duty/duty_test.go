package duty

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/lapsed/lapsed/internal/contact"
	"github.com/lapsed/lapsed/policy"
)

var (
	zone  = time.UTC
	start = time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)
	rec   = contact.Ref{Processor: "hubspot", Object: "contact", ID: "1"}
)

func terms(now time.Time) Terms {
	return Terms{Now: now, Grace: policy.Period{Days: 30}, Zone: zone, NewID: func(n Name, episode int) string {
		return fmt.Sprintf("%s/%s/%s/%s/%s/%d", n.Ref, n.Verb, n.Extent, n.Topic, n.Ground, episode)
	}}
}

// apply is what the state does with changes.
func apply(have []Duty, changes []Change) []Duty {
	out := slices.Clone(have)
	for _, c := range changes {
		if i := slices.IndexFunc(out, func(d Duty) bool { return d.ID == c.Duty.ID }); i >= 0 {
			out[i] = c.Duty
		} else {
			out = append(out, c.Duty)
		}
	}
	return out
}

func demand(v policy.Verb, g policy.Ground) policy.Demand {
	m := policy.Demand{Ref: rec, Verb: v, Ground: g}
	if v == policy.Unsubscribe {
		m.Extent = contact.ExtentEmail
	}
	return m
}

func TestGraceStartsWhenTheDutyIsOpened(t *testing.T) {
	want := []policy.Demand{demand(policy.Delete, policy.GroundRetention)}
	have := apply(nil, Sync(7, nil, want, terms(start)))
	if len(have) != 1 || have[0].State != Waiting || have[0].Person != 7 {
		t.Fatalf("opened %+v", have)
	}
	due := time.Date(2026, 12, 25, 0, 0, 0, 0, time.UTC) // 30 whole days after the 24th
	if !have[0].Due.Equal(due) {
		t.Errorf("due %v, want %v", have[0].Due, due)
	}
	if cs := Sync(7, have, want, terms(due.Add(-time.Second))); len(cs) != 0 {
		t.Errorf("moved before the grace was over: %+v", cs)
	}
	if have = apply(have, Sync(7, have, want, terms(due))); have[0].State != Due {
		t.Errorf("after the grace: %s", have[0].State)
	}
}

func TestNoGraceForWhatThePersonWantsOrIs(t *testing.T) {
	for _, g := range []policy.Ground{policy.GroundMinor, policy.GroundRefusal, policy.GroundConsent, policy.GroundSuspected} {
		v := policy.Unsubscribe
		if g == policy.GroundMinor {
			v = policy.Delete
		}
		if cs := Sync(1, nil, []policy.Demand{demand(v, g)}, terms(start)); cs[0].Duty.State != Due {
			t.Errorf("%s: %s", g, cs[0].Duty.State)
		}
	}
}

func TestWithdrawnStartsAnew(t *testing.T) {
	want := []policy.Demand{demand(policy.Delete, policy.GroundRetention)}
	have := apply(nil, Sync(1, nil, want, terms(start)))
	have = apply(have, Sync(1, have, nil, terms(start.AddDate(0, 0, 20))))
	if have[0].State != Withdrawn {
		t.Fatalf("no longer demanded: %s", have[0].State)
	}
	have = apply(have, Sync(1, have, want, terms(start.AddDate(0, 0, 21))))
	if len(have) != 2 || have[1].Episode != 1 || have[1].State != Waiting || !have[1].Due.After(start.AddDate(0, 0, 50)) {
		t.Errorf("demanded again: %+v", have)
	}
}

func TestAHoldSuspendsAndGraceIsNotServedTwice(t *testing.T) {
	free := []policy.Demand{demand(policy.Delete, policy.GroundRetention)}
	held := slices.Clone(free)
	held[0].Held = true
	have := apply(nil, Sync(1, nil, free, terms(start)))
	have = apply(have, Sync(1, have, held, terms(start.AddDate(0, 0, 10))))
	if have[0].State != Held {
		t.Fatalf("held: %s", have[0].State)
	}
	early := apply(have, Sync(1, have, free, terms(start.AddDate(0, 0, 20))))
	if early[0].State != Waiting {
		t.Errorf("released within the grace: %s", early[0].State)
	}
	late := apply(have, Sync(1, have, free, terms(start.AddDate(0, 0, 90))))
	if late[0].State != Due || len(late) != 1 {
		t.Errorf("released after the grace: %+v", late)
	}
}

func TestAHoldNeverBlocksAnUnsubscribe(t *testing.T) {
	m := demand(policy.Unsubscribe, policy.GroundRefusal)
	m.Held = true
	if cs := Sync(1, nil, []policy.Demand{m}, terms(start)); cs[0].Duty.State != Due {
		t.Errorf("unsubscribe under a hold: %s", cs[0].Duty.State)
	}
}

func TestSyncIsIdempotent(t *testing.T) {
	grounds := []policy.Ground{policy.GroundRetention, policy.GroundMinor, policy.GroundRefusal}
	rapid.Check(t, func(t *rapid.T) {
		var have []Duty
		now := start
		for range rapid.IntRange(1, 12).Draw(t, "steps") {
			now = now.Add(time.Duration(rapid.IntRange(0, 40).Draw(t, "days")) * 24 * time.Hour)
			var want []policy.Demand
			for i, g := range grounds {
				if rapid.Bool().Draw(t, fmt.Sprint("demand", i)) {
					m := demand([]policy.Verb{policy.Delete, policy.Delete, policy.Unsubscribe}[i], g)
					m.Held = rapid.Bool().Draw(t, "held")
					want = append(want, m)
				}
			}
			have = apply(have, Sync(1, have, want, terms(now)))
			if again := Sync(1, have, want, terms(now)); len(again) != 0 {
				t.Fatalf("a second sync changes %+v", again)
			}
			for _, d := range have {
				if d.State == Due && now.Before(d.Due) {
					t.Fatalf("due before its time: %+v", d)
				}
			}
		}
	})
}

func due(n int, ground policy.Ground, opened time.Time) []Duty {
	out := make([]Duty, n)
	for i := range out {
		out[i] = Duty{ID: fmt.Sprintf("%s-%04d", ground, i), Person: int64(i), Ref: rec, Verb: policy.Delete, Ground: ground, State: Due, Opened: opened, Due: opened.Add(time.Duration(i) * time.Minute)}
	}
	return out
}

func situation(now time.Time) Situation {
	return Situation{Now: now, Today: policy.DayOf(now, zone), Zone: zone, Population: 1000, FirstDay: policy.DayOf(now.AddDate(-1, 0, 0), zone), History: History{}}
}

func TestLimitsLetTheOldestThrough(t *testing.T) {
	l := DefaultLimits() // 100 people or 1 % of 1000
	s := situation(start)
	w := Plan(due(25, policy.GroundRetention, start.AddDate(0, -2, 0)), l, s)
	if len(w.Routine) != 10 || len(w.Batches) != 1 || w.Batches[0].Count != 15 || w.Batches[0].Why != OverLimit {
		t.Fatalf("routine %d, batches %+v", len(w.Routine), w.Batches)
	}
	for i, d := range w.Routine {
		if d.Person != int64(i) {
			t.Errorf("number %d is person %d: not the oldest", i, d.Person)
		}
	}
	s.Spent = map[policy.Verb]map[int64]bool{policy.Delete: {900: true, 901: true, 902: true}}
	if w := Plan(due(25, policy.GroundRetention, start), l, s); len(w.Routine) != 7 {
		t.Errorf("with 3 done today, %d more", len(w.Routine))
	}
}

func TestOnePersonCountsOnce(t *testing.T) {
	ds := due(30, policy.GroundRetention, start.AddDate(0, -2, 0))
	for i := range ds {
		ds[i].Person = int64(i / 3)
	}
	if w := Plan(ds, DefaultLimits(), situation(start)); len(w.Routine) != 30 {
		t.Errorf("10 persons with 3 records each: %d duties through", len(w.Routine))
	}
}

func TestSurgeAndFirstRun(t *testing.T) {
	day := policy.DayOf(start, zone)
	few, many := due(9, policy.GroundMinor, start), due(40, policy.GroundMinor, start)
	for _, c := range []struct {
		title  string
		duties []Duty
		usual  int // new cases on each of the 30 days before
		first  policy.Day
		want   Why
	}{
		{"a handful is never a surge", few, 0, day - 400, OverLimit},
		{"40 where there were none", many, 0, day - 400, Surge},
		{"40 where 15 are usual", many, 15, day - 400, OverLimit},
		{"40 where 13 are usual", many, 13, day - 400, Surge},
		{"the first day has no usual", many, 0, day, FirstRun},
	} {
		s := situation(start)
		s.FirstDay, s.Population = c.first, 100 // one person a day
		s.History = History{"minor.delete": {day: len(c.duties)}}
		for d := day - 30; d < day; d++ {
			s.History["minor.delete"][d] = c.usual
		}
		w := Plan(c.duties, DefaultLimits(), s)
		if len(w.Batches) != 1 || w.Batches[0].Why != c.want {
			t.Errorf("%s: %+v, want %s", c.title, w.Batches, c.want)
		}
		if (c.want == OverLimit) != (len(w.Routine) == 1) {
			t.Errorf("%s: %d routine", c.title, len(w.Routine))
		}
	}
}

func TestApprovedAndPending(t *testing.T) {
	ds := due(3, policy.GroundRetention, start.AddDate(0, -2, 0))
	s := situation(start)
	s.Approved = map[string]string{ds[0].ID: "sha256:x"}
	s.Pending = map[string]bool{ds[1].ID: true}
	w := Plan(ds, DefaultLimits(), s)
	if len(w.Approved) != 1 || w.Approved[0].Batch != "sha256:x" || w.Waiting != 1 || len(w.Routine) != 1 || w.Routine[0].Batch != "" {
		t.Errorf("%+v", w)
	}
}

func TestPlanIsTheSameForAnyOrder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		ds := due(rapid.IntRange(1, 60).Draw(t, "n"), policy.GroundRetention, start.AddDate(0, -2, 0))
		shuffled := rapid.Permutation(ds).Draw(t, "shuffled")
		a, b := Plan(ds, DefaultLimits(), situation(start)), Plan(shuffled, DefaultLimits(), situation(start))
		if len(a.Routine) != len(b.Routine) || len(a.Batches) != len(b.Batches) {
			t.Fatal("another plan")
		}
		for i := range a.Batches {
			if a.Batches[i].Digest != b.Batches[i].Digest {
				t.Fatal("another batch")
			}
		}
		n := len(a.Routine)
		for _, x := range a.Batches {
			n += x.Count
		}
		if n != len(ds) {
			t.Fatalf("%d of %d duties are in the plan", n, len(ds))
		}
	})
}

func TestNoLimitsPermitNothing(t *testing.T) {
	if w := Plan(due(3, policy.GroundRetention, start), Limits{Surge: 3, Valid: time.Hour}, situation(start)); len(w.Routine) != 0 {
		t.Errorf("without limits %d went through", len(w.Routine))
	}
}
