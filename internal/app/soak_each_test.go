package app

import (
	"fmt"
	"os"
	"testing"
	"time"

	"github.com/lapsed/lapsed/internal/sandbox"
)

// alone lives through fifty days with one fault: a share of the requests meets
// it, and every one for the days in which the first night's grace ends. Cycles
// are done on the days of worked, in order from 0 on.
func (s *soak) alone(t *testing.T, worked []int, processor, kind string) {
	t.Helper()
	const outage, over, days = 31, 34, 50
	for i, n := range worked {
		s.world.Stage().Faults.Clear()
		switch {
		case n < 5: // the base is read without, and so is who must be known at both processors
		case n >= outage && n < over:
			s.arm(t, processor+"::"+kind)
		default:
			s.arm(t, processor+"::"+kind+"@0.1/7")
		}
		next := days
		if i+1 < len(worked) {
			next = worked[i+1]
		}
		s.happen(n)
		s.world.Advance(5 * time.Minute) // HubSpot's index lags
		s.day(t, 1)
		for d := n + 1; d < next; d++ {
			s.happen(d)
			s.world.Advance(day)
		}
		s.harmless(t, n)
		if t.Failed() {
			return
		}
	}
	s.recover(t, 1)
}

// Each thing that a processor may do wrong, alone: in a mixture one failure may
// hide what another does. LAPSED_SOAK=full has more people, and works each day.
func TestFiftyDaysOfEachFault(t *testing.T) {
	people, worked := 30, []int{0, 4, 5, 20, 31, 34, 40}
	if os.Getenv("LAPSED_SOAK") == "full" {
		people, worked = 40, nil
		for d := range 50 {
			worked = append(worked, d)
		}
	}
	for _, processor := range sandbox.Processors() {
		for _, kind := range sandbox.Mixture(processor) {
			t.Run(fmt.Sprintf("%s %s", processor, kind), func(t *testing.T) {
				t.Parallel()
				newSoak(t, people, 7).alone(t, worked, processor, kind)
			})
		}
	}
}
