package hubspot

import (
	"context"
	"maps"
	"slices"
	"sync"

	"github.com/sourcegraph/conc/pool"

	"github.com/lapsed/lapsed/connectors/hubspot/internal/api"
	"github.com/lapsed/lapsed/internal/contact"
	"github.com/lapsed/lapsed/internal/fault"
)

const (
	// together is how many calls are under way at once, under the limiter.
	together = 8
	// patience is how many single addresses may fail for a passing reason before
	// HubSpot itself counts as ill and the read ends.
	patience = 10
)

// addStatuses reads the subscriptions of all addresses of ks. An address whose
// statuses can't be told makes its contact's group unreadable.
func (c *Connector) addStatuses(ctx context.Context, ks []*contact.Contact) error {
	told, err := c.statuses(ctx, ks)
	if err != nil {
		return err
	}
	known := c.everySubscription()
	for _, k := range ks {
		var rows []contact.Row
		for i, a := range addresses(*k) {
			ss, ok := told[api.Fold(a)]
			if !ok {
				unreadable(k, groupSubscription)
			}
			for _, s := range ss {
				row, ok := c.subscriptionRow(s)
				if !ok {
					unreadable(k, groupSubscription)
				}
				rows = append(rows, row)
			}
			if row, all := c.refusal(ss, known); all && i > 0 {
				rows = append(rows, row)
			}
		}
		if len(rows) > 0 {
			k.Rows[groupSubscription] = rows
		}
	}
	return nil
}

// everySubscription lists the account's subscription types, as last read.
func (c *Connector) everySubscription() []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	var ids []string
	for _, b := range c.brands {
		ids = append(ids, b.Subscriptions...)
	}
	return ids
}

// refusal is a row without a subscription, which stands for all: what an address
// says that has refused each type there is. hs_email_optout tells it of the
// primary address alone, and a merge leaves it at another.
func (c *Connector) refusal(ss []api.Status, known []string) (contact.Row, bool) {
	refused := map[string]bool{}
	row := c.columns[groupSubscription].Row()
	row.Set("status", contact.TextValue("UNSUBSCRIBED"))
	for _, s := range ss {
		if s.Status == "UNSUBSCRIBED" {
			refused[string(s.Subscription)] = true
			if at, ok := value(contact.Instant, string(s.Timestamp)); ok && !at.IsEmpty() {
				row.Set("timestamp", at)
			}
		}
	}
	for _, id := range known {
		if !refused[id] {
			return contact.Row{}, false
		}
	}
	return row, len(known) > 0
}

// statuses tells what addresses said, in every brand that the policy needs. An
// address that some brand can't tell of is not told at all.
func (c *Connector) statuses(ctx context.Context, ks []*contact.Contact) (map[string][]api.Status, error) {
	brands, err := c.readableBrands(ctx)
	if err != nil {
		return nil, err
	}
	all, parts := map[string][]api.Status{}, map[string]int{}
	for _, b := range brands {
		told, err := c.statusesOf(ctx, ks, b.ID)
		if err != nil {
			return nil, err
		}
		for a, ss := range told {
			if len(ss) == 0 && len(b.Subscriptions) > 0 {
				continue // HubSpot tells of each type, if only NOT_SPECIFIED
			}
			all[a] = append(all[a], ss...)
			parts[a]++
		}
	}
	maps.DeleteFunc(all, func(a string, _ []api.Status) bool { return parts[a] < len(brands) })
	return all, nil
}

// statusesOf tells what addresses said in one brand, in the cheapest way that
// the account allows.
func (c *Connector) statusesOf(ctx context.Context, ks []*contact.Contact, brand string) (map[string][]api.Status, error) {
	if !c.noBatchReads.Load() {
		told, err := inBatches(ctx, allAddresses(ks), func(ctx context.Context, as []string) (map[string][]api.Status, error) {
			return c.api.BatchStatuses(ctx, as, brand)
		})
		if !fault.Is(err, fault.Unsupported) {
			return told, err
		}
		c.noBatchReads.Store(true)
	}
	told, rest := map[string][]api.Status{}, []string{}
	for _, k := range ks {
		as := addresses(*k)
		if optedOut(*k) && len(as) > 0 && !c.severalBrands() {
			told[api.Fold(as[0])] = c.refusedTopics()
			as = as[1:]
		}
		rest = append(rest, as...)
	}
	more, err := oneByOne(ctx, rest, func(ctx context.Context, a string) ([]api.Status, error) { return c.api.Statuses(ctx, a, brand) })
	maps.Copy(told, more)
	return told, err
}

// refusedTopics are the statuses of an address that refuses everything.
func (c *Connector) refusedTopics() []api.Status {
	ss := make([]api.Status, len(c.topics))
	for i, t := range c.topics {
		ss[i] = api.Status{Subscription: api.ID(t), Status: "UNSUBSCRIBED"}
	}
	return ss
}

// subscriptionRow turns a status into a row; ok is false if its time is no time.
func (c *Connector) subscriptionRow(s api.Status) (row contact.Row, ok bool) {
	at, ok := value(contact.Instant, string(s.Timestamp))
	row = c.columns[groupSubscription].Row()
	row.Set("subscriptionId", contact.TextValue(string(s.Subscription)))
	row.Set("status", contact.TextValue(s.Status))
	row.Set("legalBasis", contact.TextValue(s.LegalBasis))
	row.Set("source", contact.TextValue(s.Source))
	row.Set("timestamp", at)
	return row, ok && s.Status != "" && s.Subscription != ""
}

func allAddresses(ks []*contact.Contact) []string {
	var as []string
	seen := map[string]bool{}
	for _, k := range ks {
		for _, a := range addresses(*k) {
			if !seen[api.Fold(a)] {
				seen[api.Fold(a)] = true
				as = append(as, a)
			}
		}
	}
	return as
}

// inBatches asks for addresses in batches, several at once. The first failure ends it.
func inBatches[T any](ctx context.Context, as []string, ask func(context.Context, []string) (map[string]T, error)) (map[string]T, error) {
	var mu sync.Mutex
	told := map[string]T{}
	enter := func(m map[string]T) {
		mu.Lock()
		defer mu.Unlock()
		for a, t := range m {
			told[a] = t
		}
	}
	chunks := slices.Collect(slices.Chunk(as, api.MaxAddresses))
	if len(chunks) == 0 {
		return told, nil
	}
	// The first one alone tells whether the account has batches.
	first, err := ask(ctx, chunks[0])
	if err != nil {
		return nil, err
	}
	enter(first)
	p := pool.New().WithMaxGoroutines(together).WithContext(ctx).WithCancelOnError().WithFirstError()
	for _, chunk := range chunks[1:] {
		p.Go(func(ctx context.Context) error {
			m, err := ask(ctx, chunk)
			enter(m)
			return err
		})
	}
	return told, p.Wait()
}

// oneByOne asks for addresses one by one, several at once. An address that fails
// for its own sake is left out; a failure that would meet all of them ends it.
func oneByOne[T any](ctx context.Context, as []string, ask func(context.Context, string) (T, error)) (map[string]T, error) {
	var mu sync.Mutex
	told, passing := map[string]T{}, 0
	p := pool.New().WithMaxGoroutines(together).WithContext(ctx).WithCancelOnError().WithFirstError()
	for _, a := range as {
		p.Go(func(ctx context.Context) error {
			if err := ctx.Err(); err != nil {
				return &fault.Error{Kind: fault.Transient, Op: "subscriptions", Err: err}
			}
			t, err := ask(ctx, a)
			mu.Lock()
			defer mu.Unlock()
			switch fault.KindOf(err) {
			case fault.Invalid, fault.NotFound, fault.Conflict:
				return nil
			case fault.Transient:
				if passing++; passing <= patience && ctx.Err() == nil {
					return nil
				}
				return err
			}
			if err == nil {
				told[api.Fold(a)] = t
			}
			return err
		})
	}
	return told, p.Wait()
}
