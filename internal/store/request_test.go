package store

import (
	"testing"
	"time"

	"github.com/lapsed/lapsed/internal/contact"
	"github.com/lapsed/lapsed/policy"
)

// at is an observation at an address, by a name.
func at(record, address, name string) contact.Observation {
	o := observed(record, address, contact.Facts{})
	o.Identifiers[0].Email = true
	o.Identifiers = append(o.Identifiers, contact.Identifier{Key: key("link " + record)})
	if name != "" {
		o.Name = key(name)
	}
	return o
}

func erasure(id string, keys ...string) Request {
	r := Request{ID: id, Type: policy.AsksErasure, Received: start, Due: 30000, Reference: "c1:x"}
	for _, k := range keys {
		r.Keys = append(r.Keys, HoldKey{Key: key(k), Public: "p"})
	}
	return r
}

// Whose a request is, is told by a record, by an address that is one person's, or
// by an address and a name: never by an address that another has, too.
func TestRequestsReachWhoeverAsked(t *testing.T) {
	for name, c := range map[string]struct {
		records  []contact.Observation
		keys     []string
		names    []string
		doubtful map[int64]bool // by person; who isn't there isn't reached
	}{
		"by the record":                      {[]contact.Observation{at("1", "a", "kari"), at("2", "a", "ola")}, []string{"link 1"}, nil, map[int64]bool{1: false}},
		"by an address that is one person's": {[]contact.Observation{at("1", "a", "kari"), at("2", "b", "ola")}, []string{"a"}, nil, map[int64]bool{1: false}},
		"by an address that two have":        {[]contact.Observation{at("1", "a", "kari"), at("2", "a", "ola")}, []string{"a"}, nil, map[int64]bool{1: true, 2: true}},
		"by an address and a name":           {[]contact.Observation{at("1", "a", "kari"), at("2", "a", "ola")}, []string{"a"}, []string{"kari"}, map[int64]bool{1: false, 2: true}},
		"only the other is left":             {[]contact.Observation{at("1", "a", "ola")}, []string{"a", "link 9"}, []string{"kari"}, map[int64]bool{1: true}},
		"no name at an address of one":       {[]contact.Observation{at("1", "a", "")}, []string{"a"}, []string{"kari"}, map[int64]bool{1: false}},
		"no name at an address of two":       {[]contact.Observation{at("1", "a", ""), at("2", "a", "ola")}, []string{"a"}, []string{"kari"}, map[int64]bool{1: true, 2: true}},
		"by nothing of theirs":               {[]contact.Observation{at("1", "a", "kari")}, []string{"z"}, nil, map[int64]bool{}},
	} {
		t.Run(name, func(t *testing.T) {
			both(t, func(t *testing.T, s *Store, _ string) {
				put(t, s, 1, c.records...)
				r := erasure("q", c.keys...)
				for _, n := range c.names {
					r.Names = append(r.Names, key(n))
				}
				if err := s.Write(ctx, func(tx *Tx) error { return tx.AddRequest(r) }); err != nil {
					t.Fatal(err)
				}
				_ = s.Read(ctx, func(tx *Tx) error {
					by, err := tx.RequestsOf([]int64{1, 2}, true)
					if err != nil || len(by) != len(c.doubtful) {
						t.Fatalf("%+v, %v", by, err)
					}
					for p, doubtful := range c.doubtful {
						if len(by[p]) != 1 || by[p][0].Doubtful != doubtful || by[p][0].ID != "q" {
							t.Errorf("person %d: %+v, want doubtful %v", p, by[p], doubtful)
						}
					}
					return nil
				})
			})
		})
	}
}

// A shared mailbox is nobody's address; and where the policy joins by address
// whatever the names are, a name tells nobody apart.
func TestRequestsAtSharedMailboxes(t *testing.T) {
	both(t, func(t *testing.T, s *Store, _ string) {
		mailbox := at("1", "a", "kari")
		mailbox.Identifiers[0].Alone = true
		put(t, s, 1, mailbox, at("2", "b", "ola"))
		_ = s.Write(ctx, func(tx *Tx) error {
			r := erasure("q", "a", "b")
			r.Names = []contact.Key{key("kari")}
			if err := tx.AddRequest(r); err != nil {
				t.Fatal(err)
			}
			for twoNames, want := range map[bool][2]bool{true: {true, true}, false: {true, false}} {
				by, err := tx.RequestsOf([]int64{1, 2}, twoNames)
				if err != nil || by[1][0].Doubtful != want[0] || by[2][0].Doubtful != want[1] {
					t.Errorf("two names %v: %+v, %v", twoNames, by, err)
				}
			}
			return nil
		})
	})
}

// A request goes its way once: checked, answered, and forgotten in its time.
func TestARequestsLife(t *testing.T) {
	both(t, func(t *testing.T, s *Store, _ string) {
		put(t, s, 1, at("1", "a", "kari"))
		err := s.Write(ctx, func(tx *Tx) error {
			r := erasure("q", "a")
			r.Names = []contact.Key{key("kari")}
			if err := tx.AddRequest(r); err != nil {
				return err
			}
			access := erasure("w", "a")
			access.Type = policy.AsksAccess
			return tx.AddRequest(access)
		})
		if err != nil {
			t.Fatal(err)
		}
		err = s.Write(ctx, func(tx *Tx) error {
			us, err := tx.Undecided(9)
			if err != nil || len(us) != 1 {
				t.Errorf("%d persons are to be decided on: %v", len(us), err)
			}
			for _, want := range []bool{true, false} {
				if ok, err := tx.ConfirmRequest("q", "staff", start.Add(time.Hour)); ok != want || err != nil {
					t.Errorf("confirmed: %v, %v", ok, err)
				}
			}
			for _, want := range []bool{true, false} {
				if ok, err := tx.AnswerRequest("q", policy.AnswerPartly, start.Add(2*time.Hour)); ok != want || err != nil {
					t.Errorf("answered: %v, %v", ok, err)
				}
			}
			if ok, _ := tx.ConfirmRequest("q", "staff", start); ok {
				t.Error("confirmed after the answer")
			}
			all, err := tx.Requests(false)
			if err != nil || len(all) != 2 || !all[0].Policy().Confirmed || !all[0].Policy().Answered || all[0].Policy().Refused || all[0].By != "staff" || !all[0].Received.Equal(start) {
				t.Errorf("%+v, %v", all, err)
			}
			open, err := tx.Requests(true)
			if err != nil || len(open) != 1 || open[0].ID != "w" {
				t.Errorf("open: %+v, %v", open, err)
			}
			q, err := tx.Keyed(all[0])
			if err != nil || len(q.Keys) != 1 || q.Keys[0].Public != "p" || len(q.Names) != 1 {
				t.Errorf("%+v, %v", q, err)
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		left := func(what string, erasures bool, before time.Time, want int) {
			t.Helper()
			_ = s.Write(ctx, func(tx *Tx) error {
				if err := tx.ForgetRequests(erasures, before); err != nil {
					t.Fatal(err)
				}
				if all, err := tx.Requests(false); err != nil || len(all) != want {
					t.Errorf("%s: %d requests are left, %v", what, len(all), err)
				}
				return nil
			})
		}
		late := start.AddDate(9, 0, 0)
		left("another type", false, late, 2)
		left("too early", true, start, 2)
		_ = s.Write(ctx, func(tx *Tx) error { return tx.FlagRequest("q", true) })
		left("the flag still says so", true, late, 2)
		_ = s.Write(ctx, func(tx *Tx) error { return tx.FlagRequest("q", false) })
		left("in its time", true, late, 1)
	})
}

// What is merged into another record brings its requests along, and a duty is tied
// to what it carries out.
func TestRequestsAreInheritedAndServed(t *testing.T) {
	both(t, func(t *testing.T, s *Store, _ string) {
		put(t, s, 1, at("1", "a", "kari"), at("2", "b", "ola"))
		_ = s.Write(ctx, func(tx *Tx) error {
			if err := tx.AddRequest(erasure("q", "link 1")); err != nil {
				t.Fatal(err)
			}
			if err := tx.InheritRequests(key("link 1"), key("link 2")); err != nil {
				t.Fatal(err)
			}
			if got, err := tx.ReachedBy("q"); err != nil || len(got) != 2 {
				t.Errorf("reached: %v, %v", got, err)
			}
			for range 2 {
				if err := tx.ServeRequest("q", "d1"); err != nil {
					t.Fatal(err)
				}
			}
			if got, err := tx.DutiesOfRequest("q"); err != nil || len(got) != 1 || got[0] != "d1" {
				t.Errorf("duties: %v, %v", got, err)
			}
			return nil
		})
	})
}
