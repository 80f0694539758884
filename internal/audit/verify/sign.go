package verify

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"github.com/lapsed/lapsed/internal/audit/entry"
)

// newestSigned asks who signed the newest checkpoint, now that the log's keys are
// known. A key that only the log names is not enough if others were handed in.
func (r *run) newestSigned() error {
	if !r.readable {
		return nil
	}
	b, err := r.log.Checkpoint()
	if err != nil {
		return err
	}
	c, _, why := r.keys.open(b)
	if why == "" && r.given > 0 && !c.by(r.keys.logs[:r.given]) {
		why = "no key that was handed in has signed it"
	}
	if why != "" {
		r.add("S1", -1, "", "the newest checkpoint: %s", why)
	}
	cosigs := r.keys.cosignatures(c)
	r.report.Checked.Cosignatures = len(cosigs)
	if len(cosigs) < r.o.Quorum {
		r.add("S4", -1, "", "the newest checkpoint has cosignatures of %d known witnesses; %d are demanded", len(cosigs), r.o.Quorum)
	}
	return nil
}

// pinsSigned asks who signed the pins.
func (r *run) pinsSigned() {
	for i, b := range r.o.Pins {
		if _, readable, why := r.keys.open(b); readable && why != "" {
			r.add("S4", -1, "", "the pin %d: %s", i+1, why)
		}
	}
}

// storedSigned asks who signed the stored checkpoints.
func (r *run) storedSigned() error {
	return r.stored(func(c signed, why string) {
		r.report.Checked.Checkpoints++
		if why != "" {
			r.add("S4", -1, "", "the stored checkpoint of %d entries: %s", c.Size, why)
		}
	})
}

// edge is the time of the entries on both sides of a cosigned size.
type edge struct{ before, after time.Time }

// edge notes times while the pass is there; index is the next entry's.
func (r *run) edge(next int64) {
	if len(r.edges) == 0 {
		return
	}
	if x, ok := r.edges[next]; ok {
		x.before = r.book.last
		r.edges[next] = x
	}
	if x, ok := r.edges[next-1]; ok {
		x.after = r.book.last
		r.edges[next-1] = x
	}
}

// brackets are the times that witnesses vouch for. Entries lie inside, whatever
// the log's own clock said (S2).
func (r *run) brackets() []Bracket {
	slices.SortFunc(r.seen, func(a, b cosigned) int {
		return cmp.Or(cmp.Compare(a.by, b.by), cmp.Compare(a.size, b.size), a.at.Compare(b.at))
	})
	out := []Bracket{}
	for i, s := range r.seen {
		was := cosigned{}
		if i > 0 && r.seen[i-1].by == s.by {
			was = r.seen[i-1]
		}
		if was.size == s.size {
			continue
		}
		b := Bracket{From: was.size, To: s.size, NotAfter: stamp(s.at), By: s.by}
		if x := r.edges[s.size]; x.before.After(s.at.Add(slack)) {
			r.add("S2", s.size-1, s.by, "its time is %s, and the witness had seen it at %s", entry.Time(x.before), stamp(s.at))
		}
		if !was.at.IsZero() {
			b.NotBefore = stamp(was.at)
			if x := r.edges[was.size]; !x.after.IsZero() && x.after.Before(was.at.Add(-slack)) {
				r.add("S2", was.size, s.by, "its time is %s, and the witness had not seen it at %s", entry.Time(x.after), stamp(was.at))
			}
		}
		out = append(out, b)
	}
	return out
}

// finish writes the report.
func (r *run) finish(began time.Time) Report {
	if len(r.book.keys.logs) == 0 && r.report.Checked.Entries == 0 {
		r.add("S3", -1, "", "there is no entry: a log begins with log.created")
	}
	if r.readable {
		r.tree.unsettled()
	}
	out := &r.report
	now := r.book.last
	if r.o.Clock != nil {
		now = r.o.Clock()
		out.Checked.Seconds = now.Sub(began).Seconds()
	}
	out.Brackets = r.brackets()
	out.Open, out.Overdue = r.book.left(now)
	out.Checked.Tiles, out.Checked.Pins = r.tree.tiles, len(r.o.Pins)
	out.NotChecked = r.notChecked()
	out.Problems = append([]Problem{}, r.list...)
	out.OK = len(out.Problems) == 0
	return *out
}

// notChecked says what the verdict does not cover.
func (r *run) notChecked() []string {
	out := []string{}
	note := func(when bool, format string, args ...any) {
		if when {
			out = append(out, fmt.Sprintf(format, args...))
		}
	}
	note(len(r.o.Pins) == 0 && r.report.Checked.Cosignatures == 0, noPin)
	note(len(r.o.Keys) == 0, "S1: no key was given, so the log's own word for its key was taken: any log can be signed with some key")
	note(r.unsigned > 0, "S1: the newest %d entries are not under a checkpoint yet", r.unsigned)
	note(r.tree.absent > 0, "S1: %d tiles are not held", r.tree.absent)
	note(len(r.seen) == 0, "S2: no cosignature of a known witness brackets the entries' times")
	for _, g := range sortedKeys(r.book.gaps) {
		note(true, "%s (×%d)", g, r.book.gaps[g])
	}
	note(true, "R13: of what cycle.finished counts, only the outcomes can be counted again")
	note(!r.o.Evidence, "R15: evidence was not asked for")
	note(true, "R15: decisions are not made again from their facts")
	return append(out, r.beyond()...)
}
