package hubspot

import (
	"cmp"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
)

// dealVersion is what a deal was from an instant on: the index trails.
type dealVersion struct {
	at    int64
	props map[string]string
}

// remember files a deal as it is from an instant on.
func (d *deal) remember(at int64) {
	d.past = append(d.past, dealVersion{at, maps.Clone(d.props)})
}

// at returns the deal's properties as the index knew them; nil if it didn't know the deal.
func (d *deal) at(instant int64) map[string]string {
	for _, v := range slices.Backward(d.past) {
		if v.at <= instant {
			return v.props
		}
	}
	return nil
}

type dealTest func(props map[string]string) bool

// searchDeals is POST …/deals/search. Other than contacts, deals are found by
// hs_lastmodifieddate (section 3).
func (p *Portal) searchDeals(q *request) answer {
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
	groups, why := dealTests(body)
	if why == "" && body.Query != "" {
		why = "A query on deals is not simulated"
	}
	order, noOrder := dealOrder(body.Sorts)
	if why = cmp.Or(why, noOrder); why != "" {
		return q.invalid("%s", why)
	}
	at := p.indexed()
	var hits []*deal
	for _, d := range p.deals {
		props := d.at(at)
		if props != nil && (len(groups) == 0 || slices.ContainsFunc(groups, func(ts []dealTest) bool {
			return !slices.ContainsFunc(ts, func(t dealTest) bool { return !t(props) })
		})) {
			hits = append(hits, d)
		}
	}
	slices.SortFunc(hits, func(a, b *deal) int { return cmp.Or(order(a.at(at), b.at(at)), cmp.Compare(a.id, b.id)) })
	return q.dealPage(hits, body.Properties, start, limit, at)
}

func (q *request) dealPage(hits []*deal, names []string, start, limit int, at int64) answer {
	rows := []dealRow{}
	for _, d := range hits[min(start, len(hits)):min(start+limit, len(hits))] {
		rows = append(rows, (&deal{id: d.id, props: d.at(at)}).row(names))
	}
	out := map[string]any{"total": len(hits), "results": rows}
	if next := start + limit; next < len(hits) || q.met(faultEmptyNext) {
		out["paging"] = map[string]any{"next": map[string]string{"after": strconv.Itoa(next)}}
	}
	if q.met(faultTotal) {
		out["total"] = 2*len(hits) + 1
	}
	if q.met(faultEmpty) || q.met(faultEmptyNext) {
		out["results"] = []dealRow{}
	}
	return reply(http.StatusOK, out, len(rows))
}

// dealTests compiles filters; a property or operator that it doesn't know is refused.
func dealTests(body searchBody) (groups [][]dealTest, why string) {
	for _, g := range body.Groups {
		var tests []dealTest
		for _, f := range g.Filters {
			t, why := compileDeal(f)
			if why != "" {
				return nil, why
			}
			tests = append(tests, t)
		}
		groups = append(groups, tests)
	}
	return groups, ""
}

func compileDeal(f filter) (dealTest, string) {
	typ, ok := dealType(f.Property)
	if !ok {
		return nil, "Property " + strconv.Quote(f.Property) + " does not exist"
	}
	if f.Operator == "HAS_PROPERTY" {
		return func(props map[string]string) bool { return props[f.Property] != "" }, ""
	}
	if !oneOf(f.Operator, "EQ", "NEQ", "LT", "LTE", "GT", "GTE") {
		return nil, "Unknown operator " + strconv.Quote(f.Operator)
	}
	want, ok := dealNumber(typ, string(f.Value))
	if !ok {
		return nil, "The value is not of the property's type"
	}
	return func(props map[string]string) bool {
		x, has := dealNumber(typ, props[f.Property])
		return has && holds(f.Operator, x, want, want) || !has && f.Operator == "NEQ"
	}, ""
}

func dealOrder(sorts []sorting) (order func(a, b map[string]string) int, why string) {
	if len(sorts) == 0 {
		return func(_, _ map[string]string) int { return 0 }, ""
	}
	s := sorts[0]
	typ, ok := dealType(s.Property)
	if !ok || !oneOf(strings.ToUpper(s.Direction), "", "ASCENDING", "DESCENDING") {
		return nil, "Can't sort by " + strconv.Quote(s.Property) + " in that direction"
	}
	sign := 1
	if strings.EqualFold(s.Direction, "DESCENDING") {
		sign = -1
	}
	return func(a, b map[string]string) int {
		x, _ := dealNumber(typ, a[s.Property])
		y, _ := dealNumber(typ, b[s.Property])
		return sign * cmp.Compare(x, y)
	}, ""
}

func dealType(name string) (typ string, ok bool) {
	for _, r := range dealCatalogue {
		if r.name == name {
			return r.typ, true
		}
	}
	return "", false
}

// dealNumber reads a time, in ms, or a number. Deals are found by nothing else here.
func dealNumber(typ, text string) (float64, bool) {
	if typ == "datetime" {
		ms, ok := instant(text)
		return float64(ms), ok
	}
	n, err := strconv.ParseFloat(text, 64)
	return n, err == nil
}

// dealAssociations is POST …/deals/contacts/batch/read: whose each deal is.
func (p *Portal) dealAssociations(q *request) answer {
	body, bad := decode[readBody](q)
	if bad != nil {
		return *bad
	}
	if n := len(body.Inputs); n == 0 || n > associationInputs {
		return q.invalid("Invalid number of inputs: %d, the limit is %d", n, associationInputs)
	}
	owners := map[int64][]association{}
	for _, r := range p.live {
		for _, id := range r.deals {
			owners[id] = append(owners[id], association{itoa(r.id), []associationType{{"HUBSPOT_DEFINED", dealToContact, nil}}})
		}
	}
	rows := []associated{}
	for _, in := range body.Inputs {
		if id, _ := atoi(string(in.ID)); len(owners[id]) > 0 {
			rows = append(rows, associated{From: idInput{in.ID}, To: owners[id]})
		}
	}
	if q.met(faultEmpty) {
		rows = rows[:0]
	}
	return p.batch(rows, nil, len(body.Inputs))
}
