package reconcile

import (
	"cmp"
	"slices"
	"strings"
	"sync"

	"github.com/lapsed/lapsed/internal/audit"
	"github.com/lapsed/lapsed/internal/audit/entry"
	"github.com/lapsed/lapsed/internal/store"
	"github.com/lapsed/lapsed/policy"
)

// sampleSize is how many records a finding names.
const sampleSize = 5

// findings collects what a cycle found, one line a kind and subject. It is safe
// for concurrent use.
type findings struct {
	mu sync.Mutex
	by map[findingKey]*FindingReport
}

type findingKey struct {
	code      policy.FindingCode
	processor string
	subject   string
}

func newFindings() *findings { return &findings{by: map[findingKey]*FindingReport{}} }

// add counts n cases of a finding; record names one, "" = none.
func (f *findings) add(c policy.FindingCode, processor, subject string, n int, record, words string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	k := findingKey{c, processor, subject}
	r := f.by[k]
	if r == nil {
		r = &FindingReport{Code: c, Clause: c.Clause(), Processor: processor, Subject: subject, Words: words}
		f.by[k] = r
	}
	r.Count += n
	if record != "" && len(r.Sample) < sampleSize {
		r.Sample = append(r.Sample, record)
	}
}

// note adds a finding that is kept in the state.
func (f *findings) note(n store.Note) {
	f.add(policy.FindingCode(n.Code), n.Processor, n.Subject, n.Count, "", n.Words)
	f.mu.Lock()
	defer f.mu.Unlock()
	r := f.by[findingKey{policy.FindingCode(n.Code), n.Processor, n.Subject}]
	r.Sample, r.due = n.Sample, n.Due
	if n.Due != 0 {
		r.Due = n.Due.String()
	}
}

func (f *findings) list() []FindingReport {
	out := []FindingReport{}
	for _, r := range f.by {
		out = append(out, *r)
	}
	slices.SortFunc(out, func(a, b FindingReport) int {
		return cmp.Or(cmp.Compare(a.Clause, b.Clause), cmp.Compare(a.Code, b.Code), cmp.Compare(a.Processor, b.Processor), cmp.Compare(a.Subject, b.Subject))
	})
	return out
}

// keepFindings opens what is new and resolves what is no longer so. One whose day
// has moved is another one: the log says of each by when somebody must act.
func (r *run) keepFindings(tx *store.Tx) ([]entry.Entry, error) {
	open, err := tx.OpenFindings()
	if err != nil {
		return nil, err
	}
	var out []entry.Entry
	now := map[findingKey]bool{}
	for _, f := range r.findings.list() {
		k := findingKey{f.Code, f.Processor, f.Subject}
		now[k] = true
		i := slices.IndexFunc(open, func(o store.Finding) bool {
			return o.Code == string(f.Code) && o.Processor == f.Processor && o.Subject == f.Subject
		})
		s := store.Finding{Code: string(f.Code), Clause: f.Clause, Processor: f.Processor, Subject: f.Subject, Count: f.Count, Sample: strings.Join(f.Sample, " "), Due: f.due, Opened: r.now}
		if i >= 0 {
			s.ID, s.Opened = open[i].ID, open[i].Opened
		}
		if moved := i >= 0 && open[i].Due != f.due; moved {
			e, err := r.resolveFinding(tx, s.ID, "another-day")
			if err != nil {
				return nil, err
			}
			s.ID, out = "", append(out, e)
		}
		if s.ID == "" {
			s.ID = audit.NewID()
			out = append(out, entry.Entry{Kind: entry.FindingOpened, Body: entry.FindingWasOpened{Finding: s.ID, Code: s.Code, Clause: s.Clause, Processor: s.Processor, Count: s.Count, Due: f.Due}})
		}
		if err := tx.PutFinding(s); err != nil {
			return nil, err
		}
	}
	for _, o := range open {
		if r.clockWhy != "" {
			break // nobody was looked at
		}
		if now[findingKey{policy.FindingCode(o.Code), o.Processor, o.Subject}] {
			continue
		}
		e, err := r.resolveFinding(tx, o.ID, "no-longer-found")
		if err != nil {
			return nil, err
		}
		out = append(out, e)
	}
	return out, nil
}

func (r *run) resolveFinding(tx *store.Tx, id, how string) (entry.Entry, error) {
	return entry.Entry{Kind: entry.FindingResolved, Body: entry.FindingWasResolved{Finding: id, Resolution: how}}, tx.ResolveFinding(id, r.now)
}
