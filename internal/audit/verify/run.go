package verify

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"slices"
	"time"
)

// Options say what the log is held against.
type Options struct {
	// Keys are the log's, in note form, as somebody gave them to the auditor.
	// Without any, the log's own word for them is taken, and the report says so.
	Keys []string
	// Pins are signed checkpoints that were kept outside the log.
	Pins [][]byte
	// Witnesses are the cosigners' keys, in note form; Quorum is how many of them
	// must have cosigned the newest checkpoint.
	Witnesses []string
	Quorum    int
	// Evidence opens the commitments for which the log holds evidence (R15).
	Evidence bool
	// Clock tells what is overdue and how long the run took. Nil: overdue is
	// judged at the newest entry's time.
	Clock func() time.Time
}

// Run checks a log. The error tells that it can't be read, that a key is none, or
// that ctx ended; everything that is wrong with the log itself is in the report.
func Run(ctx context.Context, l Log, o Options) (Report, error) {
	keys, err := newKnown(o.Keys, o.Witnesses)
	if err != nil {
		return Report{}, err
	}
	r := &run{log: l, o: o, keys: keys, given: len(keys.logs), problems: &problems{counts: map[string]int{}}}
	r.tree = newTree(l, r.problems)
	r.book = newBook(l, r.tree, r.problems, o.Evidence)
	var began time.Time
	if o.Clock != nil {
		began = o.Clock()
	}
	if err := errors.Join(r.head(), r.claims()); err != nil {
		return Report{}, err
	}
	if err := r.entries(ctx); err != nil {
		return Report{}, err
	}
	r.trust()
	r.pinsSigned()
	if err := errors.Join(r.newestSigned(), r.storedSigned()); err != nil {
		return Report{}, err
	}
	return r.finish(began), nil
}

type run struct {
	log   Log
	o     Options
	keys  known
	given int // of the log's keys, the first ones, were handed in
	*problems
	tree     *tree
	book     *book
	newest   signed
	readable bool // the newest checkpoint
	report   Report
	unsigned int64
	seen     []cosigned
	edges    map[int64]edge
}

// head reads the newest checkpoint. Whether it is signed is asked when all the
// keys are known.
func (r *run) head() error {
	b, err := r.log.Checkpoint()
	var damage Damage
	if errors.As(err, &damage) {
		r.add("S1", -1, "", "%s", damage)
		return nil
	}
	if err != nil {
		return err
	}
	c, readable, why := r.keys.open(b)
	if !readable {
		r.add("S1", -1, "checkpoint", "the newest checkpoint can't be read: %s", why)
		return nil
	}
	r.newest, r.readable = c, true
	r.book.origin = c.Origin
	r.report.Log = Head{c.Origin, int64(c.Size), base64.StdEncoding.EncodeToString(c.Hash)}
	r.tree.expect(int64(c.Size), claim{c.Hash, "S1", "the newest checkpoint"})
	return nil
}

// claims notes the roots that the pins and the stored checkpoints claim.
func (r *run) claims() error {
	for i, b := range r.o.Pins {
		who := fmt.Sprintf("the pin %d", i+1)
		c, readable, why := r.keys.open(b)
		switch {
		case !readable:
			r.add("S4", -1, "", "%s can't be read: %s", who, why)
		case r.readable && c.Origin != r.book.origin:
			r.add("S4", -1, "", "%s is of another log", who)
		default:
			r.tree.expect(int64(c.Size), claim{c.Hash, "S4", who})
		}
	}
	r.edges = map[int64]edge{}
	r.saw(r.newest)
	return r.stored(func(c signed, _ string) {
		if r.readable && c.Size > r.newest.Size {
			r.add("S4", -1, "", "a stored checkpoint is of %d entries, more than the newest's %d: an old one is shown as the newest", c.Size, r.newest.Size)
		}
		r.tree.expect(int64(c.Size), claim{c.Hash, "S4", "a stored checkpoint"})
		r.saw(c)
	})
}

// saw notes when witnesses saw a checkpoint.
func (r *run) saw(c signed) {
	for _, s := range r.keys.cosignatures(c) {
		r.seen = append(r.seen, s)
		r.edges[s.size] = edge{}
	}
}

// stored visits the stored checkpoints that can be read.
func (r *run) stored(each func(c signed, why string)) error {
	for b, err := range r.log.Checkpoints() {
		var damage Damage
		if errors.As(err, &damage) {
			r.once("S4", string(damage))
			continue
		}
		if err != nil {
			return err
		}
		c, readable, why := r.keys.open(b)
		switch {
		case !readable:
			r.once("S4", "a stored checkpoint can't be read: "+why)
		case r.readable && c.Origin != r.book.origin:
			r.once("S4", "a stored checkpoint is of another log")
		default:
			each(c, why)
		}
	}
	return nil
}

// once reports what two passes over the checkpoints would report twice.
func (r *run) once(code, detail string) {
	if !slices.Contains(r.list, Problem{code, -1, "", detail}) {
		r.add(code, -1, "", "%s", detail)
	}
}

// entries is the one pass over all of them.
func (r *run) entries(ctx context.Context) error {
	r.tree.settle() // a log of no entries
	index, told := int64(0), Damage("")
	for b, err := range r.log.Entries(0) {
		if index%1024 == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		var damage Damage
		if errors.As(err, &damage) {
			if damage != told {
				r.add("S1", index, "", "%s", damage)
			}
			told = damage
		} else if err != nil {
			return err
		}
		r.tree.add(b)
		if b != nil {
			r.book.read(index, b)
			r.report.Checked.Entries++
		}
		index++
		r.edge(index)
		if r.readable && index == int64(r.newest.Size) {
			r.tree.end()
		}
		if r.failed != nil {
			return r.failed
		}
	}
	if r.readable {
		r.unsigned = index - int64(r.newest.Size)
	}
	return r.failed
}

// trust takes the keys that the log itself names, if one that the auditor has is
// among them, or if the auditor has none (S3).
func (r *run) trust() {
	named := r.book.keys.logs
	if len(r.o.Keys) > 0 && r.report.Log.Size > 0 && !slices.ContainsFunc(r.o.Keys, func(k string) bool { return slices.Contains(named, k) }) {
		r.add("S3", 0, "", "the log was created with another key than the one it is verified with")
		return
	}
	for _, k := range named {
		if err := r.keys.add(k); err != nil {
			r.add("S3", -1, "", "a key that the log names is no key")
		}
	}
}
