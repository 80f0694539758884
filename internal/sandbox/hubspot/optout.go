package hubspot

import "slices"

// wideRow is one opt-out from everything.
type wideRow struct {
	Channel    string `json:"channel"`
	Subscriber string `json:"subscriberIdString"`
	Status     string `json:"status"`
	Timestamp  string `json:"timestamp"`
	Wide       string `json:"wideStatusType"`
	Brand      int64  `json:"businessUnitId"`
}

// wides is GET …/statuses/{email}/unsubscribe-all.
func (p *Portal) wides(q *request) answer {
	mail, bad := q.subscriber(q.query("channel"))
	if bad != nil {
		return *bad
	}
	brand, _, bad := q.brand()
	if bad != nil {
		return *bad
	}
	rows := p.wideRows(mail, brand)
	if q.met(faultEmpty) {
		rows = []wideRow{}
	}
	return p.batch(rows, nil, 1)
}

func (p *Portal) wideRows(mail string, brand int64) []wideRow {
	at, out := p.peek(mail).wideAt(brand)
	if !out {
		return []wideRow{}
	}
	kind := "PORTAL_WIDE"
	if brand != 0 {
		kind = "BUSINESS_UNIT_WIDE"
	}
	return []wideRow{{"EMAIL", mail, unsubscribed, stamp(at), kind, brand}}
}

// unsubscribeAll is POST …/statuses/{email}/unsubscribe-all: of one brand, the
// default one when the request names none.
func (p *Portal) unsubscribeAll(q *request) answer {
	mail, bad := q.subscriber(q.query("channel"))
	if bad != nil {
		return *bad
	}
	brand, _, bad := q.brand()
	if bad != nil {
		return *bad
	}
	if !slices.Contains(p.brands(), brand) {
		return q.invalid("Business unit %d does not exist", brand)
	}
	rows := p.leaveEverything(mail, brand)
	if q.query("verbose") != "true" {
		rows = []statusRow{}
	}
	return p.batch(rows, nil, 1)
}

// leaveEverything opts an address out on a client's behalf, whether a contact
// has it or not, and tells what became of each topic.
func (p *Portal) leaveEverything(mail string, brand int64) []statusRow {
	a, reason := p.address(mail), noChange
	if p.leaveAll(a, brand, p.now, sourceAPI) {
		reason = outOfAll
		topic := ""
		if brand != 0 {
			topic = "brand:" + itoa(brand)
		}
		p.file("unsubscribe", a.ownerID(), topic, false)
	}
	rows := []statusRow{}
	for _, t := range p.topics {
		if t.brand == brand {
			rows = append(rows, p.row(mail, t, a.status(t), reason))
		}
	}
	return rows
}
