package app

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/lapsed/lapsed/internal/reconcile"
	"github.com/lapsed/lapsed/policy"
)

// found returns the finding of a code and subject.
func found(r Report, code policy.FindingCode, subject string) (f reconcile.FindingReport) {
	for _, x := range r.Findings {
		if x.Code == code && x.Subject == subject {
			return x
		}
	}
	return f
}

// promoted puts somebody into Salesforce who came by a partner, and tell writes to
// them where their data came from.
func (w *world) promoted(name string, since time.Time) string {
	return w.sf.Insert("Lead", map[string]any{"Email": address(name), "LastName": "Nordmann", "Company": "School", "LeadSource": "Partner", "Country": "Norway", "CreatedDate": since})
}

func (w *world) tell(lead string) {
	c := w.sf.Insert("Campaign", map[string]any{"Name": "Where your data came from", "Type": "Privacy notice"})
	w.sf.Insert("CampaignMember", map[string]any{"CampaignId": c, "LeadId": lead, "Status": "Sent"})
}

// Whose data came from a partner is to be told within a month: the finding bears
// the day of whoever is most urgent, is too late after it, and ends once the
// processor shows that they were told (C25, case 41).
func TestTellingHasADay(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "enforce")
	kari := w.promoted("kari", now)
	r := w.run(t)
	if f := found(r, policy.FindToBeTold, "partner-promotion"); f.Count != 1 || f.Due != "2026-12-24" || len(f.Sample) != 1 || !strings.HasSuffix(f.Sample[0], kari) {
		t.Fatalf("%+v", f)
	}
	ola := w.promoted("ola", now.AddDate(0, 0, -10))
	w.advance(day)
	if f := found(w.run(t), policy.FindToBeTold, "partner-promotion"); f.Count != 2 || f.Due != "2026-12-14" || !strings.HasSuffix(f.Sample[0], ola) {
		t.Errorf("with somebody more urgent: %+v", f)
	}
	w.advance(25 * day)
	r = w.run(t)
	if late, f := found(r, policy.FindToldTooLate, "partner-promotion"), found(r, policy.FindToBeTold, "partner-promotion"); late.Count != 1 || late.Due != "2026-12-14" || f.Count != 1 || f.Due != "2026-12-24" {
		t.Errorf("after the first one's day: %+v and %+v", late, f)
	}
	v, err := Verify(context.Background(), VerifyOptions{Config: w.config, Clock: w.stage.Clock.Now})
	if err != nil || len(v.Overdue) != 1 || v.Overdue[0].Due != "2026-12-14" {
		t.Errorf("overdue by the log: %+v, %v", v.Overdue, err)
	}
	w.tell(kari)
	w.tell(ola)
	w.advance(day)
	r = w.run(t)
	if late, f := found(r, policy.FindToldTooLate, "partner-promotion"), found(r, policy.FindToBeTold, "partner-promotion"); late.Count+f.Count != 0 {
		t.Errorf("they were told: %+v and %+v", late, f)
	}
	if n := w.deletions(); n != 0 {
		t.Errorf("%d deletions", n)
	}
	opened := w.entries(t, "finding.opened")
	dues := ""
	for _, e := range opened {
		if strings.Contains(string(e.Body), `"code":"to`) {
			_, due, _ := strings.Cut(string(e.Body), `"due":"`)
			dues += due[:10] + " "
		}
	}
	if dues != "2026-12-24 2026-12-14 2026-12-24 2026-12-14 " {
		t.Errorf("the log opened them for %s", dues)
	}
}

// Time alone ends a safeguard: from the day after its review was due, everybody in
// the zone whom it protected is a finding, and nobody is deleted for it (C9, case 24).
func TestCase24SafeguardRunsOut(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "enforce")
	w.reword(t, "Salesforce Processor BCR, review-by: 2027-05-04", "Salesforce Processor BCR, review-by: 2026-11-26")
	w.customer("kari", map[string]any{"CreatedDate": now.AddDate(0, -1, 0), "MailingCountry": "Norway"})
	w.customer("ola", map[string]any{"CreatedDate": now.AddDate(0, -1, 0), "MailingCountry": "Sverige"})
	w.customer("ann", map[string]any{"CreatedDate": now.AddDate(0, -1, 0), "MailingCountry": "United States"})
	for _, want := range []int{0, 0, 0, 2, 2} {
		r := w.run(t)
		if f := found(r, policy.FindNoSafeguard, ""); f.Count != want || f.Processor != "" && f.Processor != "salesforce" {
			t.Errorf("on %s: %+v, want %d", r.Now.Format(time.DateOnly), f, want)
		}
		w.advance(day)
	}
	if n := w.deletions(); n != 0 {
		t.Errorf("%d deletions", n)
	}
}
