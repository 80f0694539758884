package api

import (
	"context"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/lapsed/lapsed/internal/fault"
)

// searchPage is the most rows that a page of a search holds.
const searchPage = 200

// Changed is one page of the records that changed, in the order of their ids.
type Changed struct {
	IDs   []string
	Total int  // of what is left, this page included
	More  bool // another page follows the last id
}

// ChangedContacts reads which contacts changed at or after an instant, by the
// search index, with ids above `after` ("" is the first page). Live ones only.
func (c *Client) ChangedContacts(ctx context.Context, since time.Time, after string) (Changed, error) {
	// For contacts, a search on hs_lastmodifieddate finds nobody, without an error.
	return c.changed(ctx, "contacts", "lastmodifieddate", since, after)
}

// ChangedDeals is ChangedContacts of deals.
func (c *Client) ChangedDeals(ctx context.Context, since time.Time, after string) (Changed, error) {
	return c.changed(ctx, "deals", "hs_lastmodifieddate", since, after)
}

type searchFilter struct {
	Property string `json:"propertyName"`
	Operator string `json:"operator"`
	Value    string `json:"value,omitempty"`
}

type searchGroup struct {
	Filters []searchFilter `json:"filters"`
}

// changed asks for a first page each time, beginning above an id: thousands of
// records may share one instant, and no search leads past its 10,000th row.
func (c *Client) changed(ctx context.Context, object, property string, since time.Time, after string) (Changed, error) {
	var out struct {
		Total   *int      `json:"total"`
		Results *[]Object `json:"results"`
		Paging  *paging   `json:"paging"`
	}
	filters := []searchFilter{{property, "GTE", strconv.FormatInt(since.UnixMilli(), 10)}}
	if after != "" {
		filters = append(filters, searchFilter{"hs_object_id", "GT", after})
	}
	q := call{method: http.MethodPost, path: "/crm/objects/" + Version + "/" + object + "/search", route: "/crm/objects/{v}/" + object + "/search", out: &out,
		body: map[string]any{
			"filterGroups": []searchGroup{{filters}}, "properties": []string{"hs_object_id"}, "limit": searchPage,
			"sorts": []map[string]string{{"propertyName": "hs_object_id", "direction": "ASCENDING"}},
		}}
	if err := c.search.Wait(ctx); err != nil {
		return Changed{}, c.stopped(q)
	}
	if _, err := c.do(ctx, q); err != nil {
		return Changed{}, err
	}
	if out.Total == nil || out.Results == nil || !complete(*out.Results) {
		return Changed{}, c.garbled(q, http.StatusOK)
	}
	p := Changed{Total: *out.Total, More: out.Paging.after() != ""}
	for _, o := range *out.Results {
		// What isn't above the last id was sent twice, and would lead in circles.
		if above(string(o.ID), after) {
			after = string(o.ID)
			p.IDs = append(p.IDs, after)
		}
	}
	if len(p.IDs) == 0 && (p.Total > 0 || p.More) || len(p.IDs) < min(p.Total, searchPage) && !p.More {
		return Changed{}, &fault.Error{Kind: fault.Transient, Op: c.op(q), Hint: "the search counts more than it shows"}
	}
	return p, nil
}

// above compares record ids, which are numbers.
func above(id, than string) bool {
	if len(id) != len(than) {
		return len(id) > len(than)
	}
	return id > than
}

// Binned is one page of the recycle bin.
type Binned struct {
	Contacts []BinnedContact
	After    string // "" on the last page
}

// BinnedContact is an archived contact.
type BinnedContact struct {
	ID ID        `json:"id"`
	At time.Time `json:"archivedAt"` // zero if HubSpot doesn't tell
}

// Bin reads the page of archived contacts after a cursor, in the order of ids.
// There is no way to ask for the latest ones, and nobody's data is asked for.
func (c *Client) Bin(ctx context.Context, after string) (Binned, error) {
	var out struct {
		Results *[]BinnedContact `json:"results"`
		Paging  *paging          `json:"paging"`
	}
	q := call{method: http.MethodGet, path: contactsPath, route: contactsRoute, out: &out,
		query: "archived=true&limit=" + strconv.Itoa(PageSize) + "&properties=hs_object_id"}
	if after != "" {
		q.query += "&after=" + url.QueryEscape(after)
	}
	if _, err := c.do(ctx, q); err != nil {
		return Binned{}, err
	}
	next := out.Paging.after()
	if out.Results == nil || next != "" && (next == after || len(*out.Results) == 0) {
		return Binned{}, c.garbled(q, http.StatusOK)
	}
	return Binned{Contacts: *out.Results, After: next}, nil
}

// ContactsOf reads which contacts up to MaxAssociations deals have. A deal that
// HubSpot couldn't tell of is in failed.
func (c *Client) ContactsOf(ctx context.Context, deals []string) (contacts, failed []string, err error) {
	after := map[string]string{}
	for len(deals) > 0 {
		a, err := c.associated(ctx, "deals", "contacts", deals, after)
		if err != nil {
			return nil, nil, err
		}
		for _, ids := range a.To {
			contacts = append(contacts, ids...)
		}
		failed = append(failed, a.Failed...)
		next := []string{}
		for id, cursor := range a.After {
			if cursor == after[id] { // it leads nowhere
				failed = append(failed, id)
				continue
			}
			next = append(next, id)
		}
		deals, after = next, a.After
	}
	return contacts, failed, nil
}
