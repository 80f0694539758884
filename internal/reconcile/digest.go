package reconcile

import (
	"slices"
	"strings"

	"github.com/lapsed/lapsed/internal/audit/entry"
	"github.com/lapsed/lapsed/policy"
)

// decisionDigest collects the cycle's decisions, a line each, so that those
// without an entry of their own can't be changed afterwards.
type decisionDigest struct{ lines []string }

func (d *decisionDigest) add(person string, x policy.Decision) {
	rules := rules(x)
	if len(rules) == 0 {
		rules = []string{"-"}
	}
	d.lines = append(d.lines, person+" "+string(x.Verdict)+" "+strings.Join(rules, ","))
}

// sum is the digest of the sorted lines.
func (d *decisionDigest) sum() string {
	slices.Sort(d.lines)
	return entry.Digest([]byte(strings.Join(d.lines, "\n")))
}
