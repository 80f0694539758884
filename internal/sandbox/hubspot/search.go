package hubspot

import (
	"cmp"
	"encoding/json"
	"net/http"
	"slices"
	"strconv"
	"strings"
)

const (
	searchMax     = 200
	searchCeiling = 10_000
	searchGroups  = 5
	groupFilters  = 6
	searchFilters = 18
	searchText    = 3_000 // characters of the body without its list of properties
)

type searchBody struct {
	Groups     []struct{ Filters []filter } `json:"filterGroups"`
	Sorts      []sorting                    `json:"sorts"`
	Query      string                       `json:"query"`
	Properties []string                     `json:"properties,omitempty"`
	Limit      label                        `json:"limit"`
	After      label                        `json:"after"`
}

type filter struct {
	Property string   `json:"propertyName"`
	Operator string   `json:"operator"`
	Value    label    `json:"value"`
	High     label    `json:"highValue"`
	Values   []string `json:"values"`
}

// sorting is {"propertyName","direction"} or just the property's name.
type sorting struct {
	Property  string `json:"propertyName"`
	Direction string `json:"direction"`
}

// UnmarshalJSON takes both forms.
func (s *sorting) UnmarshalJSON(b []byte) error {
	if len(b) > 0 && b[0] == '"' {
		return json.Unmarshal(b, &s.Property)
	}
	type plain sorting
	return json.Unmarshal(b, (*plain)(s))
}

// search is POST …/contacts/search, over the index: the account as it was a
// little while ago, of those who are still there.
func (p *Portal) search(q *request) answer {
	body, bad := decode[searchBody](q)
	if bad != nil {
		return *bad
	}
	if bad := q.searchLimits(body); bad != nil {
		return *bad
	}
	start, limit, bad := q.searchPage(body)
	if bad != nil {
		return *bad
	}
	match, why := p.compile(body)
	if why != "" {
		return q.invalid("%s", why)
	}
	order, why := p.order(body.Sorts)
	if why != "" {
		return q.invalid("%s", why)
	}
	at := p.indexed()
	if q.met(faultDuplicate) && start > 0 {
		start--
	}
	rows, total := p.hits(match, order, at, start, start+limit)
	return p.searchAnswer(q, body, rows, total, start, limit, at)
}

func (p *Portal) searchAnswer(q *request, body searchBody, rows []*record, total, start, limit int, at int64) answer {
	next, more := start+limit, start+limit < total
	if q.met(faultTotal) {
		total = 2*total + 1
	}
	if q.met(faultEmpty) || q.met(faultEmptyNext) {
		rows, more, next = nil, q.met(faultEmptyNext), start
	}
	v := p.view(q, body.Properties, nil)
	v.at = at
	b := []byte(`{"total":` + strconv.Itoa(total) + `,"results":[`)
	b = append(p.appendRecords(b, rows, v), ']')
	if more {
		b = appendPaging(b, strconv.Itoa(next))
	}
	return answer{status: http.StatusOK, typ: typeJSON, body: append(b, '}'), items: len(rows)}
}

// indexed is the instant that the search index shows.
func (p *Portal) indexed() int64 {
	now := p.now
	if now < p.stall.until {
		now = p.stall.from
	}
	return now - p.opt.IndexLag.Milliseconds()
}

// searchLimits refuses what is too much: of text, groups, filters, sorts.
func (q *request) searchLimits(body searchBody) *answer {
	refuse := func(format string, args ...any) *answer {
		a := q.invalid(format, args...)
		return &a
	}
	body.Properties = nil
	if text, err := json.Marshal(body); err != nil || len(text) > searchText {
		return refuse("The request exceeds the limit of %d characters", searchText)
	}
	if len(body.Sorts) > 1 {
		return refuse("Only one sort is allowed")
	}
	if len(body.Groups) > searchGroups {
		return refuse("At most %d filter groups are allowed", searchGroups)
	}
	all := 0
	for _, g := range body.Groups {
		all += len(g.Filters)
		if len(g.Filters) > groupFilters {
			return refuse("At most %d filters are allowed in a group", groupFilters)
		}
	}
	if all > searchFilters {
		return refuse("At most %d filters are allowed", searchFilters)
	}
	return nil
}

func (q *request) searchPage(body searchBody) (start, limit int, bad *answer) {
	limit = listDefault
	var err error
	if body.Limit != "" {
		limit, err = strconv.Atoi(string(body.Limit))
	}
	if err != nil || limit < 1 || limit > searchMax {
		a := q.invalid("Invalid limit %q: must be between 1 and %d", string(body.Limit), searchMax)
		return 0, 0, &a
	}
	if body.After != "" {
		start, err = strconv.Atoi(string(body.After))
	}
	if err != nil || start < 0 || start+limit > searchCeiling {
		a := q.invalid("There was a problem with the request: paging beyond %d results is not possible", searchCeiling)
		return 0, 0, &a
	}
	return start, limit, nil
}

// order compares two records as the sort wants; nil is the order of ids.
func (p *Portal) order(sorts []sorting) (func(a, b *record, at int64) int, string) {
	if len(sorts) == 0 {
		return nil, ""
	}
	s := sorts[0]
	c, ok := p.column(s.Property)
	if !ok {
		return nil, "Property " + strconv.Quote(s.Property) + " does not exist"
	}
	sign := 1
	switch strings.ToUpper(s.Direction) {
	case "", "ASCENDING":
	case "DESCENDING":
		sign = -1
	default:
		return nil, "Unknown direction " + strconv.Quote(s.Direction)
	}
	if c == colID && sign > 0 {
		return nil, ""
	}
	return func(a, b *record, at int64) int {
		return sign * cmp.Or(p.compare(c, a, b, at), byRecordID(a, b.id))
	}, ""
}

func (p *Portal) compare(c column, a, b *record, at int64) int {
	if c == colID {
		return byRecordID(a, b.id)
	}
	x, xs := p.sortKey(c, a, at)
	y, ys := p.sortKey(c, b, at)
	return cmp.Or(cmp.Compare(x, y), strings.Compare(xs, ys))
}

func (p *Portal) sortKey(c column, r *record, at int64) (float64, string) {
	text := r.text(c, at)
	switch p.properties[c].typ {
	case "datetime", "date":
		ms, _ := instant(text)
		return float64(ms), ""
	case "number":
		n, _ := strconv.ParseFloat(text, 64)
		return n, ""
	}
	return 0, strings.ToLower(text)
}

// hits returns the matches from number `from` up to `to`, and how many there are
// in all. In the order of ids nothing is sorted or kept but the page.
func (p *Portal) hits(match matcher, order func(a, b *record, at int64) int, at int64, from, to int) ([]*record, int) {
	var kept []*record
	total := 0
	i, _ := slices.BinarySearchFunc(p.live, match.above+1, byRecordID)
	for _, r := range p.live[i:] {
		if !match.hit(r, at) {
			continue
		}
		if order != nil || total >= from && total < to {
			kept = append(kept, r)
		}
		total++
	}
	if order == nil {
		return kept, total
	}
	slices.SortFunc(kept, func(a, b *record) int { return order(a, b, at) })
	return kept[min(from, len(kept)):min(to, len(kept))], total
}
