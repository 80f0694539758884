package hubspot

import (
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
)

// The kinds of lists. Dynamic ones can't be edited by hand or API.
const (
	Manual   = "MANUAL"
	Snapshot = "SNAPSHOT"
	Dynamic  = "DYNAMIC"
)

const (
	membersDefault = 100
	membersMax     = 250
	listsMax       = 500
)

type list struct {
	id, kind, name string
	made           int64
	workflow       bool            // puts everybody back at once
	members        map[int64]int64 // contact → since
}

// AddList makes a list (segment) with these members and returns its id.
func (p *Portal) AddList(name, kind string, members ...string) string {
	defer p.act()()
	l := &list{id: strconv.Itoa(100 + 3*len(p.lists)), kind: kind, name: name, made: p.now, members: map[int64]int64{}}
	p.lists = append(p.lists, l)
	for _, id := range members {
		if r := p.byText(id); r != nil {
			l.members[r.id] = p.now
		}
	}
	return l.id
}

// SetWorkflow lets a workflow put whoever is taken out of a list back at once.
func (p *Portal) SetWorkflow(listID string, on bool) {
	defer p.act()()
	if l := p.findList(listID); l != nil {
		l.workflow = on
	}
}

// Members lists the contacts in a list, in the order of ids.
func (p *Portal) Members(listID string) []string {
	defer p.act()()
	out := []string{}
	if l := p.findList(listID); l != nil {
		for _, id := range slices.Sorted(maps.Keys(l.members)) {
			out = append(out, itoa(id))
		}
	}
	return out
}

func (p *Portal) findList(id string) *list {
	i := slices.IndexFunc(p.lists, func(l *list) bool { return l.id == id })
	if i < 0 {
		return nil
	}
	return p.lists[i]
}

func (l *list) row() map[string]any {
	return map[string]any{
		"listId": l.id, "listVersion": 1, "name": l.name, "objectTypeId": "0-1", "processingType": l.kind,
		"processingStatus": "COMPLETE", "createdAt": stamp(l.made), "updatedAt": stamp(l.made),
		"additionalProperties": map[string]string{"hs_list_size": strconv.Itoa(len(l.members))},
	}
}

type membership struct {
	ListID  string `json:"listId"`
	Version int    `json:"listVersion"`
	Public  bool   `json:"isPublicList"`
	First   string `json:"firstAddedTimestamp"`
	Last    string `json:"lastAddedTimestamp"`
}

func (p *Portal) memberships(id string) []membership {
	out := []membership{}
	n, _ := atoi(id)
	for _, l := range p.lists {
		if at, in := l.members[n]; in {
			out = append(out, membership{l.id, 1, false, stamp(at), stamp(at)})
		}
	}
	return out
}

// membershipsOf is GET …/records/0-1/{id}/memberships.
func (p *Portal) membershipsOf(q *request) answer {
	rows := p.memberships(q.vars["id"])
	return reply(http.StatusOK, map[string]any{"results": rows, "total": len(rows)}, 1)
}

// batchMemberships is POST …/records/memberships/batch/read.
func (p *Portal) batchMemberships(q *request) answer {
	body, bad := decode[struct {
		Inputs []struct {
			Type string `json:"objectTypeId"`
			ID   label  `json:"recordId"`
		} `json:"inputs"`
	}](q)
	if bad != nil {
		return *bad
	}
	rows := []map[string]any{}
	for _, in := range body.Inputs {
		if in.Type != "0-1" {
			return q.invalid("Unsupported objectTypeId %q", in.Type)
		}
		rows = append(rows, map[string]any{"objectTypeId": in.Type, "recordId": string(in.ID), "memberships": p.memberships(string(in.ID))})
	}
	return p.batch(rows, nil, len(rows))
}

// searchLists is POST /crm/lists/{v}/search.
func (p *Portal) searchLists(q *request) answer {
	body, bad := decode[struct {
		Query  string   `json:"query"`
		Kinds  []string `json:"processingTypes"`
		Offset int      `json:"offset"`
		Count  *int     `json:"count"`
	}](q)
	if bad != nil {
		return *bad
	}
	count := 20
	if body.Count != nil {
		count = *body.Count
	}
	if count < 1 || count > listsMax || body.Offset < 0 {
		return q.invalid("count must be between 1 and %d", listsMax)
	}
	rows := []map[string]any{}
	for _, l := range p.lists {
		named := strings.Contains(strings.ToLower(l.name), strings.ToLower(body.Query))
		if named && (len(body.Kinds) == 0 || slices.Contains(body.Kinds, l.kind)) {
			rows = append(rows, l.row())
		}
	}
	from, to := min(body.Offset, len(rows)), min(body.Offset+count, len(rows))
	return reply(http.StatusOK, map[string]any{
		"lists": rows[from:to], "hasMore": to < len(rows), "offset": to, "total": len(rows),
	}, to-from)
}

// getList is GET /crm/lists/{v}/{listId}.
func (p *Portal) getList(q *request) answer {
	l := p.findList(q.vars["listId"])
	if l == nil {
		return q.notFound(q.vars["listId"])
	}
	return reply(http.StatusOK, map[string]any{"list": l.row()}, 1)
}

type memberRow struct {
	ID    string `json:"recordId"`
	Since string `json:"membershipTimestamp"`
}

// members is GET …/{listId}/memberships, in the order of ids.
func (p *Portal) members(q *request) answer {
	l := p.findList(q.vars["listId"])
	if l == nil {
		return q.notFound(q.vars["listId"])
	}
	limit := membersDefault
	if text := q.query("limit"); text != "" {
		n, err := strconv.Atoi(text)
		if err != nil || n < 1 || n > membersMax {
			return q.invalid("Invalid limit %q: must be between 1 and %d", text, membersMax)
		}
		limit = n
	}
	after, _ := atoi(q.query("after"))
	ids := slices.Sorted(maps.Keys(l.members))
	i, _ := slices.BinarySearch(ids, after+1)
	rows := []memberRow{}
	for _, id := range ids[i:min(i+limit, len(ids))] {
		rows = append(rows, memberRow{itoa(id), stamp(l.members[id])})
	}
	out := map[string]any{"results": rows, "total": len(ids)}
	if i+limit < len(ids) {
		out["paging"] = map[string]any{"next": map[string]string{"after": rows[len(rows)-1].ID}}
	}
	return reply(http.StatusOK, out, len(rows))
}
