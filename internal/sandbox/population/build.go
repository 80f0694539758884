package population

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/lapsed/lapsed/internal/sandbox/hubspot"
	"github.com/lapsed/lapsed/internal/sandbox/salesforce"
)

// DefaultPeople is the size at which every recipe appears.
const DefaultPeople = 500

// MaxPeople bounds a population: above it, ids and memory were never tried.
const MaxPeople = 200_000

// Options say which population is built.
type Options struct {
	People int            // 0 = DefaultPeople, at most MaxPeople
	Seed   uint64         // decides who, where and when
	Now    time.Time      // the instant to which all dates relate; required
	Zone   *time.Location // the controller's; nil = Europe/Oslo
}

// Topics are HubSpot's subscription types, by the policy's names of them.
var Topics = []Topic{{101, "newsletter"}, {102, "product-news"}, {103, "events"}}

// Topic is something to say yes or no to.
type Topic struct {
	ID   int64 // HubSpot's
	Name string
}

// NewsletterFlag is Salesforce's field for the topic "newsletter", on Lead and Contact.
const NewsletterFlag = "Newsletter__c"

// Define gives an empty account the topics and custom properties that the
// population needs.
func Define(hs *hubspot.Portal) {
	for _, t := range Topics {
		hs.Define(t.ID, t.Name)
	}
	hs.DefineProperty("school_size", "number")
	hs.DefineProperty("pupil_count", "number")
}

// Build seeds an empty org and an empty account and tells the fates of those in
// them. The clock of their stage should stand at Options.Now until Build is done;
// then the same options give the same people, ids and bytes. It takes seconds
// for 100,000 people and fails only on options that make no sense.
func Build(o Options, sf *salesforce.Org, hs *hubspot.Portal) (Truth, error) {
	switch {
	case o.People < 0 || o.People > MaxPeople:
		return Truth{}, fmt.Errorf("population: %d people: it must be 1 to %d", o.People, MaxPeople)
	case o.Now.IsZero():
		return Truth{}, errors.New("population: Options.Now is missing")
	case o.People == 0:
		o.People = DefaultPeople
	}
	if o.Zone == nil {
		zone, err := time.LoadLocation("Europe/Oslo")
		if err != nil {
			return Truth{}, fmt.Errorf("population: %w", err)
		}
		o.Zone = zone
	}
	m := newMaker(o, sf, hs)
	m.furnish(o.People)
	for slot, r := range deck(o.People, o.Seed) {
		m.recipe, m.rng = r, rand.New(rand.NewPCG(o.Seed, uint64(slot)))
		r.make(m)
	}
	return m.truth(), nil
}

// furnish makes what people are attached to: schools, campaigns, record types.
func (m *maker) furnish(people int) {
	Define(m.hs)
	m.staff()
	for _, object := range []string{"Lead", "Contact"} {
		m.sf.AddField(object, NewsletterFlag, "boolean")
		for _, name := range []string{platformUser, employee} {
			m.types[object+name] = m.insert("RecordType", m.now.AddDate(-8, 0, 0), map[string]any{"Name": name, "DeveloperName": name, "SobjectType": object, "IsActive": true})
		}
	}
	for n := range max(people/20, 5) {
		m.schools = append(m.schools, m.account(fmt.Sprintf("School %03d", n+1)))
	}
	campaign := func(name, kind string) string {
		return m.insert("Campaign", m.now.AddDate(-7, 0, 0), map[string]any{"Name": name, "Type": kind, "Status": "In Progress", "IsActive": true})
	}
	m.mailing, m.fair = campaign("What is new this term", "Email"), campaign("Stand at the school fair", "Event")
}
