package connectortest

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/lapsed/lapsed/internal/contact"
	"github.com/lapsed/lapsed/internal/fault"
	"github.com/lapsed/lapsed/internal/sandbox"
	hubspotbox "github.com/lapsed/lapsed/internal/sandbox/hubspot"
)

// mirror is what a daemon would know of an account from its reads alone.
type mirror struct {
	t      *testing.T
	a      Account
	known  map[contact.Ref]contact.Contact
	mark   string
	failed int
}

// whole reads the account until a read is whole.
func (m *mirror) whole() {
	m.t.Helper()
	for range 60 {
		seen, r, err := read(m.t, m.a)
		if err == nil {
			m.known, m.mark = seen, r.Mark
			return
		}
		m.failed++
		m.a.Stage.Clock.Advance(time.Minute)
	}
	m.t.Fatal("no read was whole")
}

// changes goes on from the mark. What was handed over before an error is true, too.
func (m *mirror) changes() {
	m.t.Helper()
	seen, gone, r, err := changes(m.t, m.a, m.mark)
	for ref, k := range seen {
		m.known[ref] = k
		for _, old := range k.Aliases {
			delete(m.known, old)
		}
	}
	for _, ref := range gone {
		delete(m.known, ref)
	}
	switch {
	case err == nil:
		m.mark = r.Mark
	case fault.Is(err, fault.Unsupported):
		m.failed++
		m.whole()
	default:
		m.failed++
	}
}

// Fifty days in which one request in twelve meets a fault, of every kind that the
// simulators know: what the reads handed over is true, or says what it lacks.
func TestFiftyDaysOfFaults(t *testing.T) {
	for name, start := range map[string]func(*testing.T) Account{
		"hubspot":    func(t *testing.T) Account { return hubspotAccount(t, hubspotbox.Options{Enterprise: true}, false) },
		"salesforce": func(t *testing.T) Account { return salesforceAccount(t, 0) },
	} {
		t.Run(name, func(t *testing.T) {
			a := start(t)
			refs := crowd(a, 120)
			a.Stage.Clock.Advance(2 * time.Hour)
			list, err := sandbox.ParseFaults(name + "::mixed@0.08/50")
			if err != nil {
				t.Fatal(err)
			}
			for _, f := range list {
				a.Stage.Faults.Arm(f)
			}
			m := &mirror{t: t, a: a}
			m.whole()
			for day := range 50 {
				mine := refs[2*day : 2*day+2]
				a.Touch(mine[0])
				a.Refuse(mine[1])
				a.Relate(refs[100+day%10])
				if day%10 == 9 {
					a.Bin(refs[110+day/10])
					a.Add(Person{Email: address(1000 + day)})
				}
				for range 4 { // the cycles that follow
					a.Stage.Clock.Advance(10 * time.Minute)
					m.changes()
				}
				a.Stage.Clock.Advance(24*time.Hour - 40*time.Minute)
				if day%7 == 6 {
					m.whole()
				}
			}
			a.Stage.Faults.Clear()
			m.changes()
			if m.failed < 10 {
				t.Errorf("only %d reads failed: the faults are asleep", m.failed)
			}
			for ref, k := range whole(t, a) {
				was, ok := m.known[ref]
				if d := cmp.Diff(shown(k), shown(was)); !ok || d != "" && len(was.Unreadable) == 0 {
					t.Errorf("%s is not as it was told (known: %v): %s", ref, ok, d)
				}
				delete(m.known, ref)
			}
			for ref := range m.known {
				t.Errorf("%s is known, and not there", ref)
			}
		})
	}
}
