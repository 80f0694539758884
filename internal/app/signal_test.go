package app

import (
	"testing"
	"time"

	"github.com/lapsed/lapsed/internal/duty"
	"github.com/lapsed/lapsed/internal/sandbox/hubspot"
)

// Invariant 1: nobody is deleted for silence if any record of theirs, re-read at
// most a minute before the write, shows an act of theirs within the period.
func TestInvariant01SignalBetweenPlanAndWrite(t *testing.T) {
	for name, act := range map[string]func(*world, string, string){
		"a click at HubSpot":         func(w *world, hs, _ string) { w.hs.Act(hs, hubspot.Click) },
		"a visit at HubSpot":         func(w *world, hs, _ string) { w.hs.Act(hs, hubspot.Visit) },
		"a form at HubSpot":          func(w *world, _, _ string) { w.hs.SubmitForm(address("kari"), "f-11aa", "Demo: Form") },
		"a call in Salesforce":       func(w *world, _, lead string) { w.talk(lead) },
		"an e-mail in Salesforce":    func(w *world, _, lead string) { w.mail(lead) },
		"a campaign in Salesforce":   func(w *world, _, lead string) { w.respond(lead) },
		"a form, with a proof in it": func(w *world, _, _ string) { w.hs.SubmitForm(address("kari"), "f-22bb", "Newsletter", 101) },
	} {
		for _, at := range []string{"between plan and write", "between two cycles"} {
			t.Run(name+" "+at, func(t *testing.T) {
				t.Parallel()
				w := newWorld(t, "enforce")
				w.wide(t)
				hs, lead := w.both("kari")
				other := w.lapsed("other", now.AddDate(-3, 0, 0))
				w.run(t)
				w.advance(grace)
				if at == "between two cycles" {
					act(w, hs, lead)
					w.run(t)
				} else {
					before := once("refresh", func() { act(w, hs, lead) })
					w.run(t, hook("salesforce", &hooked{before: before}), hook("hubspot", &hooked{before: before}))
				}
				w.wantHubSpot(t, hs, "live")
				w.wantLead(t, lead, "live")
				w.wantHubSpot(t, other, "erased") // the cycle did delete
				if r := w.run(t); r.Duties[duty.Withdrawn] != 2 {
					t.Errorf("duties %v: both must be withdrawn", r.Duties)
				}
			})
		}
	}
}

// What staff, software and we ourselves do is no act of the person (invariant 12).
func TestInvariant12OnlyThePersonsActsKeep(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "enforce")
	hs, lead := w.both("kari")
	w.run(t)
	w.advance(grace)
	w.hs.StaffAct(hs, hubspot.Outreach)
	w.hs.StaffAct(hs, hubspot.Note)
	w.hs.Act(hs, hubspot.Open)
	w.hs.Set(hs, map[string]string{"jobtitle": "Teacher"})
	w.sf.Update("Lead", lead, map[string]any{"Title": "Teacher"})
	w.sf.Insert("Task", map[string]any{"WhoId": lead, "Subject": "Call", "Status": "Completed", "TaskSubtype": "Call", "CallDisposition": "No answer", "CompletedDateTime": w.stage.Clock.Now()})
	w.run(t)
	w.wantHubSpot(t, hs, "erased")
	w.wantLead(t, lead, "binned")
}

// The minute counts from the re-read to each single intent: a processor that is
// slow to delete doesn't lend the next one an old re-read.
func TestInvariant01ReReadIsAtMostAMinuteOld(t *testing.T) {
	for name, slow := range map[string]func(*world) func(*App){
		"the re-read itself was slow": func(w *world) func(*App) {
			return hook("hubspot", &hooked{after: once("refresh", func() { w.advance(2 * time.Minute) })})
		},
		"the other processor was slow": func(w *world) func(*App) {
			return hook("salesforce", &hooked{after: once("delete", func() { w.advance(2 * time.Minute) })})
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, "enforce")
			hs, lead := w.both("kari")
			w.run(t)
			w.advance(grace)
			w.run(t, slow(w))
			w.wantHubSpot(t, hs, "live")
			w.advance(day)
			w.run(t)
			w.wantHubSpot(t, hs, "erased") // it was due again
			w.wantLead(t, lead, "binned")
			if n := w.deletions(); n != 2 {
				t.Errorf("%d deletions of two records", n)
			}
		})
	}
}

// talk, mail and respond are the person's acts in Salesforce.
func (w *world) talk(lead string) {
	w.sf.Insert("Task", map[string]any{"WhoId": lead, "Subject": "Call", "Status": "Completed", "TaskSubtype": "Call", "CallDisposition": "Connected", "CompletedDateTime": w.stage.Clock.Now()})
}

func (w *world) mail(lead string) {
	at := w.stage.Clock.Now()
	id := w.sf.Insert("EmailMessage", map[string]any{"Incoming": true, "MessageDate": at, "FromAddress": address("kari"), "Subject": "A question", "Status": "0"})
	w.sf.Insert("EmailMessageRelation", map[string]any{"EmailMessageId": id, "RelationId": lead, "RelationType": "FromAddress", "RelationAddress": address("kari"), "RelationObjectType": "Lead"})
}

func (w *world) respond(lead string) {
	c := w.sf.Insert("Campaign", map[string]any{"Name": "Spring"})
	w.sf.Insert("CampaignMember", map[string]any{"CampaignId": c, "LeadId": lead, "Status": "Responded", "HasResponded": true, "FirstRespondedDate": w.stage.Clock.Now()})
}
