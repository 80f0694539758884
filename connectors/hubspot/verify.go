package hubspot

import (
	"context"

	"github.com/lapsed/lapsed/connectors"
	"github.com/lapsed/lapsed/connectors/hubspot/internal/api"
	"github.com/lapsed/lapsed/internal/contact"
	"github.com/lapsed/lapsed/internal/fault"
)

// Verify re-reads existence, refusals and subscriptions. In its answers
// hs_email_optout says whether all addresses of the record refuse everything,
// and hs_email_optout_<id> whether all refuse that subscription: HubSpot's
// properties of these names lag behind.
func (c *Connector) Verify(ctx context.Context, contacts []contact.Contact) ([]connectors.Reread, error) {
	full, err := c.schema(ctx)
	if err != nil {
		return nil, err
	}
	s := *full
	s.props, s.lacking = []string{propEmail, propOthers, propMerged}, nil
	refs := make([]contact.Ref, len(contacts))
	for i, k := range contacts {
		refs[i] = k.Ref
	}
	return c.reread(ctx, refs, &s, func(ks []contact.Contact) error { return c.addRefusals(ctx, pointers(ks)) })
}

// addRefusals tells of live records what they refuse.
func (c *Connector) addRefusals(ctx context.Context, ks []*contact.Contact) error {
	if len(ks) == 0 {
		return nil
	}
	brands, err := c.knownBrands(ctx)
	if err != nil {
		return err
	}
	wide := make([]map[string][]api.Wide, len(brands))
	for i, b := range brands {
		if wide[i], err = c.wideStatuses(ctx, allAddresses(ks), b.ID); err != nil {
			return err
		}
	}
	var open []*contact.Contact
	for _, k := range ks {
		if !c.enterRefusal(k, brands, wide) {
			open = append(open, k)
		}
	}
	if !c.need.subscriptions {
		return nil
	}
	if err := c.addStatuses(ctx, open); err != nil {
		return err
	}
	for _, k := range open {
		c.enterTopics(k)
	}
	return nil
}

// wideStatuses tells which addresses refuse everything of a brand, in the
// cheapest way that the account allows.
func (c *Connector) wideStatuses(ctx context.Context, as []string, brand string) (map[string][]api.Wide, error) {
	if !c.noBatchReads.Load() {
		told, err := inBatches(ctx, as, func(ctx context.Context, as []string) (map[string][]api.Wide, error) {
			return c.api.BatchWideStatuses(ctx, as, brand)
		})
		if !fault.Is(err, fault.Unsupported) {
			return told, err
		}
		c.noBatchReads.Store(true)
	}
	return oneByOne(ctx, as, func(ctx context.Context, a string) ([]api.Wide, error) { return c.api.WideStatuses(ctx, a, brand) })
}

// enterRefusal enters whether all addresses of k refuse everything, and what
// follows for the policy's topics. It returns that.
func (c *Connector) enterRefusal(k *contact.Contact, brands []api.Brand, wide []map[string][]api.Wide) bool {
	as := addresses(*k)
	all := len(as) > 0
	for _, a := range as {
		per := make([][]api.Wide, len(brands))
		for i := range brands {
			told, ok := wide[i][api.Fold(a)]
			if !ok {
				unreadable(k, propOptOut)
				return false
			}
			per[i] = told
		}
		all = all && refusesAll(per, brands)
	}
	k.Fields.Set(propOptOut, contact.BoolValue(all))
	if all {
		for _, s := range c.refusedTopics() {
			row, _ := c.subscriptionRow(s)
			k.Rows[groupSubscription] = append(k.Rows[groupSubscription], row)
			k.Fields.Set(propOptOutOf+string(s.Subscription), contact.BoolValue(true))
		}
	}
	return all
}

// enterTopics enters, for each topic that its rows tell of, whether all of k's
// addresses refuse it.
func (c *Connector) enterTopics(k *contact.Contact) {
	for _, t := range c.topics {
		rows, refused := 0, 0
		for _, row := range k.Rows[groupSubscription] {
			if row.Value("subscriptionId").Text() == t {
				if rows++; row.Value("status").Text() == "UNSUBSCRIBED" {
					refused++
				}
			}
		}
		if rows > 0 {
			k.Fields.Set(propOptOutOf+t, contact.BoolValue(refused == rows && refused >= len(addresses(*k))))
		}
	}
}
