package salesforce

import (
	"context"
	"strings"

	"github.com/lapsed/lapsed/connectors/salesforce/internal/api"
	"github.com/lapsed/lapsed/internal/fault"
)

// settle ends two refusals of a delete that need a second look. An id that the
// org doesn't know may be purged, which is done, or invisible, which is not. A
// person account's contact can't be deleted, its account can, and takes the
// contact with it. Both were refused before anything was written, so to ask and
// to write again repeats nothing.
func (c *Connector) settle(ctx context.Context, became map[string]error) {
	var unknown, persons []string
	for id, err := range became {
		switch {
		case fault.Is(err, fault.NotFound):
			unknown = append(unknown, id)
		case code(err) == "INVALID_PERSON_ACCOUNT_OPERATION":
			persons = append(persons, id)
		}
	}
	if len(unknown) > 0 {
		c.confirmGone(ctx, unknown, became)
	}
	if len(persons) > 0 {
		c.deleteAccounts(ctx, unique(persons), became)
	}
}

// confirmGone looks the ids up among all records, the bin's included.
func (c *Connector) confirmGone(ctx context.Context, ids []string, became map[string]error) {
	live := map[string]bool{}
	for _, object := range []string{leadObject, contactObject} {
		var here []string
		for _, id := range unique(ids) {
			if (object == leadObject) == strings.HasPrefix(id, leadPrefix) {
				here = append(here, id)
			}
		}
		for ; len(here) > 0; here = here[min(idsAtOnce, len(here)):] {
			s := api.Select{Object: object, Columns: []string{"Id", "IsDeleted"}, Where: api.In("Id", here[:min(idsAtOnce, len(here))]), All: true}
			results, err := c.api.Queries(ctx, []api.Select{s})
			if err != nil {
				return // what is known stays: not found, and not confirmed
			}
			for _, row := range results[0].Rows {
				if id, ok := api.ID18(row[0]); ok && row[1] != "true" {
					live[id] = true
				}
			}
			for _, id := range here[:min(idsAtOnce, len(here))] {
				if !live[id] {
					became[id] = nil
				}
			}
		}
	}
}

// What every lead's id begins with, and every contact's.
const (
	leadPrefix    = "00Q"
	contactPrefix = "003"
)

// deleteAccounts deletes the accounts of contacts that are person accounts, and
// no other account: those are never ours.
func (c *Connector) deleteAccounts(ctx context.Context, ids []string, became map[string]error) {
	contactOf := map[string]string{}
	var accounts []string
	for ; len(ids) > 0; ids = ids[min(idsAtOnce, len(ids)):] {
		s := api.Select{
			Object: contactObject, Columns: []string{"Id", "AccountId"},
			Where: "IsPersonAccount = true AND " + api.In("Id", ids[:min(idsAtOnce, len(ids))]),
		}
		results, err := c.api.Queries(ctx, []api.Select{s})
		if err != nil {
			return // what is known stays: refused
		}
		for _, row := range results[0].Rows {
			id, ok := api.ID18(row[0])
			account, ok2 := api.ID18(row[1])
			if ok && ok2 {
				contactOf[account] = id
				accounts = append(accounts, account)
			}
		}
	}
	for account, err := range c.deleteAll(ctx, accounts) {
		became[contactOf[account]] = err
	}
}
