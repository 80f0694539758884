package app

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/lapsed/lapsed/internal/contact"
	"github.com/lapsed/lapsed/internal/fault"
	"github.com/lapsed/lapsed/internal/sandbox/hubspot"
	"github.com/lapsed/lapsed/internal/store"
	"github.com/lapsed/lapsed/policy"
)

// ask records a request.
func (w *world) ask(t *testing.T, what, subject string) RequestLine {
	t.Helper()
	var l RequestLine
	w.with(t, func(a *App) {
		var err error
		if l, err = a.AddRequest(context.Background(), Asking{Type: what, Subject: subject, Reference: "22-17", By: "dpo"}); err != nil {
			t.Fatal(err)
		}
	})
	return l
}

func (w *world) confirm(t *testing.T, id string) {
	t.Helper()
	w.with(t, func(a *App) {
		if _, err := a.ConfirmRequest(context.Background(), id, "dpo"); err != nil {
			t.Fatal(err)
		}
	})
}

// answer records an answer and returns what was said to it, if it was not taken.
func (w *world) answer(t *testing.T, id, result string) (err error) {
	t.Helper()
	w.with(t, func(a *App) {
		_, err = a.AnswerRequest(context.Background(), Answer{Request: id, Result: result, Evidence: []byte("Dear Kari, …"), By: "dpo"})
	})
	return err
}

// stands tells where the only open request stands.
func (w *world) stands(t *testing.T) policy.Standing {
	t.Helper()
	var out []RequestLine
	w.with(t, func(a *App) {
		var err error
		if out, err = a.Requests(context.Background(), false); err != nil || len(out) != 1 {
			t.Fatalf("%d requests are open, %v", len(out), err)
		}
	})
	return out[0].Standing
}

// everywhere puts somebody who is mailed into both processors.
func (w *world) everywhere(name string) (hs, sf string) { return w.proven(name), w.customer(name, nil) }

// contracted gives a contact a contract that is active.
func (w *world) contracted(sf string) (contract string) {
	account := w.sf.Insert("Account", map[string]any{"Name": "School"})
	w.sf.Update("Contact", sf, map[string]any{"AccountId": account})
	return w.sf.Insert("Contract", map[string]any{"AccountId": account, "Status": "Activated", "EndDate": now.AddDate(2, 0, 0)})
}

func (w *world) wantContact(t *testing.T, id, want string) {
	t.Helper()
	if _, state := w.sf.Get("Contact", id); state != want {
		t.Errorf("the contact is %s, want %s", state, want)
	}
}

// Whoever asks to be forgotten gets no more mail, and is deleted everywhere once a
// human has checked who asks: without grace, and re-read.
func TestRequestToBeForgotten(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "enforce")
	w.crowd(3)
	hs, sf := w.everywhere("kari")
	w.run(t)
	if !w.mailed(t, hs) {
		t.Fatal("a proven yes was taken away")
	}
	l := w.ask(t, "erasure", address("kari"))
	if l.DaysLeft < 28 || l.DaysLeft > 31 || l.Standing != policy.StandsUnconfirmed {
		t.Errorf("recorded as %+v", l)
	}
	r := w.run(t)
	if w.mailed(t, hs) || w.deletions() != 0 || has(r, policy.FindRequestUnconfirmed, "") != 1 || len(dueOf(r, policy.FindRequestUnconfirmed)) != 10 {
		t.Fatalf("before it is confirmed: %d deletions, findings %v", w.deletions(), r.Findings)
	}
	if err := w.answer(t, l.Request, "granted"); err == nil || !strings.Contains(err.Error(), "who asks") {
		t.Errorf("answered before anybody checked who asks: %v", err)
	}
	w.confirm(t, l.Request[:12])
	r = w.run(t)
	w.wantHubSpot(t, hs, "erased")
	w.wantContact(t, sf, "binned")
	if s := w.stands(t); s != policy.StandsDone {
		t.Errorf("carried out, and it stands at %s", s)
	}
	if has(r, policy.FindRequestUnconfirmed, "") != 0 || has(r, policy.FindRequestOpen, "") != 1 {
		t.Errorf("findings %v", r.Findings)
	}
	if err := w.answer(t, l.Request, "granted"); err != nil {
		t.Fatal(err)
	}
	if r = w.run(t); has(r, policy.FindRequestOpen, "") != 0 {
		t.Errorf("answered, and still %v", r.Findings)
	}
	for kind, n := range map[string]int{"request.received": 1, "request.answered": 1, "suppression.added": 2} {
		if got := w.kinds(t, kind); got != n {
			t.Errorf("%d entries %s, want %d", got, kind, n)
		}
	}
	if body := string(w.entries(t, "request.answered")[0].Body); strings.Count(body, `","`) == 0 || !strings.Contains(body, `"duties":["`) {
		t.Errorf("the answer does not name what was done: %s", body)
	}
	w.advance(40 * day)
	w.run(t)
	if n := w.outcomes(t, "final"); n < 2 {
		t.Errorf("%d outcomes are final", n)
	}
}

func dueOf(r Report, code policy.FindingCode) string {
	for _, f := range r.Findings {
		if f.Code == code {
			return f.Due
		}
	}
	return ""
}

// Case 38: what a contract needs stays at Salesforce, unmarketed; all else goes.
func TestRequestUnderAContract(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "enforce")
	w.crowd(3)
	hs, sf := w.everywhere("kari")
	contract := w.contracted(sf)
	w.run(t)
	l := w.ask(t, "erasure", "hubspot:contact:"+hs)
	w.confirm(t, l.Request)
	w.run(t)
	w.wantHubSpot(t, hs, "erased")
	w.wantContact(t, sf, "live")
	if props, _ := w.sf.Get("Contact", sf); props["HasOptedOutOfEmail"] != true {
		t.Error("what a law keeps is still mailed")
	}
	if s := w.stands(t); s != policy.StandsKept {
		t.Errorf("it stands at %s", s)
	}
	if err := w.answer(t, l.Request, "granted"); err == nil {
		t.Error("granted, while something is left")
	}
	w.with(t, func(a *App) {
		x, err := a.Explain(context.Background(), "salesforce:Contact:"+sf)
		if err != nil || len(x) != 1 || !strings.Contains(x[0].Lines[0].Says, "asked to be forgotten") || !strings.Contains(x[0].Lines[0].Says, "without marketing") {
			t.Errorf("%+v, %v", x, err)
		}
	})
	if err := w.answer(t, l.Request, "partly"); err != nil {
		t.Fatal(err)
	}
	w.sf.Update("Contract", contract, map[string]any{"Status": "Expired", "EndDate": now.AddDate(-4, 0, 0)})
	w.advance(day)
	w.run(t)
	w.wantContact(t, sf, "binned") // the request goes on when the law's claim ends
}

// A hold wins over a request, and its end lets it go on.
func TestRequestUnderAHold(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "enforce")
	w.crowd(3)
	hs, sf := w.everywhere("kari")
	w.run(t)
	id := ""
	w.with(t, func(a *App) { id = w.hold(t, a, address("kari"), 100) })
	l := w.ask(t, "erasure", address("kari"))
	w.confirm(t, l.Request)
	r := w.run(t)
	if w.deletions() != 0 || has(r, policy.FindRequestBlocked, "") != 1 || w.stands(t) != policy.StandsHeld || w.mailed(t, hs) {
		t.Fatalf("%d deletions under a hold, findings %v", w.deletions(), r.Findings)
	}
	w.release(t, id)
	w.run(t)
	w.wantHubSpot(t, hs, "erased")
	w.wantContact(t, sf, "binned")
}

// Case 10: an address that two people have tells nobody from the other. One of
// them is deleted by their record, and the other stays, also afterwards.
func TestRequestOfOneOfTwoAtAnAddress(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "enforce")
	w.crowd(3)
	kari := w.proven("us")
	ola := w.customer("us", map[string]any{"FirstName": "Ola"})
	w.run(t)
	w.with(t, func(a *App) {
		_, err := a.AddRequest(context.Background(), Asking{Type: "erasure", Subject: address("us"), Reference: "22-17", By: "dpo"})
		if err == nil || !strings.Contains(err.Error(), "several people") {
			t.Errorf("an erasure by an address of two: %v", err)
		}
	})
	l := w.ask(t, "erasure", "hubspot:contact:"+kari)
	w.confirm(t, l.Request)
	for range 3 {
		w.run(t)
		w.advance(day)
	}
	w.wantHubSpot(t, kari, "erased")
	w.wantContact(t, ola, "live")
}

// What is left of a person is met by their request also when the record that was
// named, and what tied the others to it, are gone.
func TestRequestGoesOnWhenTheNamedRecordIsGone(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "enforce")
	w.crowd(3)
	named := w.customer("kari", nil)
	w.hs.Insert(hubspot.Contact{Created: now.AddDate(0, -2, 0), Properties: map[string]string{"email": address("kari"), "hs_additional_emails": "k.nordmann@example.org",
		"firstname": "kari", "lastname": "Nordmann", "first_conversion_event_name": "Demo: Form"}})
	lead := w.sf.Insert("Lead", map[string]any{"Email": "k.nordmann@example.org", "FirstName": "kari", "LastName": "Nordmann", "Company": "School", "LeadSource": "Web", "CreatedDate": now.AddDate(0, -2, 0)})
	w.run(t)
	l := w.ask(t, "erasure", "salesforce:Contact:"+named)
	w.confirm(t, l.Request)
	busy := &hooked{}
	busy.pretend = func(refs []contact.Ref) []error {
		out := make([]error, len(refs))
		for i, r := range refs {
			if out[i] = (&fault.Error{Kind: fault.Transient}); r.Object != "Lead" {
				out[i] = busy.Connector.Delete(context.Background(), []contact.Ref{r})[0]
			}
		}
		return out
	}
	w.run(t, hook("salesforce", busy))
	w.wantContact(t, named, "binned")
	w.wantLead(t, lead, "live")
	w.advance(day)
	w.run(t)
	w.wantLead(t, lead, "binned")
	if s := w.stands(t); s != policy.StandsDone {
		t.Errorf("it stands at %s", s)
	}
}

// Cases 39, 40: what comes back without the person's own act is deleted again,
// and what they bring back themselves stays.
func TestRequestAndComingBack(t *testing.T) {
	for name, c := range map[string]struct {
		back  func(*world) (hs, lead string)
		stays bool
	}{
		"through a file of addresses": {func(w *world) (string, string) { return "", w.lead("kari", w.stage.Clock.Now()) }, false},
		"through a ticked form": {func(w *world) (string, string) {
			return w.hs.SubmitForm(address("kari"), "f-22bb", "Newsletter", 101), ""
		}, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, "enforce")
			w.crowd(3)
			sf := w.customer("kari", nil)
			w.run(t)
			l := w.ask(t, "erasure", address("kari"))
			w.confirm(t, l.Request)
			w.run(t)
			w.wantContact(t, sf, "binned")
			if err := w.answer(t, l.Request, "granted"); err != nil {
				t.Fatal(err)
			}
			w.advance(10 * day)
			hs, lead := c.back(w)
			w.advance(day)
			w.run(t)
			w.run(t)
			if c.stays {
				w.wantHubSpot(t, hs, "live")
				return
			}
			w.wantLead(t, lead, "binned")
			if n := w.count("salesforce", "delete", lead); n != 1 {
				t.Errorf("deleted %d times", n)
			}
		})
	}
}

// A flag at a processor is a request of its own: one, for as long as it stands.
func TestRequestByAFlag(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "enforce")
	w.crowd(3)
	hs, sf := w.everywhere("kari")
	w.run(t)
	individual := w.sf.Insert("Individual", map[string]any{"LastName": "Nordmann", "ShouldForget": true})
	w.sf.Update("Contact", sf, map[string]any{"IndividualId": individual})
	w.advance(time.Hour)
	r := w.run(t)
	if has(r, policy.FindRequestUnconfirmed, "") != 1 || w.deletions() != 0 || w.mailed(t, hs) {
		t.Fatalf("findings %v, %d deletions", r.Findings, w.deletions())
	}
	var list []RequestLine
	w.with(t, func(a *App) { list, _ = a.Requests(context.Background(), false) })
	if len(list) != 1 || list[0].Type != policy.AsksErasure {
		t.Fatalf("%+v", list)
	}
	if err := w.answer(t, list[0].Request, "refused"); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		w.advance(day)
		w.run(t)
	}
	if n := w.kinds(t, "request.received"); n != 1 {
		t.Errorf("a flag that stands became %d requests", n)
	}
	w.wantHubSpot(t, hs, "live")
	w.sf.Update("Individual", individual, map[string]any{"ShouldForget": false})
	w.advance(day)
	w.run(t)
	w.sf.Update("Individual", individual, map[string]any{"ShouldForget": true})
	w.advance(day)
	w.run(t)
	if n := w.kinds(t, "request.received"); n != 2 {
		t.Errorf("set anew, it is %d requests in all", n)
	}
}

// An objection stops all marketing, and outlives the records (case 39).
func TestRequestThatObjects(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "enforce")
	w.crowd(3)
	hs, sf := w.everywhere("kari")
	w.run(t)
	l := w.ask(t, "objection", "salesforce:Contact:"+sf)
	w.run(t)
	if w.mailed(t, hs) {
		t.Error("who objected is mailed at the other processor")
	}
	w.confirm(t, l.Request)
	if err := w.answer(t, l.Request, "refused"); err == nil {
		t.Error("an objection to marketing was refused")
	}
	if err := w.answer(t, l.Request, "granted"); err != nil {
		t.Fatal(err)
	}
	w.sf.Remove("Contact", sf)
	w.advance(day)
	w.run(t)
	id := w.customer("kari", nil)
	w.advance(day)
	w.run(t)
	if props, _ := w.sf.Get("Contact", id); props["HasOptedOutOfEmail"] != true {
		t.Error("the objection was forgotten with its record")
	}
	if w.kinds(t, "refusal.recorded") != 1 || w.deletions() != 0 {
		t.Errorf("%d refusals in the log, %d deletions", w.kinds(t, "refusal.recorded"), w.deletions())
	}
}

// Each request has its month, also of somebody who isn't known here.
func TestRequestsDay(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "observe")
	w.crowd(1)
	w.run(t)
	l := w.ask(t, "access", address("nobody"))
	w.confirm(t, l.Request)
	if r := w.run(t); has(r, policy.FindRequestOpen, "") != 1 || w.stands(t) != policy.StandsWithHuman {
		t.Errorf("findings %v", r.Findings)
	}
	w.advance(time.Duration(l.DaysLeft) * day)
	if r := w.run(t); has(r, policy.FindRequestOverdue, "") != 0 {
		t.Errorf("overdue on its last day: %v", r.Findings)
	}
	w.advance(day)
	if r := w.run(t); has(r, policy.FindRequestOverdue, "") != 1 || has(r, policy.FindRequestOpen, "") != 0 {
		t.Errorf("findings %v", r.Findings)
	}
	for _, c := range []struct{ id, result string }{{l.Request[:5], "granted"}, {"ffffffffff", "granted"}, {l.Request, "perhaps"}} {
		if err := w.answer(t, c.id, c.result); err == nil {
			t.Errorf("answered %s with %s", c.id, c.result)
		}
	}
	if err := w.answer(t, l.Request, "granted"); err != nil {
		t.Fatal(err)
	}
	if err := w.answer(t, l.Request, "granted"); err == nil {
		t.Error("answered twice")
	}
	if r := w.run(t); has(r, policy.FindRequestOverdue, "") != 0 {
		t.Errorf("findings %v", r.Findings)
	}
}

// The day on which a request came is the human's to say, and is none to come.
// What somebody agreed to earlier on that day takes nothing back.
func TestRequestsReceivedEarlier(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "observe")
	w.crowd(1)
	w.run(t)
	w.with(t, func(a *App) {
		today := a.Policy.Today(a.Clock())
		ask := func(day policy.Day, reference string) (RequestLine, error) {
			return a.AddRequest(context.Background(), Asking{Type: "objection", Subject: address("kari"), Reference: reference, Received: day, By: "dpo"})
		}
		l, err := ask(today-40, "22-17")
		if err != nil || l.Received != (today-40).String() || l.DaysLeft >= 0 || !strings.Contains(l.Line(), "OVERDUE") {
			t.Errorf("%+v, %v", l, err)
		}
		if _, err := ask(today+1, "22-17"); err == nil {
			t.Error("a request came tomorrow")
		}
		if _, err := ask(today, " "); err == nil {
			t.Error("a request without a reference")
		}
		err = a.Store.Read(context.Background(), func(tx *store.Tx) error {
			all, err := tx.Requests(true)
			if err != nil || len(all) != 1 || all[0].Received.Before((today - 39).Start(a.Policy.Zone()).Add(-time.Second)) {
				t.Errorf("%+v, %v", all, err)
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	})
}
