package connectortest

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/lapsed/lapsed/connectors"
	"github.com/lapsed/lapsed/internal/contact"
	"github.com/lapsed/lapsed/internal/sandbox/kit"
)

func (s suite) describes(t *testing.T, a Account) {
	d, err := a.Describe(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if d.Account == "" || d.Hosting == "" || d.Region != a.Region {
		t.Errorf("account %q, hosted at %q in %q, want %q", d.Account, d.Hosting, d.Region, a.Region)
	}
	if off := a.Stage.Clock.Now().Sub(d.Clock).Abs(); off > 5*time.Second {
		t.Errorf("the processor's clock is off by %s", off)
	}
	if len(d.Missing)+len(d.Unreadable) > 0 {
		t.Errorf("missing %v, unreadable %v", d.Missing, d.Unreadable)
	}
}

// methods are all that a connector can be asked of some records.
func methods(t *testing.T, a Account, refs []contact.Ref, ks []contact.Contact) map[string]func(context.Context) []error {
	t.Helper()
	mark := marked(t, a)
	return map[string]func(context.Context) []error{
		"Changes": func(c context.Context) []error {
			_, err := a.Changes(c, mark, func(connectors.Page) error { return nil })
			return []error{err}
		},
		"Read": func(c context.Context) []error {
			_, err := a.Read(c, func([]contact.Contact) error { return nil })
			return []error{err}
		},
		"Refresh": func(c context.Context) []error {
			_, err := a.Refresh(c, refs)
			return []error{err}
		},
		"Verify": func(c context.Context) []error {
			_, err := a.Verify(c, ks)
			return []error{err}
		},
		"Describe": func(c context.Context) []error {
			_, err := a.Describe(c)
			return []error{err}
		},
		"Survey": func(c context.Context) []error {
			_, err := a.Survey(c)
			return []error{err}
		},
		"Unsubscribe": func(c context.Context) []error { return a.Unsubscribe(c, withdrawals(ks)) },
		"Delete":      func(c context.Context) []error { return a.Delete(c, refs) },
	}
}

func (s suite) obeysContext(t *testing.T, a Account) {
	refs := crowd(a, 20)
	ks := refresh(t, a, refs...)
	asks := methods(t, a, refs, ks)
	from := calls(a)
	for name, ask := range asks {
		for _, err := range ask(cancelled(t)) {
			if quiet(t, err); err == nil {
				t.Errorf("%s went on", name)
			}
		}
	}
	if n := calls(a) - from; n > 0 {
		t.Errorf("%d requests were sent", n)
	}
}

func (s suite) concurrent(t *testing.T, a Account) {
	refs := crowd(a, several)
	ks := refresh(t, a, refs...)
	half := len(refs) / 2
	var wg sync.WaitGroup
	run := func(ask func() error) {
		wg.Go(func() {
			if err := ask(); err != nil {
				t.Error(err)
			}
		})
	}
	mark := marked(t, a)
	for range 3 {
		run(func() error {
			_, err := a.Changes(t.Context(), mark, func(connectors.Page) error { return nil })
			return err
		})
		run(func() error {
			_, err := a.Refresh(t.Context(), refs[half:])
			return err
		})
		run(func() error {
			_, err := a.Verify(t.Context(), ks[half:])
			return err
		})
		run(func() error {
			_, err := a.Describe(t.Context())
			return err
		})
		run(func() error {
			_, err := a.Survey(t.Context())
			return err
		})
	}
	run(func() error { return errors.Join(a.Delete(t.Context(), refs[:10])...) })
	run(func() error { return errors.Join(a.Unsubscribe(t.Context(), withdrawals(ks[half:half+10]))...) })
	wg.Wait()
	a.Settle()
	for i, ref := range refs {
		got := a.Look(ref)
		if got.Live == (i < 10) || got.Live && got.OptedOut != (i >= half && i < half+10) {
			t.Errorf("%s: %+v", ref, got)
		}
	}
}

// quietFailures lets every request fail in every way, and looks at the errors.
func (s suite) quietFailures(t *testing.T) {
	faults := append(append([]kit.Fault{}, s.env.Denied...), s.env.Lost...)
	for _, f := range faults {
		t.Run(faultName(f), func(t *testing.T) {
			a := s.start(t)
			refs := crowd(a, 3)
			ks := refresh(t, a, refs...)
			asks := methods(t, a, refs, ks)
			a.Stage.Faults.Arm(f)
			for name, ask := range asks {
				failed := false
				for _, err := range ask(t.Context()) {
					quiet(t, err)
					failed = failed || err != nil
				}
				if !failed {
					t.Logf("%s came through", name)
				}
			}
		})
	}
}
