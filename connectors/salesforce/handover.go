package salesforce

import (
	"cmp"
	"context"
	"maps"
	"slices"

	"github.com/lapsed/lapsed/connectors"
	"github.com/lapsed/lapsed/connectors/salesforce/internal/api"
	"github.com/lapsed/lapsed/internal/contact"
)

// handOver re-reads what was found and hands it over, the gone ones at the end:
// one of these may have been merged into a record before. It returns how many
// contacts it were.
func (f *finder) handOver(ctx context.Context, each func(connectors.Page) error) (int, error) {
	handed := map[contact.Ref]bool{}
	for part := range slices.Chunk(inOrder(f.records), rereadAtOnce) {
		if err := f.c.api.Budget(api.ForChanges); err != nil {
			return 0, err
		}
		rereads, err := f.c.reread(ctx, f.plan, part)
		if err != nil {
			return 0, err
		}
		var page connectors.Page
		for _, r := range rereads {
			switch r.State {
			case connectors.Present, connectors.Merged:
				if !handed[r.Contact.Ref] {
					handed[r.Contact.Ref] = true
					page.Contacts = append(page.Contacts, r.Contact)
				}
			case connectors.Binned:
				f.gone[r.Ref] = true
			}
			// Absent proves nothing: an emptied answer looks the same. The next
			// whole read, which counts, tells.
		}
		if len(page.Contacts) > 0 {
			if err := each(page); err != nil {
				return 0, err
			}
		}
	}
	if len(f.gone) > 0 {
		if err := each(connectors.Page{Gone: inOrder(f.gone)}); err != nil {
			return 0, err
		}
	}
	return len(handed), nil
}

func inOrder(refs map[contact.Ref]bool) []contact.Ref {
	return slices.SortedFunc(maps.Keys(refs), func(a, b contact.Ref) int {
		return cmp.Or(cmp.Compare(a.Object, b.Object), cmp.Compare(a.ID, b.ID))
	})
}
