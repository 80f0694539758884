package hubspot

import (
	"slices"
	"strconv"
	"strings"
)

// statusRow is one status as the API tells it.
type statusRow struct {
	Channel     string `json:"channel"`
	Subscriber  string `json:"subscriberIdString"`
	ID          int64  `json:"subscriptionId"`
	Name        string `json:"subscriptionName,omitempty"`
	Status      string `json:"status"`
	Source      string `json:"source,omitempty"`
	Timestamp   string `json:"timestamp,omitempty"`
	LegalBasis  string `json:"legalBasis,omitempty"`
	Explanation string `json:"legalBasisExplanation,omitempty"`
	Reason      string `json:"setStatusSuccessReason,omitempty"`
	Brand       int64  `json:"businessUnitId"`
}

func (p *Portal) row(mail string, t topic, s status, reason string) statusRow {
	r := statusRow{
		Channel: "EMAIL", Subscriber: mail, ID: t.id, Name: t.name, Status: s.state, Source: s.source,
		LegalBasis: s.basis, Explanation: s.explanation, Reason: reason, Brand: t.brand,
	}
	if s.at != 0 {
		r.Timestamp = stamp(s.at)
	}
	return r
}

// definitions is GET …/definitions: all brands, or one.
func (p *Portal) definitions(q *request) answer {
	brand, all, bad := q.brand()
	if bad != nil {
		return *bad
	}
	rows := []map[string]any{}
	for _, t := range p.topics {
		if all || t.brand == brand {
			rows = append(rows, map[string]any{
				"id": itoa(t.id), "name": t.name, "description": "", "purpose": "Marketing", "communicationMethod": "Email",
				"isActive": true, "isDefault": false, "isInternal": false, "businessUnitId": t.brand,
				"createdAt": stamp(t.made), "updatedAt": stamp(t.made),
			})
		}
	}
	return p.batch(rows, nil, 0)
}

// brand reads businessUnitId; all is true when the request names none.
func (q *request) brand() (brand int64, all bool, bad *answer) {
	text := q.query("businessUnitId")
	if text == "" {
		return 0, true, nil
	}
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil || n < 0 {
		a := q.invalid("Invalid businessUnitId %q", text)
		return 0, false, &a
	}
	return n, false, nil
}

// isAddress is as much as the account checks of an address.
func isAddress(s string) bool {
	local, domain, ok := strings.Cut(s, "@")
	return ok && local != "" && strings.Contains(strings.Trim(domain, "."), ".") && !strings.ContainsAny(s, " %;,<>") && strings.Count(s, "@") == 1
}

// subscriber reads the address in the path and the channel; an address that was
// encoded twice is none.
func (q *request) subscriber(channel string) (string, *answer) {
	mail := q.vars["email"]
	if !isAddress(mail) {
		a := q.notFound(mail)
		return "", &a
	}
	return mail, q.checkChannel(channel)
}

func (q *request) checkChannel(channel string) *answer {
	if channel == "EMAIL" {
		return nil
	}
	a := q.invalid("channel must be EMAIL, it was %q", channel)
	return &a
}

// peek returns the address's statuses without beginning to know it.
func (p *Portal) peek(mail string) *address {
	if a := p.addresses[fold(mail)]; a != nil {
		return a
	}
	return &address{}
}

// statuses is GET …/statuses/{email}: one row a topic.
func (p *Portal) statuses(q *request) answer {
	mail, bad := q.subscriber(q.query("channel"))
	if bad != nil {
		return *bad
	}
	brand, all, bad := q.brand()
	if bad != nil {
		return *bad
	}
	rows := p.statusRows(mail, func(t topic) bool { return all || t.brand == brand })
	if q.met(faultEmpty) {
		rows = []statusRow{}
	}
	return p.batch(rows, nil, 1)
}

func (p *Portal) statusRows(mail string, wanted func(topic) bool) []statusRow {
	rows := []statusRow{}
	for _, t := range p.topics {
		if wanted(t) {
			rows = append(rows, p.row(mail, t, p.peek(mail).status(t), ""))
		}
	}
	return rows
}

type statusBody struct {
	Subscriber  string `json:"subscriberIdString"` // in batches only
	ID          label  `json:"subscriptionId"`
	State       string `json:"statusState"`
	Channel     string `json:"channel"`
	LegalBasis  string `json:"legalBasis"`
	Explanation string `json:"legalBasisExplanation"`
}

// setStatus is POST …/statuses/{email}.
func (p *Portal) setStatus(q *request) answer {
	body, bad := decode[statusBody](q)
	if bad != nil {
		return *bad
	}
	mail, bad := q.subscriber(body.Channel)
	if bad != nil {
		return *bad
	}
	row, why := p.applyStatus(mail, body)
	if why != "" {
		return q.invalid("%s", why)
	}
	return p.batch([]statusRow{row}, nil, 1)
}

// applyStatus carries a status update out, or says why not.
func (p *Portal) applyStatus(mail string, body statusBody) (statusRow, string) {
	id, _ := atoi(string(body.ID))
	t, ok := p.topic(id)
	switch {
	case !ok:
		return statusRow{}, "Subscription " + string(body.ID) + " does not exist"
	case !oneOf(body.State, subscribed, unsubscribed, notSpecified):
		return statusRow{}, "Unknown statusState " + strconv.Quote(body.State)
	case body.LegalBasis != "" && !slices.Contains(legalBases, body.LegalBasis):
		return statusRow{}, "Unknown legalBasis " + strconv.Quote(body.LegalBasis)
	case p.switches.DataPrivacy && (body.LegalBasis == "" || body.Explanation == ""):
		return statusRow{}, "legalBasis and legalBasisExplanation are required when data privacy is on"
	}
	s := status{id, p.now, body.State, body.LegalBasis, body.Explanation, sourceAPI}
	return p.apply(mail, t, s), ""
}

// apply changes a status on a client's behalf. Whatever is no unsubscription is
// filed as forbidden even when it changes nothing.
func (p *Portal) apply(mail string, t topic, s status) statusRow {
	a := p.address(mail)
	reason := p.change(a, t, s)
	if s.state != unsubscribed {
		p.file("resubscribe", a.ownerID(), itoa(t.id), true)
	} else if reason != noChange {
		p.file("unsubscribe", a.ownerID(), itoa(t.id), false)
	}
	return p.row(mail, t, a.status(t), reason)
}

// ownerID names the contact that a change of an address's status hits.
func (a *address) ownerID() string {
	if a.owner == nil {
		return ""
	}
	return itoa(a.owner.id)
}
