package reconcile

import (
	"context"
	"encoding/json"
	"strings"
	"unicode"

	"github.com/lapsed/lapsed/connectors"
	"github.com/lapsed/lapsed/internal/store"
	"github.com/lapsed/lapsed/policy"
)

// surveyed is what is kept of an account until it is asked again. It is weighed in
// each cycle, so that a changed policy or a new day counts at once.
type surveyed struct {
	policy.Account
	Missing []lacking `json:"missing,omitzero"`
}

// lacking is a permission without which a part of the account can't be seen.
type lacking struct {
	What string `json:"what"`
	Hint string `json:"hint"`
}

// survey asks the account what it shows beside its contacts, in the cycles that
// read it whole. One that can't be asked, or hangs, is a finding, and what it showed
// before stands; nothing of the read, and nobody's deletion, hangs on it.
func (x *pulling) survey(ctx context.Context) error {
	s, able := x.source.(connectors.Surveyor)
	if !able || !x.Policy.Weighs() {
		return nil
	}
	var found connectors.Survey
	err := within(ctx, x.name, x.stall()/3, func(ctx context.Context) (err error) { found, err = s.Survey(ctx); return err })
	if x.after.AccountFault = faultCode(err); err != nil {
		return ctx.Err() // else a finding tells
	}
	text, err := json.Marshal(surveyOf(found))
	x.after.Account, x.after.AccountAt = string(text), x.after.ReadAt
	return err
}

// surveyOf is a survey as the policy takes it.
func surveyOf(s connectors.Survey) (out surveyed) {
	for _, f := range s.Fields {
		out.Fields = append(out.Fields, policy.AccountField{Name: printable(f.Name), Records: f.Records})
	}
	for _, u := range s.Users {
		g := policy.AccountUsers{Users: u.Users, IDs: u.IDs}
		for _, n := range u.Names {
			g.Names = append(g.Names, printable(n))
		}
		out.Users = append(out.Users, g)
	}
	for _, a := range s.Apps {
		out.Apps = append(out.Apps, policy.AccountApp{Name: printable(a.Name), Users: a.Users, Ours: a.Ours})
	}
	for _, part := range s.Unread {
		out.Unread = append(out.Unread, policy.AccountPart(part))
	}
	for _, m := range s.Missing {
		out.Missing = append(out.Missing, lacking{m.What, m.Hint})
	}
	return out
}

// printable takes out of a name what a terminal would obey: whoever names a
// program writes into our report.
func printable(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return -1
		}
		return r
	}, s)
}

// weigh finds what an account shows that the policy doesn't allow. One that nobody
// can ask is compared by a human.
func (r *run) weigh(processor string, s store.SourceState) error {
	if !r.Policy.Weighs() {
		return nil
	}
	var a surveyed
	if _, able := r.Sources[processor].(connectors.Surveyor); !able {
		a.Unread = []policy.AccountPart{policy.AccountFields, policy.AccountUser, policy.AccountApps}
	} else if s.Account != "" {
		if err := json.Unmarshal([]byte(s.Account), &a); err != nil {
			return err
		}
	}
	a.Processor = processor
	for _, f := range r.Policy.Weigh(a.Account) {
		r.accountFinding(f)
	}
	for _, m := range a.Missing {
		r.findings.add(policy.FindAccountMissing, processor, m.What, 1, "", policy.AccountMissingWords(processor, m.What, m.Hint))
	}
	if s.AccountFault != "" {
		r.findings.add(policy.FindAccountUnread, processor, "", 1, "", policy.AccountFailedWords(processor, s.AccountFault))
	}
	return nil
}

func (r *run) accountFinding(f policy.AccountFinding) {
	r.findings.note(store.Note{Code: string(f.Code), Processor: f.Processor, Subject: f.Subject, Count: f.Count, Words: f.Words, Sample: f.Sample, Due: f.Due})
}
