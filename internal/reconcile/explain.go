package reconcile

import (
	"context"

	"github.com/lapsed/lapsed/internal/contact"
	"github.com/lapsed/lapsed/internal/duty"
	"github.com/lapsed/lapsed/internal/store"
	"github.com/lapsed/lapsed/policy"
)

// Explanation is why one person is where they are.
type Explanation struct {
	Records []string          `json:"records"`
	Verdict string            `json:"verdict"`
	Lines   []policy.Sentence `json:"lines"`
	Duties  []DutyLine        `json:"duties"`
}

// DutyLine is one duty for readers.
type DutyLine struct {
	Duty   string `json:"duty"`
	Record string `json:"record"`
	Verb   string `json:"verb"`
	Ground string `json:"ground"`
	State  string `json:"state"`
	Due    string `json:"due"`
	Reason string `json:"reason,omitzero"`
}

// Explain decides on the persons that a record or an identifier belongs to, from
// what the latest reads left in the state.
func (e *Engine) Explain(ctx context.Context, find Finder) ([]Explanation, error) {
	now := e.Clock()
	var out []Explanation
	err := e.Store.Read(ctx, func(tx *store.Tx) error {
		persons, err := find(tx)
		if err != nil {
			return err
		}
		for _, p := range persons {
			b, err := e.bench(tx, []int64{p})
			if err != nil || len(b.persons) == 0 {
				return err
			}
			out = append(out, e.explain(e.decide(b, b.persons[0], now), b.duties[p]))
		}
		return nil
	})
	return out, err
}

func (e *Engine) explain(j judged, duties []duty.Duty) Explanation {
	x := Explanation{Verdict: string(j.decision.Verdict), Lines: e.Policy.Explain(j.person, j.decision)}
	for _, o := range j.rows {
		x.Records = append(x.Records, o.Ref.String())
	}
	for _, d := range duties {
		x.Duties = append(x.Duties, e.line(d))
	}
	return x
}

// Case is one duty, with the person that it is about as they are known now.
type Case struct {
	Duty   DutyLine    `json:"duty"`
	Person Explanation `json:"person"`
}

// Cases shows duties by their ids. One whose person has gone is left out.
func (e *Engine) Cases(tx *store.Tx, ids []string) ([]Case, error) {
	duties, err := tx.DutiesByID(ids)
	if err != nil {
		return nil, err
	}
	var out []Case
	for _, d := range duties {
		b, err := e.bench(tx, []int64{d.Person})
		if err != nil {
			return nil, err
		}
		if len(b.persons) > 0 {
			out = append(out, Case{e.line(d), e.explain(e.decide(b, b.persons[0], e.Clock()), nil)})
		}
	}
	return out, nil
}

func (e *Engine) line(d duty.Duty) DutyLine {
	return DutyLine{d.ID, d.Ref.String(), string(d.Verb), string(d.Ground), string(d.State), e.Policy.Date(d.Due), d.Reason}
}

// Finder finds persons in the state.
type Finder func(*store.Tx) ([]int64, error)

// ByRef finds the person that a record is of.
func ByRef(ref contact.Ref) Finder {
	return func(tx *store.Tx) ([]int64, error) {
		p, err := tx.PersonByRef(ref)
		if err != nil || p == 0 {
			return nil, err
		}
		return []int64{p}, nil
	}
}

// ByKey finds persons by an identifier's key.
func ByKey(k contact.Key) Finder {
	return func(tx *store.Tx) ([]int64, error) { return tx.PersonsByKey(k) }
}
