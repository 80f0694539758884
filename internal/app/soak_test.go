package app

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/lapsed/lapsed/internal/reconcile"
	"github.com/lapsed/lapsed/internal/sandbox"
	"github.com/lapsed/lapsed/internal/sandbox/hubspot"
	"github.com/lapsed/lapsed/internal/sandbox/kit"
	"github.com/lapsed/lapsed/policy"
)

// soak is a population of known fates, and an installation that does on the
// sandbox's clock what a daemon does.
type soak struct {
	world  *sandbox.Sandbox
	app    *App
	config string
	own    []owned
}

// owned is a record that a test made on the way, and what must become of it.
type owned struct{ what, processor, object, id, want string }

func newSoak(t *testing.T, people int, seed uint64) *soak {
	t.Helper()
	world, err := sandbox.Start(sandbox.Options{People: people, Seed: seed, Now: now})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = world.Close() })
	s := &soak{world: world, config: filepath.Join(t.TempDir(), "lapsed.yaml")}
	world.Advance(3 * time.Hour) // one of the day's four cycles is at three in the night, when the window is open
	if err := world.WriteConfig(s.config); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(s.config)
	if err != nil {
		t.Fatal(err)
	}
	write(t, s.config, strings.Replace(string(text), "mode: observe", "mode: enforce", 1))
	write(t, filepath.Join(filepath.Dir(s.config), "policy.yaml"), string(policy.Reference))
	s.app, err = Open(context.Background(), Options{Config: s.config, Clock: world.Stage().Clock.Now, Build: "test", HTTP: quick()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.app.Close() })
	return s
}

// arm lets a share of the requests of both processors meet the faults of a spec.
func (s *soak) arm(t *testing.T, spec string) {
	t.Helper()
	faults, err := sandbox.ParseFaults(spec)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range faults {
		s.world.Stage().Faults.Arm(f)
	}
}

// day does the cycles of a day, the night's whole read among them, and approves
// what waits, as people do in the morning.
func (s *soak) day(t *testing.T, cycles int) (last Report) {
	t.Helper()
	ctx := context.Background()
	for range cycles {
		r, ok, err := s.app.exclusive(ctx, reconcile.Order{Hand: s.app.hand(), Reads: reconcile.AsDue, Trigger: byInterval})
		if err != nil || !ok {
			t.Fatalf("%s: a cycle was done: %v, with %v", s.world.Stage().Clock.Now(), ok, err)
		}
		last = r
		for _, b := range r.Batches {
			for n := b.Approvals; b.Live() && n < b.Needed; n++ {
				if _, err := s.app.Approve(ctx, b.Digest, "looked at its sample", fmt.Sprintf("approver-%d", n+1)); err != nil {
					t.Fatal(err)
				}
			}
		}
		s.world.Advance(day / time.Duration(cycles))
	}
	return last
}

// happen lets things happen at the processors that nobody planned.
func (s *soak) happen(n int) {
	hs, sf, at := s.world.HubSpot(), s.world.Salesforce(), s.world.Stage().Clock.Now()
	contact := func(name string, came time.Time, subs ...hubspot.Subscription) string {
		return hs.Insert(hubspot.Contact{Created: came, Properties: map[string]string{"email": name + "@example.org", "lastname": "Nordmann",
			"first_conversion_event_name": "Demo: Form", "lastmodifieddate": at.Format(time.RFC3339)}, Subscriptions: subs})
	}
	switch n {
	case 0:
		s.own = append(s.own, owned{"who clicks within the grace", "hubspot", "", contact("clicks", now.AddDate(-3, 0, 0)), "live"})
	case 4: // HubSpot's index lags: what the other processor deletes before would be seen too late
		s.own = append(s.own, owned{"a new minor", "hubspot", "", contact("young", at), "erased"})
	case 5:
		id := sf.Insert("Contact", map[string]any{"Email": "young@example.org", "LastName": "Nordmann", "LeadSource": "Sales", "CreatedDate": at, "Birthdate": at.AddDate(-15, 0, 0)})
		s.own = append(s.own, owned{"a new minor", "salesforce", "Contact", id, "gone"})
	case 12:
		listed := hubspot.Subscription{ID: 101, Status: "SUBSCRIBED", LegalBasis: "LEGITIMATE_INTEREST_CLIENT", Source: "api"}
		s.own = append(s.own, owned{"a list that was imported", "hubspot", "", contact("imported", at, listed), "unsubscribed"})
	case 20:
		hs.Act(s.own[0].id, hubspot.Click)
	}
}

// found is what became of an own record.
func (s *soak) found(o owned) string {
	if o.processor == "salesforce" {
		_, state := s.world.Salesforce().Get(o.object, o.id)
		return state
	}
	props, state := s.world.HubSpot().Get(o.id)
	if state == "live" && (props["hs_email_optout_101"] == "true" || props["hs_email_optout"] == "true") {
		return "unsubscribed"
	}
	return state
}

// harmless checks what must hold on every day, whatever fails: nobody is deleted
// or loses a consent that they shouldn't, nothing is written that no clause allows.
func (s *soak) harmless(t *testing.T, n int) {
	t.Helper()
	c := s.world.Compare()
	for _, d := range c.WronglyDeleted {
		t.Errorf("day %d: wrongly deleted: %s %s (%s)", n, d.Person, d.Recipe, d.Why)
	}
	for _, d := range c.WronglyUnsubscribed {
		t.Errorf("day %d: wrongly unsubscribed: %s %s: expected %s, found %s", n, d.Person, d.Recipe, d.Expected, d.Found)
	}
	for _, x := range s.world.Stage().Book.Changes() {
		if x.Forbidden {
			t.Errorf("day %d: forbidden: %s of a %s at %s", n, x.Verb, x.Object, x.Processor)
		}
	}
}

// whole checks the end: two days after the last fault nothing is missing.
func (s *soak) whole(t *testing.T, r Report) {
	t.Helper()
	c := s.world.Compare()
	if !c.OK() {
		t.Errorf("after the faults:\n%s", c.Text())
	}
	if c.Done < 5 {
		t.Errorf("only %d deletions were due and made: nothing was tested", c.Done)
	}
	for _, o := range s.own {
		if got := s.found(o); got != o.want {
			t.Errorf("%s: the record at %s is %s, want %s", o.what, o.processor, got, o.want)
		}
	}
	if r.Duties["acting"] != 0 {
		t.Errorf("duties %v", r.Duties)
	}
	v, err := Verify(context.Background(), VerifyOptions{Config: s.config, Clock: s.world.Stage().Clock.Now})
	if err != nil || !v.OK {
		t.Errorf("the log: %v\n%s", err, v.Text())
	}
	s.spent(t)
}

// spent checks that no day took more than four fifths of what an account may be
// called in a day.
func (s *soak) spent(t *testing.T) {
	t.Helper()
	const budget = 1_000_000 // of both simulated accounts
	calls := map[string]int{}
	for _, c := range s.world.Stage().Book.Calls(0) {
		if c.Purpose != kit.Session {
			calls[c.Processor+" "+c.At.Format(time.DateOnly)]++
		}
	}
	for d, n := range calls {
		if n > budget*8/10 {
			t.Errorf("%s: %d calls", d, n)
		}
	}
}

// live lives through some days with faults, and two without.
func (s *soak) live(t *testing.T, days, cycles int, faults string) {
	t.Helper()
	for n := range days {
		if n == 1 {
			s.arm(t, faults)
		}
		s.happen(n)
		s.day(t, cycles)
		s.harmless(t, n)
		if t.Failed() {
			return
		}
	}
	s.recover(t, cycles)
}

// recover takes the faults away, and gives what they put off its time.
func (s *soak) recover(t *testing.T, cycles int) {
	t.Helper()
	s.world.Stage().Faults.Clear()
	s.day(t, 2*cycles) // rests are over, refused records are tried again
	s.world.Advance(16 * day)
	s.day(t, cycles)
	s.whole(t, s.day(t, cycles))
}

// Fifty days of everything that a processor may do wrong, mixed: nobody is wrongly
// deleted on any day, and afterwards no duty was lost. LAPSED_SOAK=full has more
// people and more mixtures.
func TestFiftyDaysOfFaults(t *testing.T) {
	people, seeds := 150, []uint64{7}
	if os.Getenv("LAPSED_SOAK") == "full" {
		people, seeds = 500, []uint64{7, 8, 9, 10}
	}
	for _, seed := range seeds {
		for _, rate := range []string{"0.02", "0.2"} {
			t.Run(fmt.Sprintf("%s of the requests, seed %d", rate, seed), func(t *testing.T) {
				t.Parallel()
				s := newSoak(t, people, seed)
				s.live(t, 50, 4, fmt.Sprintf("hubspot::mixed@%s/%d,salesforce::mixed@%s/%d", rate, seed, rate, seed))
			})
		}
	}
}
