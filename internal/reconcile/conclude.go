package reconcile

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"slices"
	"strings"
	"time"

	"github.com/lapsed/lapsed/connectors"
	"github.com/lapsed/lapsed/internal/audit/entry"
	"github.com/lapsed/lapsed/internal/contact"
	"github.com/lapsed/lapsed/internal/fault"
	"github.com/lapsed/lapsed/internal/store"
	"github.com/lapsed/lapsed/policy"
)

// The objects of a source.read entry.
const (
	wholeObject   = "person"
	changesObject = "changes"
)

// add mixes an observation into the read's digest, whatever the order of pages.
func (x *pulling) add(o contact.Observation) {
	facts, err := json.Marshal(o.Facts)
	if err != nil {
		return // Facts are plain data: they always marshal
	}
	h := sha256.Sum256(append([]byte(o.Ref.String()+" "), facts...))
	for i := range h {
		x.digest[i] ^= h[i]
	}
}

// conclude stores what the read was worth.
func (x *pulling) conclude(ctx context.Context) error {
	x.after.Fault = ""
	if x.whole {
		if x.fault == nil {
			if err := x.shrank(ctx); err != nil {
				return err
			}
		}
		if x.fault == nil && !x.shrunk {
			if err := x.confirm(ctx); err != nil {
				return err
			}
		}
		x.after.Whole = x.fault == nil && !x.shrunk && x.unjoined == 0
	} else if x.unjoined > 0 {
		x.after.Whole = false // a new record whose owner can't be told could be anybody's
	}
	if fault.Is(x.fault, fault.Unsupported) && !x.whole {
		x.after.Mark = "" // only a whole read will do
	}
	if code := x.faultCode(); code != "" {
		x.after.Fault = code
		x.after.Failures++
		x.after.NotBefore = x.Clock().Add(restFor(x.fault, x.after.Failures))
	} else {
		x.after.Failures, x.after.NotBefore, x.after.Mark = 0, time.Time{}, x.reading.Mark
	}
	x.after.Notes = x.notes()
	return x.write(ctx, x.keepRead)
}

// confirm asks for each record that a whole read didn't show: a page that came
// empty looks like records that are gone. One that is there after all says that
// the read was not whole.
func (x *pulling) confirm(ctx context.Context) error {
	var unseen []contact.Ref
	if err := x.read(ctx, func(tx *store.Tx) (err error) { unseen, err = tx.Unseen(x.name, x.after.Generation); return err }); err != nil {
		return err
	}
	for refs := range slices.Chunk(unseen, 100) {
		answers, err := twice(ctx, x.source, refs)
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if err != nil || len(answers) != len(refs) {
			if x.fault = err; err == nil {
				x.fault = &fault.Error{Kind: fault.Transient, Op: x.name, Hint: "it did not answer for all records"}
			}
			return nil
		}
		if err := x.confirmed(ctx, answers); err != nil {
			return err
		}
	}
	return nil
}

func (x *pulling) confirmed(ctx context.Context, answers []connectors.Reread) error {
	var there []contact.Contact
	for _, a := range answers {
		switch a.State {
		case connectors.Binned, connectors.Absent:
			x.gone = append(x.gone, a.Ref)
		case connectors.Merged:
			a.Contact.Aliases = append(slices.Clone(a.Contact.Aliases), a.Ref)
			there = append(there, a.Contact)
		case connectors.Present:
			there = append(there, a.Contact)
			x.fault = &fault.Error{Kind: fault.Transient, Op: x.name, Hint: "it did not show records that are there"}
		default:
			x.fault = &fault.Error{Kind: fault.Transient, Op: x.name, Hint: "it did not show records, nor tell that they are gone"}
		}
	}
	if len(there) == 0 {
		return nil
	}
	return x.page(ctx, there, nil)
}

func (x *pulling) keepRead(tx *store.Tx) (gone []entry.Entry, err error) {
	object := changesObject
	if x.whole {
		object = wholeObject
	}
	if x.whole && x.after.Whole {
		x.after.WholeAt, x.after.Contacts, x.after.Signature = x.after.ReadAt, x.contacts, x.Policy.Signature
		x.after.Wholes++
		if x.after.FirstAt.IsZero() {
			x.after.FirstAt = x.after.ReadAt
		}
		if gone, err = x.goneRecords(tx, x.gone); err != nil {
			return nil, err
		}
	}
	stale := int64(0)
	if !x.after.WholeAt.IsZero() {
		stale = int64(x.now.Sub(x.after.WholeAt).Seconds())
	}
	return append(gone, entry.Entry{Kind: entry.SourceRead, Body: entry.SourceWasRead{Processor: x.name, Object: object, Whole: x.after.Whole && x.after.Fault == "",
		Contacts: x.contacts, Digest: "sha256:" + hex.EncodeToString(x.digest[:]), AsOf: entry.Time(x.after.ReadAt), StalenessS: max(stale, 0),
		MaxStalenessS: int64(x.stale().Seconds()), Region: code(x.after.Hosting), SkewS: int64(x.skew.Seconds()), Unmapped: x.unmapped}}), tx.PutSource(x.after)
}

// shrank tells whether a whole read showed so few of the records that are known
// that something is wrong. What we deleted ourselves is not missing: taken for it,
// it would keep the source from being read whole, and so from being seen to be gone.
func (x *pulling) shrank(ctx context.Context) error {
	deleted := 0
	err := x.read(ctx, func(tx *store.Tx) (err error) {
		deleted, err = tx.UnseenDeleted(x.name, x.after.Generation)
		return err
	})
	x.kept -= deleted
	x.shrunk = x.kept > 0 && x.kept-x.contacts > x.shrinkage()
	return err
}

// shrinkage is how many fewer records a read may show than are known.
func (x *pulling) shrinkage() int {
	share := policy.Share(1000)
	if s := x.Policy.Limits.ShrunkSource; s != nil {
		share = *s
	}
	return share.Of(x.kept)
}

func (x *pulling) faultCode() string {
	switch {
	case x.shrunk:
		return "shrunk"
	case x.fault == nil && x.unjoined > 0:
		return "identity-unread"
	}
	return faultCode(x.fault)
}

// notes are the findings that the read leaves behind. They stand until the next.
func (x *pulling) notes() (out []store.Note) {
	note := func(c policy.FindingCode, subject string, n int, words string) {
		out = append(out, store.Note{Code: string(c), Processor: x.name, Subject: subject, Count: n, Words: words})
	}
	switch {
	case x.fault == nil && x.unjoined > 0:
		note(policy.FindSourceUnread, "identity", x.unjoined, policy.IdentityUnreadWords(x.name))
	case x.shrunk:
		note(policy.FindSourceShrunk, "", x.kept-x.contacts, policy.SourceShrunkWords(x.name, x.contacts, x.kept))
	case x.fault != nil:
		note(policy.FindSourceUnread, "", 1, policy.SourceUnreadWords(x.name, x.fault))
	}
	for _, m := range x.about.Missing {
		note(policy.FindMissing, m.What, 1, policy.MissingWords(x.name, m.What, m.Hint))
	}
	if d := x.skew.Abs(); d > skewLimit {
		note(policy.FindClockSkew, "", int(d.Seconds()), policy.SkewWords(x.name, d))
	}
	// Where the account is hosted, against what the policy says (C9).
	p, ok := x.Policy.Processors.Get(x.name)
	switch {
	case !ok || x.fault != nil && x.about.Hosting == "":
	case x.about.Region == "":
		note(policy.FindRegionUnknown, "", 1, policy.RegionUnknownWords(x.name, x.about.Hosting, p.Region))
	case !strings.EqualFold(x.about.Region, p.Region):
		note(policy.FindRegionDrift, "", 1, policy.RegionDriftWords(x.name, x.about.Region, x.about.Hosting, p.Region))
	}
	return out
}
