package policy_test

import (
	"fmt"
	"reflect"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/lapsed/lapsed/internal/contact"
	"github.com/lapsed/lapsed/policy"
)

// life draws contacts of one or two people: every field that the reference policy
// looks at may be there, at times around the ones that matter.
type life struct {
	t   *rapid.T
	now time.Time
}

func (l life) some(what string) bool { return rapid.Bool().Draw(l.t, what) }

func (l life) rare(what string) bool { return rapid.IntRange(0, 5).Draw(l.t, what) == 0 }

// when draws an instant around now, around a period before it, or long ago.
func (l life) when(what string) time.Time {
	from := rapid.SampledFrom([]time.Time{l.now, l.now.AddDate(0, -1, 0), l.now.AddDate(-2, 0, 0), l.now.AddDate(-3, 0, 0), l.now.AddDate(-5, 0, 0), l.now.AddDate(-9, 0, 0)}).Draw(l.t, what)
	return from.Add(time.Duration(rapid.IntRange(-72, 72).Draw(l.t, what+" off")) * time.Hour)
}

func (l life) instant(what string) contact.Value { return contact.InstantValue(l.when(what)) }
func (l life) date(what string) contact.Value    { return contact.DateValue(l.when(what)) }

func (l life) one(what string, texts ...string) contact.Value {
	return contact.TextValue(rapid.SampledFrom(texts).Draw(l.t, what))
}

func (l life) country(what string) contact.Value {
	return l.one(what, "Norway", "United States", "Midgard")
}

// put sets a field of some of the rows.
func (l life) put(r *contact.Row, name string, v func(string) contact.Value) {
	if l.some(name + " filled") {
		r.Set(name, v(name))
	}
}

func (l life) birth(what string) contact.Value {
	return contact.DateValue(l.now.AddDate(-rapid.IntRange(17, 19).Draw(l.t, what), 0, rapid.IntRange(-1, 1).Draw(l.t, what+" off")))
}

func (l life) hubspot(id string) contact.Contact {
	c := contact.Contact{Ref: contact.Ref{Processor: "hubspot", Object: "contact", ID: id}, ReadAt: l.now,
		Fields: contact.Named{"email": l.one("email", "kari@example.com", "ola@example.com", "post@school.example")}.Row(), Rows: map[string][]contact.Row{}}
	for _, n := range []string{"createdate", "recent_conversion_date", "hs_email_last_click_date"} {
		l.put(&c.Fields, n, l.instant)
	}
	l.put(&c.Fields, "first_conversion_event_name", func(n string) contact.Value { return l.one(n, "Demo", "Newsletter", "Job: x") })
	l.put(&c.Fields, "country", l.country)
	l.put(&c.Fields, "recent_conversion_event_name", func(n string) contact.Value { return l.one(n, "Job: x", "Single: x") })
	l.put(&c.Fields, "firstname", func(n string) contact.Value { return l.one(n, "Kari", "Ola") })
	if l.rare("young") {
		c.Fields.Set("date_of_birth", contact.TextValue(l.birth("date_of_birth").Text()))
	}
	if l.rare("opted out") {
		c.Fields.Set("hs_email_optout", contact.BoolValue(true))
	}
	for range rapid.IntRange(0, 2).Draw(l.t, "subscriptions") {
		r := contact.Named{"subscriptionId": l.one("subscription", "101", "102", "103"), "status": l.one("status", "SUBSCRIBED", "UNSUBSCRIBED"), "source": contact.TextValue("Form")}.Row()
		l.put(&r, "timestamp", l.instant)
		l.put(&r, "legalBasis", func(n string) contact.Value { return l.one(n, "CONSENT_WITH_NOTICE", "LEGITIMATE_INTEREST_PQL") })
		c.Rows["subscription"] = append(c.Rows["subscription"], r)
	}
	for range rapid.IntRange(0, 2).Draw(l.t, "forms") {
		c.Rows["form"] = append(c.Rows["form"], contact.Named{"guid": l.one("guid", "f-11aa", "f-22bb", "f-99zz"), "submittedAt": l.instant("submittedAt")}.Row())
	}
	return c
}

func (l life) salesforce(id string) contact.Contact {
	c := contact.Contact{Ref: contact.Ref{Processor: "salesforce", Object: "Contact", ID: id}, ReadAt: l.now,
		Fields: contact.Named{"Email": l.one("email", "kari@example.com", "ola@example.com", "post@school.example")}.Row(), Rows: map[string][]contact.Row{}}
	l.put(&c.Fields, "CreatedDate", l.instant)
	l.put(&c.Fields, "LeadSource", func(n string) contact.Value { return l.one(n, "Web", "Sales", "Event", "Found it", "Partner") })
	l.put(&c.Fields, "MailingCountry", l.country)
	l.put(&c.Fields, "FirstName", func(n string) contact.Value { return l.one(n, "Kari", "Ola") })
	if l.rare("young") {
		c.Fields.Set("Birthdate", l.birth("Birthdate"))
	}
	if l.rare("opted out") {
		c.Fields.Set("HasOptedOutOfEmail", contact.BoolValue(true))
	}
	if l.some("flag") {
		c.Fields.Set("Newsletter__c", contact.BoolValue(true))
	}
	if l.rare("user") {
		c.Rows["RecordType"] = []contact.Row{contact.Named{"DeveloperName": contact.TextValue("Platform_User")}.Row()}
	}
	l.rows(&c)
	return c
}

func (l life) rows(c *contact.Contact) {
	group := func(name string, fields map[string]func(string) contact.Value) {
		for range max(rapid.IntRange(-2, 2).Draw(l.t, name), 0) {
			r := contact.Row{}
			for _, f := range slices.Sorted(keysOf(fields)) {
				l.put(&r, f, fields[f])
			}
			c.Rows[name] = append(c.Rows[name], r)
		}
	}
	flag := func(n string) contact.Value { return contact.BoolValue(l.some(n)) }
	group("Opportunity", map[string]func(string) contact.Value{"IsClosed": flag, "CloseDate": l.date})
	group("Contract", map[string]func(string) contact.Value{"Status": func(n string) contact.Value { return l.one(n, "Activated", "Draft") }, "EndDate": l.date})
	group("Campaign", map[string]func(string) contact.Value{"Type": func(n string) contact.Value { return l.one(n, "Event", "Privacy notice") }})
	group("Order", map[string]func(string) contact.Value{"EffectiveDate": l.date})
	group("EmailMessage", map[string]func(string) contact.Value{"Incoming": flag, "MessageDate": l.instant})
	group("Task", map[string]func(string) contact.Value{"CompletedDateTime": l.instant, "CallDisposition": func(n string) contact.Value { return l.one(n, "Connected", "No answer") }})
	group("Case", map[string]func(string) contact.Value{"IsClosed": flag, "CreatedDate": l.instant})
	group("ContactPointTypeConsent", map[string]func(string) contact.Value{"PrivacyConsentStatus": func(n string) contact.Value { return l.one(n, "OptIn", "OptOut") },
		"CaptureDate": l.instant, "CaptureSource": func(n string) contact.Value { return l.one(n, "Stand") }, "EffectiveTo": l.instant})
}

// filled are the names of a row's fields.
func filled(r contact.Row) func(func(string) bool) {
	return func(yield func(string) bool) {
		for n := range r.All() {
			if !yield(n) {
				return
			}
		}
	}
}

func keysOf[V any](m map[string]V) func(func(string) bool) {
	return func(yield func(string) bool) {
		for k := range m {
			if !yield(k) {
				return
			}
		}
	}
}

func (l life) contacts() []contact.Contact {
	var cs []contact.Contact
	for i := range rapid.IntRange(1, 3).Draw(l.t, "contacts") {
		if l.some("hubspot") {
			cs = append(cs, l.hubspot(fmt.Sprint(i)))
		} else {
			cs = append(cs, l.salesforce(fmt.Sprint(i)))
		}
	}
	return cs
}

// world is what decides: the contacts, the holds, and what was asked for.
type world struct {
	p        *policy.Policy
	now      time.Time
	cs       []contact.Contact
	holds    []policy.Hold
	requests []policy.Request
}

func (w world) decide(t *rapid.T, at time.Time) []policy.Decision {
	var seen []contact.Observation
	for _, c := range w.cs {
		seen = append(seen, w.p.Observe(c, testKeys()))
	}
	return w.of(t, seen, at)
}

func (w world) of(t *rapid.T, seen []contact.Observation, at time.Time) []policy.Decision {
	persons, err := policy.Join(seen, true)
	if err != nil {
		t.Fatal(err)
	}
	var out []policy.Decision
	for _, x := range persons {
		out = append(out, w.p.Decide(x, policy.Circumstances{Holds: w.holds, Requests: w.requests}, at))
	}
	return out
}

// deleted lists the records that may be deleted now.
func deleted(ds []policy.Decision) map[contact.Ref]policy.Ground {
	out := map[contact.Ref]policy.Ground{}
	for _, d := range ds {
		for _, m := range d.Demands {
			if m.Verb == policy.Delete && !m.Held {
				out[m.Ref] = m.Ground
			}
		}
	}
	return out
}

func newWorld(t *rapid.T, p *policy.Policy) (world, life) {
	now := time.Date(2026, 11, 24, 0, 0, 0, 0, p.Zone()).Add(time.Duration(rapid.IntRange(0, 24*60-1).Draw(t, "minute")) * time.Minute)
	l := life{t, now}
	w := world{p: p, now: now, cs: l.contacts()}
	if l.rare("hold") {
		w.holds = append(w.holds, policy.Hold{ID: "h", Until: p.Today(l.when("hold until"))})
	}
	if l.some("requests") {
		for i := range rapid.IntRange(1, 2).Draw(t, "requests") {
			w.requests = append(w.requests, l.request(p, fmt.Sprint("q", i)))
		}
	}
	return w, l
}

// request draws one around now, or around what else matters.
func (l life) request(p *policy.Policy, id string) policy.Request {
	received := l.when("received")
	r := policy.Request{ID: id, Received: received.Unix(), Due: p.AnswerBy(p.Today(received)), Confirmed: l.some("confirmed"),
		Type: rapid.SampledFrom([]policy.RequestType{policy.AsksErasure, policy.AsksErasure, policy.AsksObjection, policy.AsksAccess}).Draw(l.t, "type"), Doubtful: l.rare("doubtful")}
	if r.Answered = l.some("answered"); r.Answered {
		r.Refused = l.rare("refused")
	}
	return r
}

// Invariant 14: losing sight of anything deletes nobody who would not go anyway.
func TestLosingSightDeletesNobody(t *testing.T) {
	rapid.Check(t, losingSight(compile(t, "reference.yaml", policy.Reference)))
}

func losingSight(p *policy.Policy) func(*rapid.T) {
	return func(t *rapid.T) {
		w, l := newWorld(t, p)
		before := deleted(w.decide(t, w.now))
		blind := w
		blind.cs = slices.Clone(w.cs)
		i := rapid.IntRange(0, len(w.cs)-1).Draw(t, "record")
		lost := l.lose(&blind.cs[i])
		for ref, ground := range deleted(blind.decide(t, w.now)) {
			if before[ref] == "" {
				t.Fatalf("%s is deleted by %s for want of %q", ref, ground, lost)
			}
		}
	}
}

// lose makes one field or group of a record unreadable. Addresses and links are
// left: what they join is asked of all records at once, before anything is decided.
func (l life) lose(c *contact.Contact) string {
	names := slices.Sorted(filled(c.Fields))
	names = slices.DeleteFunc(names, func(n string) bool { return n == "email" || n == "Email" })
	for _, g := range slices.Sorted(keysOf(c.Rows)) {
		names = append(names, g)
		for _, f := range slices.Sorted(filled(c.Rows[g][0])) {
			names = append(names, g+"."+f)
		}
	}
	if len(names) == 0 {
		names = []string{"createdate"}
	}
	lost := rapid.SampledFrom(names).Draw(l.t, "lost")
	fields, rows := contact.Row{}, map[string][]contact.Row{}
	for n, v := range c.Fields.All() {
		if n != lost {
			fields.Set(n, v)
		}
	}
	for g, rs := range c.Rows {
		if g == lost {
			continue
		}
		for _, r := range rs {
			kept := contact.Row{}
			for n, v := range r.All() {
				if g+"."+n != lost {
					kept.Set(n, v)
				}
			}
			rows[g] = append(rows[g], kept)
		}
	}
	c.Fields, c.Rows, c.Unreadable = fields, rows, append(slices.Clone(c.Unreadable), lost)
	return lost
}

// Invariant 14: another sign of life, hold or keep deletes nobody.
func TestAnotherSignalHoldOrKeepDeletesNobody(t *testing.T) {
	rapid.Check(t, addingMore(compile(t, "reference.yaml", policy.Reference)))
}

func addingMore(p *policy.Policy) func(*rapid.T) {
	return func(t *rapid.T) {
		w, l := newWorld(t, p)
		var seen []contact.Observation
		for _, c := range w.cs {
			seen = append(seen, p.Observe(c, testKeys()))
		}
		before := deleted(w.of(t, seen, w.now))
		more := slices.Clone(seen)
		f := &more[rapid.IntRange(0, len(more)-1).Draw(t, "record")].Facts
		switch what := rapid.SampledFrom([]string{"signal", "ongoing", "endless", "hold", "keep", "while", "proof", "other's request"}).Draw(t, "more"); what {
		case "hold":
			w.holds = append(slices.Clone(w.holds), policy.Hold{ID: "more", Until: p.Today(l.when("until"))})
		case "other's request":
			r := l.request(p, "more")
			r.Doubtful = true
			w.requests = append(slices.Clone(w.requests), r)
		case "keep", "while":
			k := contact.Keep{Rule: uint16(rapid.IntRange(0, 3).Draw(t, "rule")), Start: contact.Day(p.Today(l.when("start"))), While: what == "while"}
			f.Keeps = append(slices.Clone(f.Keeps), k)
		case "proof":
			f.Proofs = append(slices.Clone(f.Proofs), contact.Proof{At: l.when("given").Unix(), Topics: []uint16{uint16(rapid.IntRange(0, 2).Draw(t, "topic"))}})
		default:
			s := contact.Signal{Rule: uint16(rapid.IntRange(0, 3).Draw(t, "rule")), Day: contact.Day(p.Today(l.when("day"))), Ongoing: what != "signal", NoEnd: what == "endless"}
			f.Signals = append(slices.Clone(f.Signals), s)
		}
		for ref, ground := range deleted(w.of(t, more, w.now)) {
			if before[ref] == "" {
				t.Fatalf("%s is deleted by %s", ref, ground)
			}
		}
	}
}

// Nobody is deleted by a request that nobody has checked, that was refused, or
// that may be another's; and whoever asked is mailed nothing that no newer yes of
// theirs allows.
func TestDoubtAboutARequestDeletesNobody(t *testing.T) {
	p := compile(t, "reference.yaml", policy.Reference)
	rapid.Check(t, func(t *rapid.T) {
		w, l := newWorld(t, p)
		w.requests = nil
		before := deleted(w.decide(t, w.now))
		r := l.request(p, "q")
		switch rapid.IntRange(0, 2).Draw(t, "doubt") {
		case 0:
			r.Confirmed = false
		case 1:
			r.Answered, r.Refused = true, true
		default:
			r.Doubtful = true
		}
		w.requests = []policy.Request{r}
		asked := w.decide(t, w.now)
		for ref, ground := range deleted(asked) {
			if before[ref] == "" {
				t.Fatalf("%s is deleted by %s on a doubtful request", ref, ground)
			}
		}
		for _, d := range asked {
			if r.Type == policy.AsksErasure && !r.Refused && !r.Answered && d.Topics != 0 && !w.yesSince(time.Unix(r.Received, 0)) {
				t.Fatalf("who asked to be forgotten may be mailed: %+v", d)
			}
		}
	})
}

// yesSince tells whether some record shows a yes after an instant.
func (w world) yesSince(at time.Time) bool {
	for _, c := range w.cs {
		for _, pr := range w.p.Observe(c, testKeys()).Facts.Proofs {
			if pr.At > at.Unix() {
				return true
			}
		}
	}
	return false
}

// Invariant 17: the same decision at every instant before Until, and the same on
// another machine.
func TestDecisionHoldsUntil(t *testing.T) {
	reference := compile(t, "reference.yaml", policy.Reference)
	again := compile(t, "reference.yaml", policy.Reference)
	if reference.Signature != again.Signature {
		t.Error("the same file has two signatures")
	}
	rapid.Check(t, holdingUntil(reference, again))
}

func holdingUntil(reference, again *policy.Policy) func(*rapid.T) {
	return func(t *rapid.T) {
		w, _ := newWorld(t, reference)
		later := w.now.Add(time.Duration(rapid.IntRange(0, 5*365*24*60).Draw(t, "minutes later")) * time.Minute)
		now := w.decide(t, w.now)
		other := w
		other.p = again
		if !reflect.DeepEqual(now, other.decide(t, w.now)) {
			t.Fatal("another compilation of the policy decides otherwise")
		}
		// Facts are seen once: later only the clock moves.
		var seen []contact.Observation
		for _, c := range w.cs {
			seen = append(seen, w.p.Observe(c, testKeys()))
		}
		then := w.of(t, seen, later)
		for i, d := range now {
			if !d.Until.IsZero() && !d.Until.After(w.now) {
				t.Fatalf("Until %v is not after %v", d.Until, w.now)
			}
			last := w.of(t, seen, d.Until.Add(-1))[i]
			if !d.Until.IsZero() && !same(d, last) {
				t.Fatalf("at %v %+v, and an instant before its Until %+v", w.now, d, last)
			}
			if (d.Until.IsZero() || later.Before(d.Until)) && !same(d, then[i]) {
				t.Fatalf("at %v %+v, at %v %+v", w.now, d, later, then[i])
			}
		}
	}
}

// FuzzDecide seeks a world in which one of the properties above fails.
func FuzzDecide(f *testing.F) {
	p, again := compile(f, "reference.yaml", policy.Reference), compile(f, "reference.yaml", policy.Reference)
	properties := []func(*rapid.T){losingSight(p), addingMore(p), holdingUntil(p, again)}
	f.Fuzz(rapid.MakeFuzz(func(t *rapid.T) {
		rapid.SampledFrom(properties).Draw(t, "property")(t)
	}))
}

// same compares decisions; Until may differ only in coming nearer.
func same(a, b policy.Decision) bool { return reflect.DeepEqual(a, b) }

// A day begins at one instant, in every zone: the first one that is in it.
func TestDayStart(t *testing.T) {
	zones := []string{"Europe/Oslo", "America/Sao_Paulo", "Africa/Cairo", "America/Havana", "Asia/Beirut", "America/Asuncion", "Australia/Lord_Howe", "Asia/Kathmandu", "UTC"}
	rapid.Check(t, func(t *rapid.T) {
		name := rapid.SampledFrom(zones).Draw(t, "zone")
		loc, err := time.LoadLocation(name)
		if err != nil {
			t.Fatal(err)
		}
		d := policy.DayOf(time.Unix(int64(rapid.IntRange(0, 25000).Draw(t, "day"))*86400, 0), time.UTC)
		start := d.Start(loc)
		if policy.DayOf(start, loc) != d || policy.DayOf(start.Add(-1), loc) >= d {
			t.Fatalf("%s begins at %v in %s", d, start, name)
		}
	})
}

// Periods grow with their start, and never end before it.
func TestPeriodAfter(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p, err := policy.ParsePeriod(rapid.SampledFrom([]string{"1d", "30d", "1mo", "18mo", "1y", "2y", "10y", "24h"}).Draw(t, "period"))
		if err != nil {
			t.Fatal(err)
		}
		d := policy.Day(rapid.IntRange(-20000, 40000).Draw(t, "day"))
		end, next := p.After(d), p.After(d+1)
		if end <= d || next < end || next > end+4 {
			t.Fatalf("%s after %s ends on %s, after the next day on %s", p, d, end, next)
		}
	})
}
