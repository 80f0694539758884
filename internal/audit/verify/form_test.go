package verify

import (
	"reflect"
	"testing"

	"github.com/lapsed/lapsed/internal/audit/entry"
)

// Every field of every kind has a form: a new one can't slip in unchecked.
func TestEveryFieldHasAForm(t *testing.T) {
	f, n := newFields(), 0
	for _, k := range kinds {
		body := entry.NewBody(k)
		if body == nil {
			t.Fatalf("%s is no kind", k)
		}
		var walk func(reflect.Type)
		walk = func(typ reflect.Type) {
			for i, x := range f.plan(typ) {
				switch ft := typ.Field(i).Type; ft.Kind() {
				case reflect.String, reflect.Slice, reflect.Map:
					n++
					if f.form(k, x.name, ft.Kind() == reflect.Map) == nil {
						t.Errorf("%s.%s has no form", k, x.name)
					}
				case reflect.Pointer:
					walk(ft.Elem())
				}
			}
		}
		walk(reflect.TypeOf(body).Elem())
	}
	if n < 100 {
		t.Errorf("only %d fields were looked at", n)
	}
}

var kinds = []entry.Kind{entry.LogCreated, entry.CycleStarted, entry.CycleFinished, entry.SourceRead, entry.PolicyActivated, entry.ConfigChanged, entry.DecisionMade,
	entry.PersonJoined, entry.PlanProposed, entry.LimitExceeded, entry.BatchFrozen, entry.BatchApproved, entry.BatchRefused, entry.WritesPaused, entry.WritesResumed,
	entry.DutyOpened, entry.DutyHeld, entry.DutyWithdrawn, entry.DutyIntent, entry.DutyOutcome, entry.HoldAdded, entry.HoldCarried, entry.HoldReleased,
	entry.RefusalRecorded, entry.RefusalLifted, entry.SuppressionAdded, entry.SuppressionExpired, entry.FindingOpened, entry.FindingResolved, entry.RequestReceived,
	entry.RequestAnswered, entry.Access, entry.KeyRotated, entry.KeyDestroyed, entry.CheckpointPinned, entry.ClockStepped, entry.LogVerified}

func TestForms(t *testing.T) {
	p := "0a1b2c3d:ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmno-_"[:52]
	for _, c := range []struct {
		name string
		is   form
		good []string
		bad  []string
	}{
		{"id", id, []string{"0123456789abcdef0123456789abcdef"}, []string{"", "0123456789ABCDEF0123456789abcdef", "0123456789abcdef0123456789abcde"}},
		{"digest", digest, []string{entry.Digest(nil)}, []string{"sha256:", entry.Digest(nil)[7:], entry.Digest(nil) + "0"}},
		{"pseudonym", pseudonym, []string{p}, []string{"Kari-Nordmann", p[:51], p + "A", "0a1b2c3g" + p[8:]}},
		{"commitment", commitment, []string{entry.Commit([32]byte{}, nil)}, []string{"c1:", "c2" + entry.Commit([32]byte{}, nil)[2:]}},
		{"instant", instant, []string{"2026-05-04T10:00:00.123Z"}, []string{"2026-05-04T10:00:00Z", "2026-05-04", "2026-13-04T10:00:00.123Z"}},
		{"moment", moment, []string{"2026-05-04T10:00:00.123Z", "2026-05-04"}, []string{"2026-02-30", "tomorrow"}},
		{"word", word, []string{"not-demanded", "C5"}, []string{"", "a=b", "a b"}},
	} {
		for _, s := range c.good {
			if !c.is(s) {
				t.Errorf("%s refuses %q", c.name, s)
			}
		}
		for _, s := range c.bad {
			if c.is(s) {
				t.Errorf("%s accepts %q", c.name, s)
			}
		}
	}
}

func TestTileNames(t *testing.T) {
	for want, got := range map[string]string{"000": tileName(0, 256), "999.p/7": tileName(999, 7), "x001/000": tileName(1000, 256), "x001/x234/067.p/255": tileName(1234067, 255)} {
		if got != want {
			t.Errorf("%q instead of %q", got, want)
		}
	}
}
