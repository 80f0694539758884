package salesforce

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/lapsed/lapsed/connectors"
)

func TestChangesReadsWhatBearsANewStamp(t *testing.T) {
	converse(t, "changes", Options{Fields: []string{"Task.CompletedDateTime"}}, func(c *Connector) string {
		var b strings.Builder
		since := connectors.Mark{At: time.Date(2026, 11, 24, 8, 30, 0, 0, time.UTC), Asked: c.marks()}.String()
		r, err := c.Changes(context.Background(), since, func(p connectors.Page) error {
			for _, k := range p.Contacts {
				shown(&b, k)
			}
			for _, ref := range p.Gone {
				fmt.Fprintf(&b, "%s is gone\n", ref)
			}
			return nil
		})
		shownError(&b, err)
		fmt.Fprintf(&b, "%d contacts; the mark is that of %s: %v\n", r.Contacts, r.AsOf.Format("15:04"), r.Mark == c.mark(r.AsOf))
		return b.String()
	})
}
