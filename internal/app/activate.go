package app

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"

	"github.com/lapsed/lapsed/internal/audit"
	"github.com/lapsed/lapsed/internal/audit/entry"
	"github.com/lapsed/lapsed/internal/store"
	"github.com/lapsed/lapsed/policy"
)

// Proposal is a policy file that is not active.
type Proposal struct {
	Revision string `json:"revision"`
	Version  string `json:"version"`
	Active   string `json:"active"` // revision that decides until then
	Impact   Impact `json:"impact"`
}

// Propose says what activating the policy file would change. The state is only
// read, and so are the processors, if the file's rules see other facts than the
// active ones.
func (a *App) Propose(ctx context.Context) (Proposal, error) {
	next, problems := policy.Compile(a.Config.Policy, a.text, Binding(a.Config))
	if len(problems) > 0 {
		return Proposal{}, problems
	}
	p := Proposal{Revision: next.Revision, Version: next.Version, Active: a.Policy.Revision}
	if next.Revision == a.Policy.Revision {
		return p, usage("the policy file is the active revision already: there is nothing to activate")
	}
	err := a.Store.Read(ctx, func(tx *store.Tx) error { _, err := a.mayFollow(tx, next); return err })
	if err != nil {
		return p, err
	}
	if p.Impact, err = a.Impact(ctx, next); err == nil && !p.Impact.Exact {
		p.Impact, err = a.ImpactAnew(ctx, next)
	}
	return p, err
}

// Text writes the proposal for whoever has to answer for it.
func (p Proposal) Text(w io.Writer) {
	_, _ = fmt.Fprintf(w, "Revision %.12s (version %s) would take the place of %.12s.\n", p.Revision, p.Version, p.Active)
	p.Impact.Text(w)
}

// mayFollow refuses a revision that was active before, and one that claims an
// older label (C15). It returns the active one.
func (a *App) mayFollow(tx *store.Tx, next *policy.Policy) (store.PolicyRow, error) {
	all, err := tx.Policies()
	if err != nil {
		return store.PolicyRow{}, err
	}
	if len(all) == 0 {
		return store.PolicyRow{}, errors.New("no policy is active")
	}
	i := slices.IndexFunc(all, func(p store.PolicyRow) bool { return p.Revision == next.Revision })
	switch {
	case i > 0:
		return all[0], usage("this revision was active until %s was activated, and does not come back: publish it under a new version", all[0].Version)
	case next.Supersedes != "" && next.Supersedes != all[0].Version && next.Version != all[0].Version:
		return all[0], usage("the policy says that it supersedes %s, and %s is active", next.Supersedes, all[0].Version)
	}
	for _, old := range all {
		if old.Version != next.Version {
			continue
		}
		if says, said := policy.NoticeDigest(a.text), policy.NoticeDigest([]byte(old.Text)); says != said {
			return all[0], usage("version %s was published already, and the notice says something else now: give it a new version", next.Version)
		}
	}
	return all[0], nil
}

// Activation is a proposal with the human who answers for it.
type Activation struct {
	Number int // of persons for whom something new would be done: typed by who has read the impact
	By     string
}

// Activate makes the policy file the active revision. Number must be the
// proposal's: it proves that its impact was read.
func (a *App) Activate(ctx context.Context, p Proposal, x Activation) error {
	if !p.Impact.Exact {
		return fmt.Errorf("%w: what it would change can't be told: %s", ErrRefused, p.Impact.Why)
	}
	if x.Number != p.Impact.Number() {
		return usage("%d is not the number of persons for whom something new would be done: it is shown above, and typing it says that it was read", x.Number)
	}
	next, problems := policy.Compile(a.Config.Policy, a.text, Binding(a.Config))
	if len(problems) > 0 {
		return problems
	}
	return a.Store.Write(ctx, func(tx *store.Tx) error {
		active, err := a.mayFollow(tx, next)
		if err != nil {
			return err
		}
		if active.Revision != p.Active || next.Revision != p.Revision {
			return errors.New("another revision was activated meanwhile: look at the impact again")
		}
		by := entry.By{Role: "admin", Who: a.Keys.Staff(x.By)}
		return a.activate(tx, next, a.text, by, map[string]int{"persons": p.Impact.Number()})
	})
}

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
