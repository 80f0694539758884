package app

import (
	"fmt"

	"github.com/lapsed/lapsed/internal/audit"
	"github.com/lapsed/lapsed/internal/audit/entry"
	"github.com/lapsed/lapsed/internal/store"
	"github.com/lapsed/lapsed/policy"
)

// activate stores a revision as the active one, and logs it.
func (a *App) activate(tx *store.Tx, p *policy.Policy, text []byte, by entry.By, impact map[string]int) error {
	if err := tx.PutPolicy(store.PolicyRow{Revision: p.Revision, Version: p.Version, Text: string(text), Activated: a.Clock(), Who: by.Who}); err != nil {
		return err
	}
	_, err := audit.Append(tx.Tx, a.Clock(), entry.Entry{Kind: entry.PolicyActivated, By: by, Body: entry.PolicyWasActivated{
		Revision: p.Revision, Version: p.Version, Effective: p.Effective.String(), Supersedes: p.Supersedes, Impact: impact}})
	if err != nil {
		return fmt.Errorf("activate the policy: %w", err)
	}
	return nil
}
