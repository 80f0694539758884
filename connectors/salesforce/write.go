package salesforce

import (
	"context"
	"errors"
	"slices"

	"github.com/lapsed/lapsed/connectors"
	"github.com/lapsed/lapsed/connectors/salesforce/internal/api"
	"github.com/lapsed/lapsed/internal/contact"
	"github.com/lapsed/lapsed/internal/fault"
)

const (
	optOutField   = "HasOptedOutOfEmail"
	accountObject = "Account"
)

// writing is a slice of records that are written in one call, and which of the
// caller's items each one answers for.
type writing struct {
	update api.Update
	items  []int
}

// Unsubscribe sets the opt-out, or takes the topics' flags away. It sends
// nothing for a record whose read value already says so.
func (c *Connector) Unsubscribe(ctx context.Context, items []connectors.Unsubscription) []error {
	errs := make([]error, len(items))
	var todo []writing
	for i, it := range items {
		u, err := c.updateFor(it)
		if err != nil || len(u.Flags) == 0 {
			errs[i] = err
			continue
		}
		// A record may come twice, but may be in a call only once.
		if at := slices.IndexFunc(todo, func(w writing) bool { return w.update.ID == u.ID }); at >= 0 {
			for field, flag := range u.Flags {
				todo[at].update.Flags[field] = flag
			}
			todo[at].items = append(todo[at].items, i)
			continue
		}
		todo = append(todo, writing{u, []int{i}})
	}
	insist := c.update(ctx, todo, false, errs)
	if len(insist) > 0 {
		c.update(ctx, insist, true, errs)
	}
	return errs
}

// updateFor says what is left to set. The only flag that is ever set to true is
// the opt-out; only custom topic flags are set to false.
func (c *Connector) updateFor(it connectors.Unsubscription) (api.Update, error) {
	id, err := c.own(it.Contact.Ref)
	if err != nil {
		return api.Update{}, err
	}
	u := api.Update{Object: it.Contact.Ref.Object, ID: id, Flags: map[string]bool{}}
	optOut, topicSuffix := optOutField, ""
	if person, _ := it.Contact.Fields.Value("IsPersonAccount").Bool(); person {
		account, ok := api.ID18(it.Contact.Fields.Value("AccountId").Text())
		if !ok {
			return api.Update{}, &fault.Error{Kind: fault.Unsupported, Op: c.opt.Name + " unsubscribe", Hint: "a person account is written through its account, which our user can't see"}
		}
		// The account shows its contact's fields under names of its own.
		u.Object, u.ID, optOut, topicSuffix = accountObject, account, "PersonHasOptedOutOfEmail", "pc"
	}
	if it.All {
		if out, known := it.Contact.Fields.Value(optOutField).Bool(); !known || !out {
			u.Flags[optOut] = true
		}
		return u, nil
	}
	for _, t := range it.Topics {
		if !slices.Contains(c.opt.Topics, t) {
			return api.Update{}, &fault.Error{Kind: fault.Invalid, Op: c.opt.Name + " unsubscribe", Hint: "the policy names no such topic here"}
		}
		if slices.Contains(it.Contact.Unreadable, t) {
			return api.Update{}, &fault.Error{Kind: fault.Unsupported, Op: c.opt.Name + " unsubscribe", Hint: "the topic's flag " + t + " is not there, or hidden from our user"}
		}
		if listed, known := it.Contact.Fields.Value(t).Bool(); known && listed {
			if topicSuffix != "" {
				t = t[:len(t)-len("c")] + topicSuffix
			}
			u.Flags[t] = false
		}
	}
	return u, nil
}

// update sends the writings in calls of the vendor's size and files what became
// of each. It returns those that a duplicate rule stopped but lets us insist on.
func (c *Connector) update(ctx context.Context, todo []writing, insist bool, errs []error) []writing {
	var again []writing
	var stopped error
	for part := range slices.Chunk(todo, api.WritesAtOnce) {
		outs := make([]api.Outcome, len(part))
		err := stopped
		if err == nil {
			updates := make([]api.Update, len(part))
			for i, w := range part {
				updates[i] = w.update
			}
			outs, err = c.api.Update(ctx, updates, insist)
			stopped = notSent(err)
		}
		for i, w := range part {
			out := err
			if err == nil {
				out = outs[i].Err
			}
			for _, item := range w.items {
				errs[item] = out
			}
			if err == nil && outs[i].Saveable && !insist {
				again = append(again, w)
			}
		}
	}
	return again
}

// notSent is what a call's failure means for the records of the calls after it,
// which are not made: whatever stopped the first stops them too, and of these
// it is known that nothing was sent.
func notSent(err error) error {
	var e *fault.Error
	if !errors.As(err, &e) {
		return err
	}
	left := *e
	if left.Kind == fault.Ambiguous || left.Kind == fault.Unknown {
		left.Kind, left.Code = fault.Transient, ""
	}
	left.Status, left.Hint = 0, "not sent, because a call before it failed"
	return &left
}

// Delete puts the records into the Recycle Bin, where they stay for 15 days.
func (c *Connector) Delete(ctx context.Context, refs []contact.Ref) []error {
	errs := make([]error, len(refs))
	var ids []string
	items := map[string][]int{}
	for i, r := range refs {
		id, err := c.own(r)
		if err != nil {
			errs[i] = err
			continue
		}
		if items[id] == nil {
			ids = append(ids, id)
		}
		items[id] = append(items[id], i)
	}
	outs := c.deleteAll(ctx, ids)
	c.settle(ctx, outs)
	for id, out := range outs {
		for _, i := range items[id] {
			errs[i] = out
		}
	}
	return errs
}

// deleteAll sends the ids in calls of the vendor's size: id → what became of it.
func (c *Connector) deleteAll(ctx context.Context, ids []string) map[string]error {
	became := make(map[string]error, len(ids))
	var stopped error
	for part := range slices.Chunk(ids, api.WritesAtOnce) {
		outs, err := []api.Outcome(nil), stopped
		if err == nil {
			outs, err = c.api.Delete(ctx, part)
			stopped = notSent(err)
		}
		for i, id := range part {
			became[id] = err
			if err == nil {
				became[id] = alreadyGone(outs[i].Err)
			}
		}
	}
	return became
}

func alreadyGone(err error) error {
	var e *fault.Error
	if errors.As(err, &e) && e.Code == "ENTITY_IS_DELETED" {
		return nil
	}
	return err
}

func code(err error) string {
	var e *fault.Error
	if errors.As(err, &e) {
		return e.Code
	}
	return ""
}
