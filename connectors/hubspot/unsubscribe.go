package hubspot

import (
	"context"
	"slices"

	"github.com/sourcegraph/conc/pool"

	"github.com/lapsed/lapsed/connectors"
	"github.com/lapsed/lapsed/connectors/hubspot/internal/api"
	"github.com/lapsed/lapsed/internal/fault"
)

// step is one withdrawal that an item needs: of one address, from everything of
// one brand or from one subscription.
type step struct {
	item  int
	brand string
	api.Withdrawal
}

func (s step) all() bool { return s.Subscription == "" }

// Unsubscribe withdraws each item's addresses. It sends nothing for what the
// just-read contact already shows as withdrawn.
func (c *Connector) Unsubscribe(ctx context.Context, items []connectors.Unsubscription) []error {
	errs := make([]error, len(items))
	steps, err := c.steps(ctx, items)
	if err != nil {
		for i := range errs {
			errs[i] = err
		}
		return errs
	}
	for s, err := range c.withdraw(ctx, steps) {
		errs[steps[s].item] = worse(errs[steps[s].item], err)
	}
	return errs
}

// worse keeps the error that leaves more open: an unknown answer first, since the
// caller must re-read.
func worse(a, b error) error {
	if a == nil || (fault.Is(b, fault.Ambiguous) && !fault.Is(a, fault.Ambiguous)) {
		return b
	}
	return a
}

// steps lists what is left to withdraw.
func (c *Connector) steps(ctx context.Context, items []connectors.Unsubscription) ([]step, error) {
	var steps []step
	for i, it := range items {
		if it.Contact.Ref.Processor != c.name {
			return nil, &fault.Error{Kind: fault.Invalid, Op: c.name, Hint: "a record of another processor"}
		}
		if !it.All {
			steps = append(steps, topicSteps(i, it)...)
			continue
		}
		as := addresses(it.Contact)
		if optedOut(it.Contact) && !c.severalBrands() {
			as = as[min(1, len(as)):]
		}
		if len(as) == 0 {
			continue
		}
		brands, err := c.knownBrands(ctx)
		if err != nil {
			return nil, err
		}
		for _, a := range as {
			for _, b := range brands {
				steps = append(steps, step{item: i, brand: b.ID, Withdrawal: api.Withdrawal{Address: a}})
			}
		}
	}
	return steps, nil
}

// topicSteps lists the topics that an item's addresses have not refused yet.
func topicSteps(i int, it connectors.Unsubscription) []step {
	as := addresses(it.Contact)
	var steps []step
	for _, t := range it.Topics {
		rows, refused, basis := 0, 0, ""
		for _, row := range it.Contact.Rows[groupSubscription] {
			if row.Value("subscriptionId").Text() != t {
				continue
			}
			if rows++; row.Value("status").Text() == "UNSUBSCRIBED" {
				refused++
			} else if basis == "" {
				basis = row.Value("legalBasis").Text()
			}
		}
		if refused >= len(as) {
			continue // rows don't say whose they are, but there is one an address
		}
		flag, _ := it.Contact.Fields.Value(propOptOutOf + t).Bool()
		for n, a := range as {
			// The properties are of the primary address, and older than the rows.
			if n == 0 && (flag || optedOut(it.Contact)) && (refused > 0 || rows == 0) {
				continue
			}
			steps = append(steps, step{item: i, Withdrawal: api.Withdrawal{Address: a, Subscription: t, LegalBasis: basis}})
		}
	}
	return steps
}

// withdraw carries steps out, by batches where the account has them. The answers
// are in the order of steps.
func (c *Connector) withdraw(ctx context.Context, steps []step) []error {
	errs := make([]error, len(steps))
	rest := make([]int, len(steps))
	for i := range rest {
		rest[i] = i
	}
	for _, group := range sameCall(steps) {
		for chunk := range slices.Chunk(group, api.MaxAddresses) {
			if c.noBatchWrites.Load() {
				break
			}
			if c.batch(ctx, steps, chunk, errs) {
				rest = slices.DeleteFunc(rest, func(i int) bool { return slices.Contains(chunk, i) })
			}
		}
	}
	p := pool.New().WithMaxGoroutines(together)
	for _, i := range rest {
		p.Go(func() { errs[i] = c.single(ctx, steps[i]) })
	}
	p.Wait()
	return errs
}

// sameCall groups steps, by their places, into those that one batch can hold: a
// brand's withdrawals from everything, or withdrawals from subscriptions.
func sameCall(steps []step) [][]int {
	var keys []string
	groups := map[string][]int{}
	for i, s := range steps {
		key := "topics"
		if s.all() {
			key = "all of " + s.brand
		}
		if groups[key] == nil {
			keys = append(keys, key)
		}
		groups[key] = append(groups[key], i)
	}
	var out [][]int
	for _, k := range keys {
		out = append(out, groups[k])
	}
	return out
}

// batch carries out the steps at the given places with one call and enters what
// came of each. It returns false if the account has no batches: nothing was done.
func (c *Connector) batch(ctx context.Context, steps []step, at []int, errs []error) bool {
	var err error
	if s := steps[at[0]]; s.all() {
		var undone map[string]error
		as := make([]string, len(at))
		for n, i := range at {
			as[n] = steps[i].Address
		}
		undone, err = c.api.BatchUnsubscribeAll(ctx, as, s.brand)
		for n, i := range at {
			errs[i] = undone[api.Fold(as[n])]
		}
	} else {
		var each []error
		ws := make([]api.Withdrawal, len(at))
		for n, i := range at {
			ws[n] = steps[i].Withdrawal
		}
		each, err = c.api.BatchUnsubscribe(ctx, ws)
		for n := range each {
			errs[at[n]] = each[n]
		}
	}
	if fault.Is(err, fault.Unsupported) {
		c.noBatchWrites.Store(true)
		return false
	}
	if err != nil {
		for _, i := range at {
			errs[i] = err
		}
	}
	return true
}

// single carries out one step with its own call.
func (c *Connector) single(ctx context.Context, s step) error {
	return c.unlessOver(ctx, func() error {
		if s.all() {
			return c.api.UnsubscribeAll(ctx, s.Address, s.brand)
		}
		return c.api.Unsubscribe(ctx, s.Withdrawal)
	})
}
