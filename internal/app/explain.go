package app

import (
	"context"
	"io"
	"strings"

	"github.com/lapsed/lapsed/internal/contact"
	"github.com/lapsed/lapsed/internal/reconcile"
)

// Explain says why the persons behind a record (PROCESSOR:OBJECT:ID) or an
// address are where they are. An address is hashed at once and not kept.
func (a *App) Explain(ctx context.Context, subject string) ([]reconcile.Explanation, error) {
	var find reconcile.Finder
	if strings.Contains(subject, "@") {
		key, _, _, ok := a.Keys.Email(subject)
		if !ok {
			return nil, usage("this is no address")
		}
		find = reconcile.ByKey(key)
	} else {
		ref, err := contact.ParseRef(strings.TrimSpace(subject))
		if err != nil {
			return nil, usage("%s", err.Error())
		}
		find = reconcile.ByRef(ref)
	}
	out, err := a.engine().Explain(ctx, find)
	if err == nil && len(out) == 0 {
		return nil, usage("nobody is known by that: the state holds what the latest cycle read (lapsed plan reads)")
	}
	return out, err
}

// CasesText writes cases of a batch for a reader.
func CasesText(w io.Writer, cases []reconcile.Case) { reconcile.CasesText(w, cases) }
