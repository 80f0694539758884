package app

import (
	"bytes"
	"errors"
	"path/filepath"
	"strings"
	"testing"
)

// Who answers for the rules doesn't answer for what follows from them, and no
// approval is taken that nothing needs.
func TestWhoActivatedDoesNotApprove(t *testing.T) {
	t.Parallel()
	w, _, r := newLegacy(t, 12)
	w.reword(t, "surge: 3x", "surge: 4x")
	w.enact(t)
	w.with(t, func(a *App) {
		name := r.Batches[0].Digest
		if _, err := a.Approve(t.Context(), name, "looked at", "legal"); !errors.Is(err, ErrUsage) || !strings.Contains(err.Error(), "somebody else") {
			t.Errorf("approved by who activated: %v", err)
		}
		for _, by := range []string{"ann", "bob"} {
			if _, err := a.Approve(t.Context(), name, "looked at", by); err != nil {
				t.Error(err)
			}
		}
		if _, err := a.Approve(t.Context(), name, "looked at", "cem"); !errors.Is(err, ErrUsage) {
			t.Errorf("a third approval of two: %v", err)
		}
	})
}

// A sample shows facts and reasons by record, and approves nothing.
func TestSampleOfABatch(t *testing.T) {
	t.Parallel()
	w, _, r := newLegacy(t, 25)
	w.with(t, func(a *App) {
		b, cases, err := a.Sample(t.Context(), r.Batches[0].Digest[:len("sha256:")+10])
		if err != nil || len(cases) != 20 || b.Count != 25 || len(b.Approvers) != 0 {
			t.Fatalf("%d cases of %d: %v", len(cases), b.Count, err)
		}
		var out bytes.Buffer
		CasesText(&out, cases)
		for _, want := range []string{"delete hubspot:contact:", "no sign of life for the whole period", "lapsed"} {
			if !strings.Contains(out.String(), want) {
				t.Errorf("no %q in\n%s", want, out.String())
			}
		}
		if strings.Contains(out.String(), "@") {
			t.Error("an address is shown")
		}
	})
}

// A pause doesn't wait for somebody to mend a file.
func TestPauseWithABrokenPolicyFile(t *testing.T) {
	t.Parallel()
	w := newWork(t)
	write(t, filepath.Join(filepath.Dir(w.config), "policy.yaml"), "version: [")
	if _, err := Open(t.Context(), Options{Config: w.config, Clock: w.stage.Clock.Now}); ExitCode(err) != Usage {
		t.Errorf("opened for a cycle: %v", err)
	}
	a, err := Open(t.Context(), Options{Config: w.config, Clock: w.stage.Clock.Now, Active: true})
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(a.Pause(t.Context(), "something is wrong", "admin"), a.Close()); err != nil {
		t.Error(err)
	}
}
