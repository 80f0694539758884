package app

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/lapsed/lapsed/internal/audit"
	"github.com/lapsed/lapsed/internal/audit/entry"
	"github.com/lapsed/lapsed/internal/contact"
	"github.com/lapsed/lapsed/internal/reconcile"
	"github.com/lapsed/lapsed/internal/store"
	"github.com/lapsed/lapsed/policy"
)

// ErrUsage tells that what was asked makes no sense; the text says why.
var ErrUsage = errors.New("usage")

func usage(format string, args ...any) error {
	return fmt.Errorf("%w: %s", ErrUsage, fmt.Sprintf(format, args...))
}

// evidence keeps what a human typed outside the log, and returns the commitment
// that stands in the entry.
func (a *App) evidence(tx *store.Tx, typed map[string]string) (string, error) {
	b, err := json.Marshal(typed)
	if err != nil {
		return "", err
	}
	return audit.Keep(tx.Tx, b, a.Clock().AddDate(3, 0, 0))
}

// write runs f and appends the entries that it returns, in one transaction.
func (a *App) write(ctx context.Context, by string, f func(*store.Tx) ([]entry.Entry, error)) error {
	return a.Store.Write(ctx, func(tx *store.Tx) error {
		es, err := f(tx)
		if err != nil {
			return err
		}
		for i := range es {
			es[i].By = entry.By{Role: "admin", Who: a.Keys.Staff(by)}
		}
		_, err = audit.Append(tx.Tx, a.Clock(), es...)
		return err
	})
}

// Approval is what an approval amounts to.
type Approval struct {
	Batch     string    `json:"batch"`
	Duties    int       `json:"duties"`
	Persons   int       `json:"persons"`
	Approvals int       `json:"approvals"`
	Needed    int       `json:"needed"`
	Expires   time.Time `json:"expires"`
}

// Approve permits at most the duties of a batch that waits. The batch may be
// named by the beginning of its digest.
func (a *App) Approve(ctx context.Context, name, reason, by string) (out Approval, err error) {
	if strings.TrimSpace(reason) == "" {
		return out, usage("an approval needs a reason")
	}
	err = a.write(ctx, by, func(tx *store.Tx) ([]entry.Entry, error) {
		b, err := a.batch(tx, name)
		if err != nil {
			return nil, err
		}
		who := a.Keys.Staff(by)
		if slices.Contains(b.Approvers, who) {
			return nil, usage("%s has approved this batch already; a second approval must be another person's", by)
		}
		active, _, err := tx.ActivePolicy()
		if err != nil {
			return nil, err
		}
		needed := a.engine().Needed(b)
		switch {
		case active.Who == who:
			return nil, usage("%s activated the policy that this batch follows from: somebody else has to approve it", by)
		case len(b.Approvers) >= needed:
			return nil, usage("this batch has the %d approvals that it needs", needed)
		}
		note, err := a.evidence(tx, map[string]string{"reason": reason})
		if err != nil {
			return nil, err
		}
		if err := tx.Approve(b.Digest, who, a.Clock()); err != nil {
			return nil, err
		}
		out = Approval{b.Digest, b.Count, b.Persons, len(b.Approvers) + 1, needed, b.Expires}
		return []entry.Entry{{Kind: entry.BatchApproved, Body: entry.Approved{Batch: b.Digest, Role: "admin", Expires: entry.Time(b.Expires), Note: note}}}, nil
	})
	return out, err
}

// sampleSize is how many cases of a batch are shown.
const sampleSize = 20

// Sample shows some cases of a batch that waits: the first ones in the order of
// their ids, which are keyed hashes and so no selection of anybody's.
func (a *App) Sample(ctx context.Context, name string) (b store.Frozen, out []reconcile.Case, err error) {
	err = a.Store.Read(ctx, func(tx *store.Tx) (err error) {
		if b, err = a.batch(tx, name); err != nil {
			return err
		}
		out, err = a.engine().Cases(tx, b.Duties[:min(sampleSize, len(b.Duties))])
		return err
	})
	return b, out, err
}

func (a *App) batch(tx *store.Tx, name string) (store.Frozen, error) {
	live, err := tx.Batches(a.Clock())
	if err != nil {
		return store.Frozen{}, err
	}
	name = strings.TrimPrefix(name, "sha256:")
	var found []store.Frozen
	for _, b := range live {
		if len(name) >= 8 && strings.HasPrefix(strings.TrimPrefix(b.Digest, "sha256:"), name) {
			found = append(found, b)
		}
	}
	switch {
	case len(name) < 8:
		return store.Frozen{}, usage("name a batch by at least 8 characters of its digest")
	case len(found) == 0:
		return store.Frozen{}, usage("no batch %s waits: it may have expired (lapsed plan shows what waits)", name)
	case len(found) > 1:
		return store.Frozen{}, usage("%s names more than one batch: write more of its digest", name)
	}
	return found[0], nil
}

// Pause stops all writes at once; Resume lets them go on.
func (a *App) Pause(ctx context.Context, reason, by string) error {
	return a.pause(ctx, entry.WritesPaused, "yes", reason, by)
}

// Resume ends a pause.
func (a *App) Resume(ctx context.Context, reason, by string) error {
	return a.pause(ctx, entry.WritesResumed, "", reason, by)
}

func (a *App) pause(ctx context.Context, kind entry.Kind, value, reason, by string) error {
	if strings.TrimSpace(reason) == "" {
		return usage("this needs a reason")
	}
	return a.write(ctx, by, func(tx *store.Tx) ([]entry.Entry, error) {
		was, err := tx.Meta("paused")
		if err != nil || was == value {
			return nil, errors.Join(err, when(was == value, usage("writes are that already")))
		}
		note, err := a.evidence(tx, map[string]string{"reason": reason})
		if err != nil {
			return nil, err
		}
		return []entry.Entry{{Kind: kind, Body: entry.Paused{Cause: "manual", Note: note}}}, tx.SetMeta("paused", value)
	})
}

func when(yes bool, err error) error {
	if yes {
		return err
	}
	return nil
}

// HoldRequest is what a hold needs (the policy may ask for more of it).
type HoldRequest struct {
	Subject   string // PROCESSOR:OBJECT:ID, or an address
	Basis     string // court, regulator, claim, dispute, other
	Reference string // a case number, never a name
	Reason    string
	Authority string
	Until     policy.Day
	By        string
}

// bases are the log's words for what a hold rests on.
var bases = []string{"court", "regulator", "claim", "dispute", "other"}

// AddHold forbids the deletion of a person until a day. It returns the hold's id.
func (a *App) AddHold(ctx context.Context, h HoldRequest) (string, error) {
	switch {
	case !slices.Contains(bases, h.Basis):
		return "", usage("a hold's basis is one of %s", strings.Join(bases, ", "))
	case h.Reference == "" || h.Reason == "" || h.Authority == "":
		return "", usage("a hold needs a reference, a reason and an authority")
	case h.Until < a.Policy.Today(a.Clock()):
		return "", usage("a hold needs an end that is not past")
	}
	if l := a.Policy.Holds.Longest; l != nil && h.Until > l.After(a.Policy.Today(a.Clock())) {
		return "", usage("the policy lets a hold last %s at most", l.Words())
	}
	id := audit.NewID()
	err := a.write(ctx, h.By, func(tx *store.Tx) ([]entry.Entry, error) {
		keys, aka, err := a.subject(tx, h.Subject)
		if err != nil {
			return nil, err
		}
		cause, err := a.evidence(tx, map[string]string{"reference": h.Reference, "reason": h.Reason, "authority": h.Authority})
		if err != nil {
			return nil, err
		}
		s := store.Hold{ID: id, Basis: h.Basis, Reference: cause, Until: h.Until, Added: a.Clock(), Keys: keys}
		body := entry.HoldWasAdded{Hold: id, Person: aka[0], Aka: slices.Sorted(slices.Values(aka)), Cause: cause, Basis: h.Basis, Until: h.Until.String()}
		return []entry.Entry{{Kind: entry.HoldAdded, Body: body}}, tx.AddHold(s)
	})
	return id, err
}

// subject finds a person's identifiers by a record or an address. The address is
// hashed at once and not kept. Somebody who isn't known can be held all the same.
func (a *App) subject(tx *store.Tx, s string) (keys []store.HoldKey, aka []string, err error) {
	var persons []int64
	if strings.Contains(s, "@") {
		key, public, _, ok := a.Keys.Email(s)
		if !ok {
			return nil, nil, usage("this is no address")
		}
		keys, aka = append(keys, store.HoldKey{Key: key, Public: public}), append(aka, public)
		if persons, err = tx.PersonsByKey(key); err != nil {
			return nil, nil, err
		}
	} else {
		ref, err := contact.ParseRef(s)
		if err != nil {
			return nil, nil, usage("%s", err.Error())
		}
		p, err := tx.PersonByRef(ref)
		if err != nil {
			return nil, nil, err
		}
		if p == 0 {
			return nil, nil, usage("there is no record %s in the state", ref)
		}
		keys, aka = append(keys, store.HoldKey{Key: a.Keys.Link(ref)}), append(aka, a.Keys.Contact(ref))
		persons = []int64{p}
	}
	for _, p := range persons {
		ids, err := tx.IdentifiersOf([]int64{p})
		if err != nil {
			return nil, nil, err
		}
		for _, x := range ids[p] {
			if !x.Alone && !slices.ContainsFunc(keys, func(k store.HoldKey) bool { return k.Key == x.Key }) {
				keys = append(keys, store.HoldKey{Key: x.Key, Public: x.Public})
				if x.Public != "" {
					aka = append(aka, x.Public)
				}
			}
		}
		rows, err := tx.PersonsOf([]int64{p})
		if err != nil {
			return nil, nil, err
		}
		for _, o := range rows {
			if c := a.Keys.Contact(o.Ref); !slices.Contains(aka, c) {
				aka = append(aka, c)
			}
		}
	}
	return keys, aka, nil
}

// ReleaseHold ends a hold.
func (a *App) ReleaseHold(ctx context.Context, id, reason, by string) error {
	if reason == "" {
		return usage("a release needs a reason")
	}
	return a.write(ctx, by, func(tx *store.Tx) ([]entry.Entry, error) {
		ok, err := tx.ReleaseHold(id, a.Clock())
		if err != nil || !ok {
			return nil, errors.Join(err, when(err == nil, usage("there is no hold %s in force", id)))
		}
		note, err := a.evidence(tx, map[string]string{"reason": reason})
		return []entry.Entry{{Kind: entry.HoldReleased, Body: entry.HoldWasReleased{Hold: id, Cause: "manual", Note: note}}}, err
	})
}

// Holds lists all holds.
func (a *App) Holds(ctx context.Context) (out []store.Hold, err error) {
	err = a.Store.Read(ctx, func(tx *store.Tx) (err error) { out, err = tx.Holds(); return err })
	return out, err
}
