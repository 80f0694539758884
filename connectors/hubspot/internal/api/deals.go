package api

import (
	"context"
	"net/http"
	"time"
)

// MaxAssociations is the most contacts whose deals one call tells, or the other
// way round.
const MaxAssociations = 1000

// Associated is what a call told of which records hang on which.
type Associated struct {
	To    map[string][]string // asked id → the others' ids; one that has none is absent
	After map[string]string   // asked ids with more of them, and the cursor to these
	// Failed are asked ids of which HubSpot couldn't tell.
	Failed []string
}

// DealsOf reads which deals up to MaxAssociations contacts have. The value of an
// input is its cursor, "" at first.
func (c *Client) DealsOf(ctx context.Context, contacts []string, after map[string]string) (Associated, error) {
	return c.associated(ctx, "contacts", "deals", contacts, after)
}

func (c *Client) associated(ctx context.Context, from, to string, ids []string, after map[string]string) (Associated, error) {
	var out struct {
		Results *[]struct {
			From struct {
				ID ID `json:"id"`
			} `json:"from"`
			To []struct {
				ID ID `json:"toObjectId"`
			} `json:"to"`
			Paging *paging `json:"paging"`
		} `json:"results"`
		Errors []itemError `json:"errors"`
	}
	in := refInputs(ids)
	for i := range in {
		in[i].After = after[in[i].ID]
	}
	q := call{method: http.MethodPost, path: "/crm/associations/" + Version + "/" + from + "/" + to + "/batch/read",
		route: "/crm/associations/{v}/" + from + "/" + to + "/batch/read", out: &out, body: struct {
			Inputs []refInput `json:"inputs"`
		}{in}}
	if _, err := c.do(ctx, q); err != nil {
		return Associated{}, err
	}
	if out.Results == nil {
		return Associated{}, c.garbled(q, http.StatusOK)
	}
	d := Associated{To: map[string][]string{}, After: map[string]string{}}
	for _, r := range *out.Results {
		id := string(r.From.ID)
		for _, other := range r.To {
			d.To[id] = append(d.To[id], string(other.ID))
		}
		if a := r.Paging.after(); a != "" {
			d.After[id] = a
		}
	}
	d.Failed = unassociated(out.Errors, ids, d.To)
	return d, nil
}

// unassociated returns the contacts that errors are about. A contact without
// deals may be reported as not found, which is an answer and no failure. A
// failure that names nobody may be anybody's who got no answer.
func unassociated(errs []itemError, contacts []string, answered map[string][]string) []string {
	var failed []string
	asked := setOf(contacts)
	for _, e := range errs {
		if e.Category == "OBJECT_NOT_FOUND" {
			continue
		}
		if named := e.names(asked, asIs); len(named) > 0 {
			failed = append(failed, named...)
			continue
		}
		for _, id := range contacts {
			if answered[id] == nil {
				failed = append(failed, id)
			}
		}
	}
	return failed
}

// Deals reads up to PageSize deals by id.
func (c *Client) Deals(ctx context.Context, ids, props []string) (Batch, error) {
	return c.batchRead(ctx, "/crm/objects/"+Version+"/deals", "/crm/objects/{v}/deals", ids, props, false)
}

// Stage is what a deal's stage means, as the account's admins set it.
type Stage struct {
	Closed bool
	Won    bool
}

// Stages reads the stages of all deal pipelines by id.
func (c *Client) Stages(ctx context.Context) (map[string]Stage, time.Time, error) {
	var out struct {
		Results *[]struct {
			Stages []struct {
				ID       ID         `json:"id"`
				Metadata Properties `json:"metadata"`
			} `json:"stages"`
		} `json:"results"`
	}
	q := call{method: http.MethodGet, path: "/crm/pipelines/" + Version + "/deals", route: "/crm/pipelines/{v}/deals", out: &out}
	at, err := c.do(ctx, q)
	if err != nil {
		return nil, at, err
	}
	if out.Results == nil {
		return nil, at, c.garbled(q, http.StatusOK)
	}
	stages := map[string]Stage{}
	for _, p := range *out.Results {
		for _, s := range p.Stages {
			closed, known := s.Metadata["isClosed"]
			if !known || closed == nil {
				continue
			}
			won := s.Metadata.Get("probability")
			stages[string(s.ID)] = Stage{Closed: *closed == "true", Won: *closed == "true" && (won == "1.0" || won == "1")}
		}
	}
	return stages, at, nil
}
