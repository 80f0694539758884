package population

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"time"

	"github.com/lapsed/lapsed/internal/sandbox/hubspot"
	"github.com/lapsed/lapsed/internal/sandbox/salesforce"
)

// maker carries out recipes against one org and one account.
type maker struct {
	sf      *salesforce.Org
	hs      *hubspot.Portal
	now     time.Time
	zone    *time.Location
	today   time.Time // day
	people  []*subject
	recipe  *recipe
	rng     *rand.Rand // of the recipe's turn
	types   map[string]string
	schools []string // Salesforce accounts
	mailing string   // campaigns
	fair    string
}

func newMaker(o Options, sf *salesforce.Org, hs *hubspot.Portal) *maker {
	return &maker{
		sf: sf, hs: hs, now: o.Now.UTC().Truncate(time.Second), zone: o.Zone, today: dayOf(o.Now, o.Zone),
		people: make([]*subject, 0, o.People), types: map[string]string{},
	}
}

func (m *maker) truth() Truth {
	t := Truth{Now: m.now, Zone: m.zone.String(), People: make([]Person, len(m.people))}
	for i, s := range m.people {
		t.People[i] = s.person()
	}
	return t
}

func pick[T any](m *maker, from []T) T { return from[m.rng.IntN(len(from))] }

// between is a number of days in [least, most].
func (m *maker) between(least, most int) int { return least + m.rng.IntN(most-least+1) }

// ago is an instant n ≥ 1 days ago, at some time of day; one in four lies half an
// hour before midnight UTC, which is another day in most of Europe.
func (m *maker) ago(n int) time.Time {
	y, mo, d := m.now.Date()
	hour, minute := m.between(0, 23), m.between(0, 59)
	if m.rng.IntN(4) == 0 {
		hour, minute = 23, 30
	}
	t := time.Date(y, mo, d-n, hour, minute, m.between(0, 59), 0, time.UTC)
	if t.After(m.now) {
		return m.now.Add(-time.Minute)
	}
	return t
}

// The spans that fates rest on. Nothing flips within 150 days: what is recent
// stays recent, and what is long ago is so today.
const (
	horizon   = 150
	twoYears  = 731
	recently  = twoYears - horizon - 30
	longSince = twoYears + 40
)

// recent is an instant that keeps somebody for the next 150 days.
func (m *maker) recent() time.Time { return m.ago(m.between(3, recently)) }

// long is an instant that keeps nobody any more.
func (m *maker) long() time.Time { return m.ago(m.between(longSince, 6*365)) }

// before is an earlier instant, up to two years before t.
func (m *maker) before(t time.Time) time.Time {
	return t.Add(-time.Duration(m.between(60, 700)) * 24 * time.Hour).Add(-time.Duration(m.between(0, 600)) * time.Minute)
}

// subject is a person in the making.
type subject struct {
	m       *maker
	recipe  *recipe
	n       int
	first   string
	last    string
	email   string
	country string
	title   string
	school  int
	acted   time.Time // day of the latest act or collection
	records []*Record
}

// subject invents a person with a work address at a school, or a private one.
func (m *maker) subject() *subject {
	s := &subject{
		m: m, recipe: m.recipe, n: len(m.people) + 1, first: pick(m, firstNames), last: pick(m, lastNames), country: pick(m, countries),
		title: pick(m, titles), school: m.rng.IntN(len(m.schools)),
	}
	s.email = s.address(s.domain())
	if m.rng.IntN(6) == 0 {
		s.email = s.address(pick(m, privateDomains))
	}
	m.people = append(m.people, s)
	return s
}

func (s *subject) domain() string { return fmt.Sprintf("school-%03d.example", s.school+1) }

// address is one that nobody else has.
func (s *subject) address(domain string) string {
	return fmt.Sprintf("%s.%s%d@%s", plain(s.first), plain(s.last), s.n, domain)
}

// plain writes a name as addresses do.
func plain(name string) string { return ascii.Replace(strings.ToLower(name)) }

// signal notes an act of the person, or a collection: both move the one clock.
func (s *subject) signal(t time.Time) { s.signalDay(dayOf(t, s.m.zone)) }

func (s *subject) signalDay(day time.Time) { s.acted = latest(s.acted, day) }

func (s *subject) add(processor, object, id string, before Standing) *Record {
	r := &Record{Processor: processor, Object: object, ID: id, Fate: Kept, Marketing: Untouched, From: s.m.now, Before: before}
	s.records = append(s.records, r)
	return r
}

func (s *subject) person() Person {
	p := Person{
		ID: fmt.Sprintf("p-%04d", s.n), Recipe: s.recipe.name, Case: s.recipe.row, Why: s.recipe.why,
		Last: s.acted.Format(time.DateOnly), Records: make([]Record, len(s.records)),
	}
	for i, r := range s.records {
		p.Records[i] = *r
	}
	return p
}

// due is when something is due whose duty is opened on a day, or today if that
// is over: it serves its grace from then on.
func (m *maker) due(opened time.Time) time.Time {
	return startOf(dueOn(latest(opened, m.today)), m.zone)
}

// lapses dooms all records when the grace is over that begins when the person lapses.
func (s *subject) lapses() {
	for _, r := range s.records {
		r.Fate, r.From = Deleted, s.m.due(lapsesOn(s.acted))
	}
}

// goes dooms all records after a grace that begins at the first look.
func (s *subject) goes() {
	for _, r := range s.records {
		r.Fate, r.From = Deleted, s.m.due(s.m.today)
	}
}

// minor dooms all records at once, and stops their marketing.
func (s *subject) minor() {
	for _, r := range s.records {
		r.Fate = Deleted
		r.optOut()
	}
}

// optOuts stops the marketing of all records.
func (s *subject) optOuts() {
	for _, r := range s.records {
		r.optOut()
	}
}

// optOut demands the end of all e-mail, unless that is reached already.
func (r *Record) optOut() {
	if !r.Before.OptedOut {
		r.Marketing = OptedOut
	}
}

// leave demands the end of topics.
func (r *Record) leave(topics ...string) { r.Marketing = Marketing(Left + strings.Join(topics, ",")) }

// save keeps a record that would be due, unmarketed.
func (r *Record) save(f Fate, from time.Time) {
	r.Fate, r.From = f, from
	if r.optOut(); r.Marketing == OptedOut {
		r.MarketingFrom = from
	}
}
