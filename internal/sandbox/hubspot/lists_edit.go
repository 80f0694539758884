package hubspot

import "net/http"

type edited struct {
	Added   []string `json:"recordsIdsAdded"` // sic
	Removed []string `json:"recordIdsRemoved"`
	Missing []string `json:"recordIdsMissing"`
}

// edit adds and removes members. Non-members and unknown ids are ignored.
func (p *Portal) edit(q *request, add, drop []label) answer {
	l := p.findList(q.vars["listId"])
	if l == nil {
		return q.notFound(q.vars["listId"])
	}
	if l.kind == Dynamic {
		return q.invalid("Can not operate manually on a dynamic list")
	}
	out := edited{[]string{}, []string{}, []string{}}
	for _, id := range drop {
		n, _ := atoi(string(id))
		if _, in := l.members[n]; !in {
			continue
		}
		p.leave(l, n)
		out.Removed = append(out.Removed, string(id))
	}
	for _, id := range add {
		r := p.byText(string(id))
		switch {
		case r == nil:
			out.Missing = append(out.Missing, string(id))
		case l.members[r.id] == 0:
			l.members[r.id] = p.now
			r.touch(p.now)
			out.Added = append(out.Added, string(id))
			p.file("join", itoa(r.id), l.id, true)
		}
	}
	return reply(http.StatusOK, out, len(add)+len(drop))
}

// leave takes a contact out, which moves its modified time, as is to be assumed.
func (p *Portal) leave(l *list, id int64) {
	delete(l.members, id)
	if l.workflow {
		l.members[id] = p.now
	}
	if r := p.byID[id]; r != nil {
		r.touch(p.now)
	}
	p.file("leave", itoa(id), l.id, false)
}

// leaveList is PUT …/memberships/remove: the body is a bare array.
func (p *Portal) leaveList(q *request) answer {
	ids, bad := decode[[]label](q)
	if bad != nil {
		return *bad
	}
	return p.edit(q, nil, ids)
}

// joinList is PUT …/memberships/add.
func (p *Portal) joinList(q *request) answer {
	ids, bad := decode[[]label](q)
	if bad != nil {
		return *bad
	}
	return p.edit(q, ids, nil)
}

// editList is PUT …/memberships/add-and-remove.
func (p *Portal) editList(q *request) answer {
	body, bad := decode[struct {
		Add    []label `json:"recordIdsToAdd"`
		Remove []label `json:"recordIdsToRemove"`
	}](q)
	if bad != nil {
		return *bad
	}
	return p.edit(q, body.Add, body.Remove)
}

// emptyList is DELETE …/{listId}/memberships, which nobody should call.
func (p *Portal) emptyList(q *request) answer {
	l := p.findList(q.vars["listId"])
	if l == nil {
		return q.notFound(q.vars["listId"])
	}
	if l.kind == Dynamic {
		return q.invalid("Can not operate manually on a dynamic list")
	}
	clear(l.members)
	p.file("empty-list", "", l.id, true)
	return noContent
}
