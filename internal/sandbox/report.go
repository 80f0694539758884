package sandbox

import (
	"cmp"
	"slices"

	"github.com/lapsed/lapsed/internal/sandbox/kit"
)

// Calls is the requests from a number on, counted.
type Calls struct {
	Total int     `json:"total"`
	Next  int     `json:"next"` // the number to go on from
	By    []Count `json:"by"`   // sorted by processor, phase, purpose and route
}

// Count is how often one route was asked in one phase.
type Count struct {
	Processor string      `json:"processor"`
	Phase     string      `json:"phase"`
	Purpose   kit.Purpose `json:"purpose"`
	Route     string      `json:"route"`
	Calls     int         `json:"calls"`
	Items     int         `json:"items"`
	Addresses int         `json:"addresses"` // calls whose URL held an address
}

func (s *Sandbox) calls(from int) Calls {
	list := s.stage.Book.Calls(from)
	type key struct {
		processor, phase, route string
		purpose                 kit.Purpose
	}
	counts := map[key]*Count{}
	out := Calls{Total: len(list), Next: from + len(list), By: []Count{}}
	for _, c := range list {
		k := key{c.Processor, c.Phase, c.Route, c.Purpose}
		n := counts[k]
		if n == nil {
			n = &Count{Processor: c.Processor, Phase: c.Phase, Purpose: c.Purpose, Route: c.Route}
			counts[k] = n
		}
		n.Calls++
		n.Items += c.Items
		if c.Address {
			n.Addresses++
		}
	}
	for _, n := range counts {
		out.By = append(out.By, *n)
	}
	slices.SortFunc(out.By, func(a, b Count) int {
		return cmp.Or(cmp.Compare(a.Processor, b.Processor), cmp.Compare(a.Phase, b.Phase), cmp.Compare(a.Purpose, b.Purpose), cmp.Compare(a.Route, b.Route))
	})
	return out
}

// Writes is the changes from a number on.
type Writes struct {
	Total     int          `json:"total"`
	Next      int          `json:"next"`
	Forbidden int          `json:"forbidden"` // what lapsed must never do
	Changes   []kit.Change `json:"changes"`
}

func (s *Sandbox) writes(from int) Writes {
	all := s.stage.Book.Changes()
	from = min(from, len(all))
	out := Writes{Total: len(all) - from, Next: len(all), Changes: append([]kit.Change{}, all[from:]...)}
	for _, c := range out.Changes {
		if c.Forbidden {
			out.Forbidden++
		}
	}
	return out
}
