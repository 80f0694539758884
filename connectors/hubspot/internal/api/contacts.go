package api

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/lapsed/lapsed/internal/fault"
)

const (
	// PageSize is the most contacts that a list's page or a batch holds.
	PageSize = 100
	// maxURL keeps a list's URL below the shortest length that was seen refused
	// with 414, 8 KB, and the headers' share of it.
	maxURL = 6 << 10

	contactsPath  = "/crm/objects/" + Version + "/contacts"
	contactsRoute = "/crm/objects/{v}/contacts"
)

// Object is a record as sent.
type Object struct {
	ID         ID         `json:"id"`
	Properties Properties `json:"properties"`
	Archived   bool       `json:"archived"`
}

// Page is one page of the list of contacts. After is "" on the last one.
type Page struct {
	Results []Object
	After   string
	At      time.Time
}

// ListFits tells whether so many properties can be asked for in a list's URL.
func (c *Client) ListFits(props []string) bool {
	const cursor = 64
	return len(c.base)+len(contactsPath)+len(listQuery(props, "", PageSize))+cursor <= maxURL
}

func listQuery(props []string, after string, limit int) string {
	escaped := make([]string, len(props))
	for i, p := range props {
		escaped[i] = url.QueryEscape(p)
	}
	q := "limit=" + strconv.Itoa(limit) + "&properties=" + strings.Join(escaped, ",")
	if after != "" {
		q += "&after=" + url.QueryEscape(after)
	}
	return q
}

// List reads the page of live contacts after a cursor; "" is the first page.
func (c *Client) List(ctx context.Context, props []string, after string, limit int) (Page, error) {
	var out struct {
		Results *[]Object `json:"results"`
		Paging  *paging   `json:"paging"`
	}
	q := call{method: http.MethodGet, path: contactsPath, route: contactsRoute, query: listQuery(props, after, limit), out: &out}
	at, err := c.do(ctx, q)
	if err != nil {
		return Page{}, err
	}
	if out.Results == nil || !complete(*out.Results) {
		return Page{}, c.garbled(q, http.StatusOK)
	}
	p := Page{Results: *out.Results, After: out.Paging.after(), At: at}
	if out.Paging != nil && out.Paging.Next != nil && p.After == "" {
		return Page{}, c.garbled(q, http.StatusOK) // there is more, and no way to it
	}
	return p, nil
}

// Count reads how many contacts the search index knows. It lags behind, and is
// good for telling an empty account from an empty answer.
func (c *Client) Count(ctx context.Context) (int, error) {
	n, _, err := c.having(ctx, "hs_object_id")
	return n, err
}

// Filled reads how many contacts have a value of a property, by the search index.
func (c *Client) Filled(ctx context.Context, property string) (int, error) {
	if err := c.search.Wait(ctx); err != nil {
		return 0, &fault.Error{Kind: fault.Transient, Op: c.processor + " POST " + contactsRoute + "/search", Hint: "stopped before it was sent"}
	}
	n, shown, err := c.having(ctx, property)
	if err == nil && shown != (n > 0) {
		return 0, &fault.Error{Kind: fault.Transient, Op: c.processor + " POST " + contactsRoute + "/search", Hint: "the search counts more than it shows"}
	}
	return n, err
}

// having asks the search index for the contacts that have a property, and for the
// number of one of them: what it counts, and whether it shows one.
func (c *Client) having(ctx context.Context, property string) (n int, shown bool, err error) {
	var out struct {
		Total   *int `json:"total"`
		Results []struct {
			ID ID `json:"id"`
		} `json:"results"`
	}
	q := call{method: http.MethodPost, path: contactsPath + "/search", route: contactsRoute + "/search", out: &out, body: struct {
		Groups     []searchGroup `json:"filterGroups"`
		Properties []string      `json:"properties"`
		Limit      int           `json:"limit"`
	}{[]searchGroup{{[]searchFilter{{Property: property, Operator: "HAS_PROPERTY"}}}}, []string{"hs_object_id"}, 1}}
	if _, err := c.do(ctx, q); err != nil {
		return 0, false, err
	}
	if out.Total == nil || *out.Total < 0 {
		return 0, false, c.garbled(q, http.StatusOK)
	}
	return *out.Total, len(out.Results) > 0, nil
}

// complete tells whether every row has its id and its properties.
func complete(rows []Object) bool {
	return !slices.ContainsFunc(rows, func(o Object) bool { return o.ID == "" || o.Properties == nil })
}

// Batch is what a read by ids found.
type Batch struct {
	Found   []Object
	Missing []string // HubSpot says that there is no such record
	Failed  []string // HubSpot says that it couldn't look
	// Unnamed tells that some failure named no record.
	Unnamed bool
	At      time.Time
}

// BatchRead reads up to PageSize contacts by id, only live or only archived ones.
// An id may be in no part of the answer, and Found may hold records of other ids.
func (c *Client) BatchRead(ctx context.Context, ids, props []string, archived bool) (Batch, error) {
	return c.batchRead(ctx, contactsPath, contactsRoute, ids, props, archived)
}

func (c *Client) batchRead(ctx context.Context, path, route string, ids, props []string, archived bool) (Batch, error) {
	var out struct {
		Results *[]Object   `json:"results"`
		Errors  []itemError `json:"errors"`
	}
	q := call{method: http.MethodPost, path: path + "/batch/read", route: route + "/batch/read", out: &out, body: struct {
		Inputs     []refInput `json:"inputs"`
		Properties []string   `json:"properties"`
	}{refInputs(ids), props}}
	if archived {
		q.query = "archived=true"
	}
	at, err := c.do(ctx, q)
	if err != nil {
		return Batch{}, err
	}
	if out.Results == nil || !complete(*out.Results) {
		return Batch{}, c.garbled(q, http.StatusOK)
	}
	b := Batch{Found: *out.Results, At: at}
	asked := setOf(ids)
	for _, e := range out.Errors {
		named := e.names(asked, asIs)
		switch {
		case len(named) == 0:
			b.Unnamed = true
		case e.Category == "OBJECT_NOT_FOUND":
			b.Missing = append(b.Missing, named...)
		default:
			b.Failed = append(b.Failed, named...)
		}
	}
	return b, nil
}

// Get reads one contact, live or archived. It is for ids that a batch neither
// answered nor missed; fault.NotFound is proof that there is none.
func (c *Client) Get(ctx context.Context, id string, props []string, archived bool) (Object, time.Time, error) {
	var o Object
	q := call{method: http.MethodGet, path: contactsPath + "/" + url.PathEscape(id), route: contactsRoute + "/{id}", out: &o,
		query: "archived=" + strconv.FormatBool(archived) + "&properties=" + strings.Join(props, ",")}
	at, err := c.do(ctx, q)
	if err == nil && !complete([]Object{o}) {
		err = c.garbled(q, http.StatusOK)
	}
	return o, at, err
}

// Erase deletes a contact for good (gdpr-delete), by its number only. A record
// that is already gone is fault.NotFound.
func (c *Client) Erase(ctx context.Context, id string) error {
	q := call{method: http.MethodPost, path: contactsPath + "/gdpr-delete", route: contactsRoute + "/gdpr-delete", write: true, body: struct {
		ObjectID string `json:"objectId"`
	}{id}}
	if !IsNumber(id) {
		return &fault.Error{Kind: fault.Invalid, Op: c.op(q), Hint: "a contact's id is a number"}
	}
	_, err := c.do(ctx, q)
	return err
}

// Archive moves up to PageSize contacts to the recycle bin. HubSpot answers for
// all at once and doesn't say which existed.
func (c *Client) Archive(ctx context.Context, ids []string) error {
	q := call{method: http.MethodPost, path: contactsPath + "/batch/archive", route: contactsRoute + "/batch/archive", write: true, body: struct {
		Inputs []refInput `json:"inputs"`
	}{refInputs(ids)}}
	_, err := c.do(ctx, q)
	return err
}

// IsNumber tells whether id can be a record's id. An address can't.
func IsNumber(id string) bool { return id != "" && strings.Trim(id, "0123456789") == "" }

func asIs(s string) string { return s }

func setOf(ss []string) map[string]bool {
	m := make(map[string]bool, len(ss))
	for _, s := range ss {
		m[s] = true
	}
	return m
}
