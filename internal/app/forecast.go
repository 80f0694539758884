package app

import (
	"context"
	"fmt"
	"time"

	"github.com/lapsed/lapsed/internal/store"
	"github.com/lapsed/lapsed/policy"
)

// Forecast is who lapses when, if nothing happens but time: the decision of today
// at other clocks. It counts, and names nobody.
type Forecast struct {
	Policy PolicyName `json:"policy"`
	At     time.Time  `json:"at"`
	AsOf   time.Time  `json:"as_of,omitzero"` // the oldest whole read that this rests on
	Exact  bool       `json:"exact"`          // false: it can't be told, and Why says why
	Why    string     `json:"why,omitzero"`
	Grace  string     `json:"grace"` // between lapsing and being due

	Persons      int `json:"persons"`      // in scope
	Lapsed       int `json:"lapsed"`       // already today
	Otherwise    int `json:"otherwise"`    // go by another clause, or are too many contacts for one person
	Undetermined int `json:"undetermined"` // would lapse within the weeks, but something that decides is not known
	Later        int `json:"later"`        // later than the weeks, or never as things are

	Weeks []ForecastWeek `json:"weeks"`
}

// ForecastWeek is one week, from the day on which it begins.
type ForecastWeek struct {
	Begins  string `json:"begins"` // YYYY-MM-DD, the controller's day
	Persons int    `json:"persons"`
	Kept    int    `json:"kept"` // of these, persons of whom a law keeps some record
	// Channels count persons, one with several channels in each of them; "" is none
	// that the policy knows. Processors count records that would be deleted.
	Channels   map[string]int `json:"channels"`
	Processors map[string]int `json:"processors"`
}

// maxWeeks is as far as a forecast goes: four years.
const maxWeeks = 209

// Forecast says who lapses in each of the coming weeks, by what the latest reads
// left in the state.
func (a *App) Forecast(ctx context.Context, weeks int) (Forecast, error) {
	if weeks < 1 || weeks > maxWeeks {
		return Forecast{}, usage("--weeks is between 1 and %d", maxWeeks)
	}
	p, now := a.Policy, a.Clock()
	out := Forecast{Policy: nameOf(p), At: now, Grace: p.Grace().Words(), Weeks: []ForecastWeek{}}
	err := a.Store.Read(ctx, func(tx *store.Tx) (err error) {
		out.AsOf, out.Why, err = comparableBy(tx, p, p)
		return err
	})
	if err != nil || out.Why != "" {
		return out, err
	}
	end := (p.Today(now) + policy.Day(7*weeks)).Start(p.Zone()).Add(-1)
	parts, err := visitAll(ctx, a.Store, twoNames(p), func() *Forecast { return newWeeks(p, now, weeks) }, func(f *Forecast, s *subject) {
		f.person(p, s, now, end)
	})
	if err != nil {
		return out, fmt.Errorf("look ahead: %w", err)
	}
	for _, x := range parts[1:] {
		parts[0].merge(x)
	}
	sum := parts[0]
	sum.Policy, sum.At, sum.AsOf, sum.Grace, sum.Exact = out.Policy, out.At, out.AsOf, out.Grace, true
	return *sum, nil
}

func newWeeks(p *policy.Policy, now time.Time, weeks int) *Forecast {
	f := &Forecast{Weeks: make([]ForecastWeek, weeks)}
	for i := range f.Weeks {
		f.Weeks[i] = ForecastWeek{Begins: (p.Today(now) + policy.Day(7*i)).String(), Channels: map[string]int{}, Processors: map[string]int{}}
	}
	return f
}

// person counts one person.
func (f *Forecast) person(p *policy.Policy, s *subject, now, end time.Time) {
	d, at, lapses := p.Foresee(s.person, s.under(p), now, end)
	if d.Verdict == policy.LeftAlone {
		return
	}
	f.Persons++
	switch {
	case lapses && at.Equal(now):
		f.Lapsed++
		return
	case lapses:
	case d.Verdict == policy.Undetermined:
		f.Undetermined++
		return
	case d.Verdict == policy.Kept:
		f.Later++
		return
	default:
		f.Otherwise++
		return
	}
	w := &f.Weeks[int(p.Today(at)-p.Today(now))/7]
	w.Persons++
	if len(d.Saved) > 0 {
		w.Kept++
	}
	for _, m := range d.Demands {
		if m.Verb == policy.Delete {
			w.Processors[m.Ref.Processor]++
		}
	}
	w.channels(p, s)
}

func (w *ForecastWeek) channels(p *policy.Policy, s *subject) {
	bits := uint64(0)
	for _, o := range s.rows {
		for _, c := range o.Facts.Channels {
			bits |= 1 << c
		}
	}
	if bits == 0 {
		w.Channels[""]++
	}
	for i, e := range p.Channels.Rows {
		if bits&(1<<i) != 0 {
			w.Channels[e.Name]++
		}
	}
}

func (f *Forecast) merge(o *Forecast) {
	f.Persons, f.Lapsed, f.Otherwise = f.Persons+o.Persons, f.Lapsed+o.Lapsed, f.Otherwise+o.Otherwise
	f.Undetermined, f.Later = f.Undetermined+o.Undetermined, f.Later+o.Later
	for i := range f.Weeks {
		w, x := &f.Weeks[i], &o.Weeks[i]
		w.Persons, w.Kept = w.Persons+x.Persons, w.Kept+x.Kept
		for k, n := range x.Channels {
			w.Channels[k] += n
		}
		for k, n := range x.Processors {
			w.Processors[k] += n
		}
	}
}
