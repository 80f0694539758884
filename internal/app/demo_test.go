package app

import "testing"

// The demonstration comes to an end: what is demanded of a record that is there no
// longer is dropped, and doesn't come up again every day.
func TestTheDemonstrationEnds(t *testing.T) {
	t.Parallel()
	out, err := Demo(t.Context(), DemoOptions{Enforce: true, Approve: true, People: 500, Seed: 1, Now: now, Build: "test"})
	if err != nil || out.Wrong || out.Waits || out.Cycles > 20 {
		t.Errorf("%d cycles, wrong %v, waits %v: %v", out.Cycles, out.Wrong, out.Waits, err)
	}
}
