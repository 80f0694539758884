package reconcile

import (
	"context"

	"github.com/lapsed/lapsed/connectors"
	"github.com/lapsed/lapsed/internal/contact"
)

// doubt takes back that records are gone if their source could not be read in this
// cycle: who hides some hides others.
func (r *run) doubt(name string, answers []connectors.Reread) {
	if r.sources[name].Fault == "" {
		return
	}
	for i, x := range answers {
		if x.State == connectors.Absent {
			answers[i] = connectors.Reread{Ref: x.Ref}
		}
	}
}

// twice re-reads records, and asks once more for those that seem to be there no
// longer: an answer that came empty looks the same. One that is told otherwise the
// second time is unread.
func twice(ctx context.Context, s Reader, refs []contact.Ref) ([]connectors.Reread, error) {
	answers, err := s.Refresh(ctx, refs)
	if err != nil || len(answers) != len(refs) {
		return answers, err
	}
	var absent []contact.Ref
	for _, x := range answers {
		if x.State == connectors.Absent {
			absent = append(absent, x.Ref)
		}
	}
	if len(absent) == 0 {
		return answers, nil
	}
	again, err := s.Refresh(ctx, absent)
	if err != nil || len(again) != len(absent) {
		return nil, err
	}
	for i, k := 0, 0; i < len(answers); i++ {
		if answers[i].State != connectors.Absent {
			continue
		}
		if again[k].State != connectors.Absent {
			answers[i] = connectors.Reread{Ref: answers[i].Ref}
		}
		k++
	}
	return answers, nil
}
