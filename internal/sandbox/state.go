package sandbox

import (
	"fmt"
	"io"
	"net/http"
	"slices"
	"time"

	"github.com/lapsed/lapsed/internal/sandbox/kit"
	"github.com/lapsed/lapsed/internal/sandbox/population"
)

// trail is how long HubSpot's opt-out properties may lag behind statuses: its
// minute, and as much again for the clock's own pace.
const trail = 2 * time.Minute

// Compare sets the truth beside what the processors hold now.
func (s *Sandbox) Compare() population.Comparison {
	now := s.stage.Clock.Now()
	late, seeded := s.lateChanges(now), s.seededTopics()
	return s.truth.Compare(now, func(processor, object, id string) (deleted, optedOut bool, topics []string) {
		if processor == "salesforce" {
			return s.salesforceState(object, id)
		}
		return s.hubspotState(id, seeded[id], late[id])
	})
}

// seededTopics are what HubSpot's contacts were subscribed to at the start.
func (s *Sandbox) seededTopics() map[string][]string {
	topics := map[string][]string{}
	for _, p := range s.truth.People {
		for _, r := range p.Records {
			if r.Processor == "hubspot" && r.Before.Topics != nil {
				topics[r.ID] = r.Before.Topics
			}
		}
	}
	return topics
}

// lateChanges are HubSpot's unsubscriptions that its properties may not tell yet, by contact.
func (s *Sandbox) lateChanges(now time.Time) map[string][]kit.Change {
	late := map[string][]kit.Change{}
	for _, c := range slices.Backward(s.stage.Book.Changes()) {
		if c.Processor == "hubspot" && c.Verb == "unsubscribe" && now.Sub(c.At) < trail {
			late[c.ID] = append(late[c.ID], c)
		}
	}
	return late
}

func (s *Sandbox) salesforceState(object, id string) (deleted, optedOut bool, topics []string) {
	fields, state := s.salesforce.Get(object, id)
	if fields[population.NewsletterFlag] == true {
		topics = []string{"newsletter"}
	}
	return state != "live", fields["HasOptedOutOfEmail"] == true, topics
}

// hubspotState reads the properties, which say of a topic only that it is
// unsubscribed: subscribed is what was so at the start and is not that now.
func (s *Sandbox) hubspotState(id string, seeded []string, late []kit.Change) (deleted, optedOut bool, topics []string) {
	props, state := s.hubspot.Get(id)
	out := func(property, topic string) bool {
		return props[property] == "true" || slices.ContainsFunc(late, func(c kit.Change) bool { return c.Topic == topic })
	}
	optedOut = out("hs_email_optout", "")
	for _, t := range population.Topics {
		name := fmt.Sprint(t.ID)
		if slices.Contains(seeded, t.Name) && !optedOut && !out("hs_email_optout_"+name, name) {
			topics = append(topics, t.Name)
		}
	}
	return state != "live", optedOut, topics
}

func (s *Sandbox) getCompare(w http.ResponseWriter, r *http.Request) {
	c := s.Compare()
	if r.URL.Query().Get("as") == "text" {
		w.Header().Set("Content-Type", "text/plain; charset=utf-8")
		_, _ = io.WriteString(w, c.Text()) // fails only where nobody listens
		return
	}
	answer(w, http.StatusOK, c)
}

// Summary is how many of the population's records are in which state.
type Summary struct {
	Now       time.Time                            `json:"now"`
	Processor map[string]map[string]map[string]int `json:"processors"` // processor → object → state → records
}

// getState tells of all records, or shows the one that is named.
func (s *Sandbox) getState(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	if processor, object, id := q.Get("processor"), q.Get("object"), q.Get("id"); processor+object+id != "" {
		s.showRecord(w, processor, object, id)
		return
	}
	sum := Summary{s.stage.Clock.Now(), map[string]map[string]map[string]int{}}
	for _, p := range s.truth.People {
		for _, rec := range p.Records {
			state := ""
			if rec.Processor == "salesforce" {
				_, state = s.salesforce.Get(rec.Object, rec.ID)
			} else {
				_, state = s.hubspot.Get(rec.ID)
			}
			objects := into(sum.Processor, rec.Processor)
			into(objects, rec.Object)[state]++
		}
	}
	answer(w, http.StatusOK, sum)
}

// into returns the inner map of a key, and makes it if need be.
func into[V any](m map[string]map[string]V, key string) map[string]V {
	if m[key] == nil {
		m[key] = map[string]V{}
	}
	return m[key]
}

func (s *Sandbox) showRecord(w http.ResponseWriter, processor, object, id string) {
	var fields any
	state := ""
	switch processor {
	case "salesforce":
		fields, state = s.salesforce.Get(object, id)
	case "hubspot":
		fields, state = s.hubspot.Get(id)
	default:
		refuse(w, noProcessor(processor))
		return
	}
	answer(w, http.StatusOK, map[string]any{"processor": processor, "object": object, "id": id, "state": state, "fields": fields})
}

func noProcessor(name string) error {
	return fmt.Errorf("no processor %q: it must be hubspot or salesforce", name)
}
