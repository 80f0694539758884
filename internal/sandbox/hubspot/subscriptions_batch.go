package hubspot

import "github.com/lapsed/lapsed/internal/sandbox/kit"

type statusesOf struct {
	Subscriber string      `json:"subscriberIdString"`
	Statuses   []statusRow `json:"statuses"`
}

type widesOf struct {
	Subscriber string    `json:"subscriberIdString"`
	Wides      []wideRow `json:"wideStatuses"`
}

// batchAddresses reads the inputs of the batch calls and sorts out what is no
// address. How large a batch may be is not documented: 100 is our choice.
func (q *request) batchAddresses() (mails []string, errs []problem, bad *answer) {
	body, bad := decode[struct {
		Inputs []string `json:"inputs"`
	}](q)
	if bad != nil {
		return nil, nil, bad
	}
	if n := len(body.Inputs); n == 0 || n > batchMax {
		a := q.invalid("Invalid number of inputs: %d, the limit is %d", n, batchMax)
		return nil, nil, &a
	}
	if bad := q.checkChannel(q.query("channel")); bad != nil {
		return nil, nil, bad
	}
	for _, m := range body.Inputs {
		if isAddress(m) {
			mails = append(mails, m)
		} else {
			errs = append(errs, notAnAddress(m))
		}
	}
	return mails, errs, nil
}

func notAnAddress(mail string) problem {
	return problem{
		Status: "error", Category: "VALIDATION_ERROR", Message: "Subscriber " + mail + " is not a valid email address",
		Context: map[string][]string{"subscriberIdString": {mail}},
	}
}

// reading files a batch read of a single address as a re-read.
func (q *request) reading(n int) {
	if n == 1 {
		q.purpose = kit.Reread
	}
}

// batchStatuses is POST …/statuses/batch/read.
func (p *Portal) batchStatuses(q *request) answer {
	mails, errs, bad := q.batchAddresses()
	if bad != nil {
		return *bad
	}
	brand, all, bad := q.brand()
	if bad != nil {
		return *bad
	}
	q.reading(len(mails) + len(errs))
	rows := []statusesOf{}
	for _, m := range mails {
		rows = append(rows, statusesOf{m, p.statusRows(m, func(t topic) bool { return all || t.brand == brand })})
	}
	return p.batch(rows, errs, len(mails)+len(errs))
}

// batchWides is POST …/statuses/batch/unsubscribe-all/read. Who is not out comes
// with the status SUBSCRIBED, as in the vendor's sample: presence proves nothing.
func (p *Portal) batchWides(q *request) answer {
	mails, errs, bad := q.batchAddresses()
	if bad != nil {
		return *bad
	}
	brand, _, bad := q.brand()
	if bad != nil {
		return *bad
	}
	q.reading(len(mails) + len(errs))
	rows := []widesOf{}
	for _, m := range mails {
		w := p.wideRows(m, brand)
		if len(w) == 0 {
			w = []wideRow{{"EMAIL", m, subscribed, stamp(p.now), "PORTAL_WIDE", brand}}
		}
		rows = append(rows, widesOf{m, w})
	}
	return p.batch(rows, errs, len(mails)+len(errs))
}

// batchUnsubscribeAll is POST …/statuses/batch/unsubscribe-all.
func (p *Portal) batchUnsubscribeAll(q *request) answer {
	mails, errs, bad := q.batchAddresses()
	if bad != nil {
		return *bad
	}
	brand, _, bad := q.brand()
	if bad != nil {
		return *bad
	}
	rows := []statusesOf{}
	for _, m := range mails {
		done := p.leaveEverything(m, brand)
		if q.query("verbose") != "true" {
			done = []statusRow{}
		}
		rows = append(rows, statusesOf{m, done})
	}
	return p.batch(rows, errs, len(mails)+len(errs))
}

// batchSetStatus is POST …/statuses/batch/write.
func (p *Portal) batchSetStatus(q *request) answer {
	body, bad := decode[struct {
		Inputs []statusBody `json:"inputs"`
	}](q)
	if bad != nil {
		return *bad
	}
	if n := len(body.Inputs); n == 0 || n > batchMax {
		return q.invalid("Invalid number of inputs: %d, the limit is %d", n, batchMax)
	}
	rows, errs := []statusRow{}, []problem{}
	for _, in := range body.Inputs {
		if !isAddress(in.Subscriber) {
			errs = append(errs, notAnAddress(in.Subscriber))
			continue
		}
		why := "channel must be EMAIL"
		var row statusRow
		if in.Channel == "EMAIL" {
			row, why = p.applyStatus(in.Subscriber, in)
		}
		if why != "" {
			errs = append(errs, problem{Status: "error", Category: "VALIDATION_ERROR", Message: why,
				Context: map[string][]string{"subscriberIdString": {in.Subscriber}}})
			continue
		}
		rows = append(rows, row)
	}
	return p.batch(rows, errs, len(body.Inputs))
}
