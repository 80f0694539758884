package policy

import (
	"slices"

	"github.com/lapsed/lapsed/internal/contact"
	"github.com/lapsed/lapsed/internal/person"
)

// Join makes persons of observations, in the order of their first records. The
// daemon joins millions in its database; this is the same for a handful.
func Join(seen []contact.Observation, twoNames bool) ([]contact.Person, error) {
	var links []person.Link
	for i := range seen {
		for _, id := range seen[i].Identifiers {
			links = append(links, person.Link{Key: id.Key, Contact: int32(i), Alone: id.Alone, Email: id.Email, Name: seen[i].Name})
		}
	}
	slices.SortStableFunc(links, func(a, b person.Link) int { return slices.Compare(a.Key[:], b.Key[:]) })
	joined, err := person.Resolve(len(seen), func(yield func(person.Link, error) bool) {
		for _, l := range links {
			if !yield(l, nil) {
				return
			}
		}
	}, twoNames)
	if err != nil {
		return nil, err
	}
	at := make([]int, len(seen)) // observation → person
	var out []contact.Person
	for i := range seen {
		if root := joined.Of(int32(i)); int(root) == i {
			at[i] = len(out)
			out = append(out, contact.Person{})
		} else {
			at[i] = at[root]
		}
		out[at[i]].Observations = append(out[at[i]].Observations, seen[i])
	}
	for _, g := range joined.Shared {
		for _, to := range g.Contacts {
			for _, from := range g.Contacts {
				if at[from] == at[to] {
					continue
				}
				x := &out[at[to]]
				x.SharedSignals = x.SharedSignals || g.Signals
				if f, counts := Reaches(&seen[from].Facts, g.Signals); counts {
					x.Shared = append(x.Shared, f)
				}
			}
		}
	}
	return out, nil
}
