package reconcile

import (
	"context"
	"fmt"
	"strings"

	"github.com/lapsed/lapsed/internal/audit/entry"
	"github.com/lapsed/lapsed/internal/contact"
	"github.com/lapsed/lapsed/internal/store"
	"github.com/lapsed/lapsed/policy"
)

// rulesKey remembers under which rules the facts in the state were observed:
// revision and signature.
const rulesKey = "observed-by"

// carry takes what must not be lost over from facts that were observed under
// other rules. Their numbers are those rules', so every no is kept under its name
// and its record, and outlives them; the rest is read again. A processor that is
// not read any more has nothing left to be read again, and is forgotten.
func (r *run) carry(ctx context.Context) error {
	now := r.Policy.Revision + " " + r.Policy.Signature
	was := ""
	if err := r.read(ctx, func(tx *store.Tx) (err error) { was, err = tx.Meta(rulesKey); return err }); err != nil {
		return err
	}
	revision, signature, _ := strings.Cut(was, " ")
	if was != "" && signature != r.Policy.Signature {
		if err := r.carryAll(ctx, revision); err != nil {
			return fmt.Errorf("what was observed under revision %.12s: %w", revision, err)
		}
	}
	if was == now {
		return nil
	}
	return r.write(ctx, func(tx *store.Tx) ([]entry.Entry, error) { return nil, tx.SetMeta(rulesKey, now) })
}

func (r *run) carryAll(ctx context.Context, revision string) error {
	topics, err := r.topicsOf(ctx, revision)
	if err != nil {
		return err
	}
	for after := int64(0); ; {
		var rows []store.Row
		if err := r.read(ctx, func(tx *store.Tx) (err error) { rows, err = tx.PersonsAfter(after, slice); return err }); err != nil || len(rows) == 0 {
			return err
		}
		after = rows[len(rows)-1].Person
		if err := r.write(ctx, func(tx *store.Tx) ([]entry.Entry, error) {
			var out []entry.Entry
			for _, o := range rows {
				es, err := r.carryOne(tx, o, topics)
				if err != nil {
					return nil, err
				}
				out = append(out, es...)
			}
			return out, nil
		}); err != nil {
			return err
		}
	}
}

// carryOne keeps a record's refusals under its own link: whoever the record turns
// out to be of has them.
func (r *run) carryOne(tx *store.Tx, o store.Row, topics []string) ([]entry.Entry, error) {
	if len(o.Facts.Refusals) > 0 {
		if err := r.keepNamed(tx, []contact.Key{r.Keys.Link(o.Ref)}, o.Facts.Refusals, topics); err != nil {
			return nil, err
		}
		if err := tx.ChangeFacts(o.Ref, func(f *contact.Facts) { f.Refusals = nil }); err != nil {
			return nil, err
		}
	}
	if _, read := r.Sources[o.Ref.Processor]; read {
		return nil, nil
	}
	known, _, err := tx.Observation(o.Ref)
	if err != nil {
		return nil, err
	}
	if err := r.keepNamed(tx, emails(known.Identifiers), o.Facts.Refusals, topics); err != nil {
		return nil, err
	}
	if err := tx.Forget(o.Ref); err != nil {
		return nil, err
	}
	return r.dropRecord(tx, o.Ref)
}

// topicsOf are the names of a revision's topics, by their numbers.
func (r *run) topicsOf(ctx context.Context, revision string) ([]string, error) {
	if revision == r.Policy.Revision { // another reading of the same rules
		return r.Policy.Topics.Names(), nil
	}
	var text string
	if err := r.read(ctx, func(tx *store.Tx) (err error) { text, err = tx.PolicyText(revision); return err }); err != nil {
		return nil, err
	}
	d, _, problems := policy.Parse(revision, []byte(text))
	if len(problems) > 0 {
		return nil, nil // its topics have no names any more
	}
	return d.Topics.Names(), nil
}

// foreign names the sources whose facts were observed under other rules: by them
// nobody can be decided on.
func (r *run) foreign() string {
	var out []string
	for _, name := range sorted(keysOf(r.Sources)) {
		if s := r.sources[name]; s.Signature != "" && s.Signature != r.Policy.Signature {
			out = append(out, name)
		}
	}
	return strings.Join(out, " and ")
}
