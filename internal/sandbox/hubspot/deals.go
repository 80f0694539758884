package hubspot

import (
	"maps"
	"slices"
	"strconv"
)

const (
	associationInputs = 1000
	associationPage   = 500
	contactToDeal     = 4
	dealToContact     = 3
)

// deal is a sale; contacts know which ones are theirs.
type deal struct {
	id    int64
	props map[string]string
	past  []dealVersion // with what the deal is now, oldest first
}

// InsertDeal makes a deal of these contacts by an act of the staff, at its
// createdate or now, and returns its id. It moves the contacts' deal properties.
func (p *Portal) InsertDeal(props map[string]string, contacts ...string) string {
	defer p.act()()
	p.nextDeal += 1 + int64(mix(uint64(p.nextDeal))%5)
	d := &deal{id: p.nextDeal, props: maps.Clone(props)}
	if d.props == nil {
		d.props = map[string]string{}
	}
	at := p.now
	if ms, ok := instant(d.props["createdate"]); ok {
		at = min(ms, p.now)
	}
	stage := d.props["dealstage"]
	for name, text := range map[string]string{
		"pipeline": "default", "hs_object_id": itoa(d.id), "createdate": stamp(at), "hs_lastmodifieddate": stamp(at),
		"hs_is_closed":     strconv.FormatBool(oneOf(stage, "closedwon", "closedlost")),
		"hs_is_closed_won": strconv.FormatBool(stage == "closedwon"),
	} {
		if d.props[name] == "" {
			d.props[name] = text
		}
	}
	p.deals[d.id] = d
	d.remember(at)
	for _, id := range contacts {
		if r := p.byText(id); r != nil {
			r.sell(d, at)
		}
	}
	return itoa(d.id)
}

// sell ties a deal to a contact.
func (r *record) sell(d *deal, at int64) {
	r.deals = append(r.deals, d.id)
	r.set(colDeals, strconv.Itoa(len(r.deals)), at, bySystem)
	if r.get(colFirstDeal) == "" {
		r.set(colFirstDeal, d.props["createdate"], at, bySystem)
	}
	if won := d.props["closedate"]; d.props["hs_is_closed_won"] == "true" && won > r.get(colLastWon) {
		r.set(colLastWon, won, at, bySystem)
	}
	r.touch(at)
}

// SetDeal changes a deal by an act of the staff.
func (p *Portal) SetDeal(id string, props map[string]string) {
	defer p.act()()
	n, _ := atoi(id)
	if d := p.deals[n]; d != nil {
		maps.Copy(d.props, props)
		d.props["hs_lastmodifieddate"] = stamp(p.now)
		d.remember(p.now)
	}
}

// DealExists tells whether a deal is there: an erased contact's deals stay.
func (p *Portal) DealExists(id string) bool {
	defer p.act()()
	n, _ := atoi(id)
	return p.deals[n] != nil
}

type associated struct {
	From  idInput       `json:"from"`
	To    []association `json:"to"`
	Pages any           `json:"paging,omitempty"`
}

type association struct {
	ID    any               `json:"toObjectId"`
	Types []associationType `json:"associationTypes"`
}

type associationType struct {
	Category string  `json:"category"`
	TypeID   int     `json:"typeId"`
	Label    *string `json:"label"`
}

// associations is POST …/contacts/deals/batch/read: a page of deals for each
// contact that has any.
func (p *Portal) associations(q *request) answer {
	body, bad := decode[struct {
		Inputs []struct {
			ID    label `json:"id"`
			After label `json:"after"`
		} `json:"inputs"`
	}](q)
	if bad != nil {
		return *bad
	}
	if n := len(body.Inputs); n == 0 || n > associationInputs {
		return q.invalid("Invalid number of inputs: %d, the limit is %d", n, associationInputs)
	}
	rows := []associated{}
	for _, in := range body.Inputs {
		r := p.lookUp(string(in.ID), "", false)
		after, _ := atoi(string(in.After))
		if r != nil && len(r.deals) > 0 {
			rows = append(rows, p.associated(r, after))
		}
	}
	if q.met(faultEmpty) {
		rows = rows[:0]
	}
	return p.batch(rows, nil, len(body.Inputs))
}

func (p *Portal) associated(r *record, after int64) associated {
	ids := slices.Clone(r.deals)
	slices.Sort(ids)
	i, _ := slices.BinarySearch(ids, after+1)
	ids = ids[i:]
	out := associated{From: idInput{label(itoa(r.id))}, To: []association{}}
	for _, id := range ids[:min(len(ids), associationPage)] {
		var shown any = itoa(id)
		if p.switches.NumericObjectIDs {
			shown = id
		}
		out.To = append(out.To, association{shown, []associationType{{"HUBSPOT_DEFINED", contactToDeal, nil}}})
	}
	if len(ids) > associationPage {
		out.Pages = map[string]any{"next": map[string]string{"after": itoa(ids[associationPage-1])}}
	}
	return out
}

type dealRow struct {
	ID       string             `json:"id"`
	Props    map[string]*string `json:"properties"`
	Created  string             `json:"createdAt"`
	Updated  string             `json:"updatedAt"`
	Archived bool               `json:"archived"`
}

// batchDeals is POST …/deals/batch/read.
func (p *Portal) batchDeals(q *request) answer {
	body, bad := decode[readBody](q)
	if bad != nil {
		return *bad
	}
	if n := len(body.Inputs); n == 0 || n > batchMax {
		return q.invalid("Invalid number of inputs: %d, the limit is %d", n, batchMax)
	}
	names := body.Properties
	if len(names) == 0 {
		names = []string{"amount", "closedate", "dealname", "dealstage", "pipeline"}
	}
	rows, lost := []dealRow{}, []string(nil)
	for _, in := range body.Inputs {
		n, _ := atoi(string(in.ID))
		if d := p.deals[n]; d != nil {
			rows = append(rows, d.row(names))
		} else {
			lost = append(lost, string(in.ID))
		}
	}
	return p.batch(rows, missingObjects("DEAL", lost), len(body.Inputs))
}

func (d *deal) row(names []string) dealRow {
	out := dealRow{ID: itoa(d.id), Props: map[string]*string{}, Created: d.props["createdate"], Updated: d.props["hs_lastmodifieddate"]}
	for _, name := range append([]string{"hs_object_id", "createdate", "hs_lastmodifieddate"}, names...) {
		text, ok := d.props[name]
		known := slices.ContainsFunc(dealCatalogue, func(r struct{ name, typ, flags string }) bool { return r.name == name })
		switch {
		case ok && text != "":
			out.Props[name] = &text
		case known:
			out.Props[name] = nil
		}
	}
	return out
}
