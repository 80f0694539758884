package app

import (
	"context"
	"fmt"

	"github.com/lapsed/lapsed/internal/store"
	"github.com/lapsed/lapsed/policy"
)

// RequestLine is one request for a reader.
type RequestLine struct {
	Request   string               `json:"request"`
	Type      policy.RequestType   `json:"type"`
	Received  string               `json:"received"` // day of the controller's
	Due       string               `json:"due"`
	DaysLeft  int                  `json:"days_left"` // to the last day for the answer; negative when it is past
	Confirmed bool                 `json:"confirmed"` // who asks was checked
	Answered  string               `json:"answered,omitzero"`
	Result    policy.RequestAnswer `json:"result,omitzero"`
	Standing  policy.Standing      `json:"standing"`
	Words     string               `json:"words"`
}

func (a *App) requestLine(q store.Request, s policy.Standing) RequestLine {
	l := RequestLine{Request: q.ID, Type: q.Type, Received: a.Policy.Today(q.Received).String(), Due: q.Due.String(),
		DaysLeft: int(q.Due - a.Policy.Today(a.Clock())), Confirmed: !q.Confirmed.IsZero(), Result: q.Result, Standing: s, Words: s.Words()}
	if !q.Answered.IsZero() {
		l.Answered, l.Words = a.Policy.Today(q.Answered).String(), string(q.Result)+" on "+a.Policy.Date(q.Answered)
	}
	return l
}

// Line is the request in one line.
func (l RequestLine) Line() string {
	left := fmt.Sprintf("%d days left", l.DaysLeft)
	switch {
	case l.Answered != "":
		left = "answered"
	case l.DaysLeft == 1:
		left = "1 day left"
	case l.DaysLeft < 0:
		left = fmt.Sprintf("OVERDUE by %d days", -l.DaysLeft)
	}
	return fmt.Sprintf("%.12s  %-13s  received %s  due %s  %-13s  %s", l.Request, l.Type, l.Received, l.Due, left, l.Words)
}

// Requests lists the requests, the oldest first: those that wait for an answer or,
// if that is asked for, all that are remembered.
func (a *App) Requests(ctx context.Context, all bool) (out []RequestLine, err error) {
	out = []RequestLine{}
	err = a.Store.Read(ctx, func(tx *store.Tx) error {
		list, err := tx.Requests(!all)
		if err != nil {
			return err
		}
		for _, q := range list {
			s, err := a.engine().Stands(tx, q, a.Clock())
			if err != nil {
				return err
			}
			out = append(out, a.requestLine(q, s))
		}
		return nil
	})
	return out, err
}
