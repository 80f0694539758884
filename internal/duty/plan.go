package duty

import (
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"time"

	"github.com/lapsed/lapsed/policy"
)

// Limit is how many persons a day without a human.
type Limit struct {
	People int          `json:"people"`
	Share  policy.Share `json:"share"`
}

// Of is the limit in persons for a population; the lower of the two holds.
func (l Limit) Of(population int) int { return min(l.People, l.Share.Of(population)) }

// Limits are the guard rails of a plan. The zero value permits nothing.
type Limits struct {
	Verbs map[policy.Verb]Limit
	Surge int           // times the median of new cases of a rule
	Valid time.Duration // of a batch
}

// minSurge is the number of new duties of a rule in a day from which a surge is
// counted: below it, three times nothing would stop the work of every small rule.
const minSurge = 10

// DefaultLimits are what a policy that says nothing gets.
func DefaultLimits() Limits {
	return Limits{Surge: 3, Valid: 7 * 24 * time.Hour, Verbs: map[policy.Verb]Limit{
		policy.Delete: {100, 100}, policy.Unsubscribe: {500, 200}, policy.Instruct: {500, 200},
	}}
}

// LimitsOf reads a policy's limits over the defaults.
func LimitsOf(p *policy.Policy) Limits {
	l := DefaultLimits()
	for v, given := range map[policy.Verb]*policy.VerbLimit{policy.Delete: p.Limits.Delete, policy.Unsubscribe: p.Limits.Unsubscribe} {
		if given != nil {
			l.Verbs[v] = Limit{given.People, given.Share}
		}
	}
	if p.Limits.Surge != nil {
		l.Surge = int(*p.Limits.Surge)
	}
	if a := p.Limits.Approval; a != nil {
		l.Valid = a.Valid.Duration()
	}
	return l
}

// Why says what froze a duty.
type Why string

// The reasons, in the order of their force.
const (
	FirstRun  Why = "first-run"
	Surge     Why = "surge"
	OverLimit Why = "limit"
)

// Batch is a frozen set of duties that waits for an approval.
type Batch struct {
	Digest  string              `json:"batch"`
	Duties  []string            `json:"-"` // sorted ids
	Count   int                 `json:"duties"`
	Persons int                 `json:"persons"`
	Verbs   map[policy.Verb]int `json:"verbs"`
	Why     Why                 `json:"why"`
	Expires time.Time           `json:"expires"`
}

// History counts new duties of a rule by the controller's day.
type History map[string]map[policy.Day]int

// Situation is what a plan is made in.
type Situation struct {
	Now        time.Time
	Today      policy.Day
	Zone       *time.Location
	Population int                            // persons in scope at the last whole read
	Spent      map[policy.Verb]map[int64]bool // persons already acted on today
	History    History
	FirstDay   policy.Day        // day of the first whole read of all sources
	Pending    map[string]bool   // duties in a live batch that nobody has approved
	Approved   map[string]string // duty → approved, living batch
}

// Work is a plan: what may be done today, in order, and what waits for a human.
type Work struct {
	Routine  []Duty
	Approved []Duty
	Batches  []Batch
	Waiting  int // duties in batches that already wait
}

// Plan parts the due duties, which may come in any order. The same input gives
// the same output. Nothing is ever chosen at random: oldest first.
func Plan(due []Duty, l Limits, s Situation) Work {
	sorted := slices.Clone(due)
	slices.SortFunc(sorted, Compare)
	var w Work
	frozen := map[Why][]Duty{}
	used := map[policy.Verb]map[int64]bool{}
	for _, d := range sorted {
		if b, ok := s.Approved[d.ID]; ok {
			d.Batch = b
			w.Approved = append(w.Approved, d)
			continue
		}
		if s.Pending[d.ID] {
			w.Waiting++
			continue
		}
		if why := surged(d, l, s); why != "" {
			frozen[why] = append(frozen[why], d)
			continue
		}
		d.Batch = "" // an older approval is not today's
		if fits(d, l, s, used) {
			w.Routine = append(w.Routine, d)
		} else {
			frozen[OverLimit] = append(frozen[OverLimit], d)
		}
	}
	for _, why := range []Why{FirstRun, Surge, OverLimit} {
		if len(frozen[why]) > 0 {
			w.Batches = append(w.Batches, freeze(frozen[why], why, s.Now.Add(l.Valid)))
		}
	}
	return w
}

// fits takes a person of today's limit for the duty, if one is left.
func fits(d Duty, l Limits, s Situation, used map[policy.Verb]map[int64]bool) bool {
	if used[d.Verb] == nil {
		used[d.Verb] = map[int64]bool{}
		for p := range s.Spent[d.Verb] {
			used[d.Verb][p] = true
		}
	}
	u := used[d.Verb]
	if !u[d.Person] && len(u) >= l.Verbs[d.Verb].Of(s.Population) {
		return false
	}
	u[d.Person] = true
	return true
}

// surged tells whether the duty was opened on a day on which its rule demanded
// far more than it does usually. On the day of the first whole read there is no
// usual: what is more than a handful is a first run. A duty that was attempted
// before has passed this once.
func surged(d Duty, l Limits, s Situation) Why {
	if d.Attempt > 0 {
		return ""
	}
	day := policy.DayOf(d.Opened, s.Zone)
	n := s.History[d.Rule()][day]
	switch {
	case n < minSurge:
		return ""
	case day <= s.FirstDay:
		return FirstRun
	case n > l.Surge*median(s.History[d.Rule()], day):
		return Surge
	default:
		return ""
	}
}

// median of the 30 days before a day; days without a new duty count as 0.
func median(h map[policy.Day]int, day policy.Day) int {
	var ns []int
	for d := day - 30; d < day; d++ {
		ns = append(ns, h[d])
	}
	slices.Sort(ns)
	return (ns[14] + ns[15]) / 2
}

func freeze(ds []Duty, why Why, expires time.Time) Batch {
	b := Batch{Why: why, Expires: expires, Verbs: map[policy.Verb]int{}, Count: len(ds)}
	persons := map[int64]bool{}
	for _, d := range ds {
		b.Duties = append(b.Duties, d.ID)
		b.Verbs[d.Verb]++
		persons[d.Person] = true
	}
	b.Persons = len(persons)
	slices.Sort(b.Duties)
	b.Digest = Digest(b.Duties)
	return b
}

// Digest is a batch's name: the SHA-256 of its sorted duty ids, a line each.
func Digest(sorted []string) string {
	h := sha256.New()
	for _, id := range sorted {
		h.Write([]byte(id + "\n"))
	}
	return "sha256:" + hex.EncodeToString(h.Sum(nil))
}
