package sandbox

import (
	"fmt"
	"slices"
	"strings"

	"github.com/lapsed/lapsed/internal/sandbox/population"
)

func (s *Sandbox) salesforceDeeds() map[string]deed {
	return map[string]deed{
		"set":       {object: true, id: true, free: true, do: s.salesforceSet},
		"create":    {object: true, free: true, do: s.salesforceCreate},
		"delete":    {object: true, id: true, may: []string{"permanent"}, do: s.salesforceDelete},
		"undelete":  {object: true, id: true, do: s.salesforceUndelete},
		"merge":     {object: true, id: true, must: []string{"loser"}, do: s.salesforceMerge},
		"optout":    {object: true, id: true, may: []string{"topics"}, do: s.salesforceOptOut},
		"subscribe": {object: true, id: true, must: []string{"topic"}, do: s.salesforceSubscribe},
		"hosting":   {must: []string{"location"}, do: s.salesforceHosting},
		"hide":      {object: true, must: []string{"field"}, do: s.salesforceHide},
	}
}

// row checks that a record is in a state.
func (s *Sandbox) row(object, id, state string) error {
	if _, is := s.salesforce.Get(object, id); is != state {
		return fmt.Errorf("%s %s is %s, not %s", object, id, is, state)
	}
	return nil
}

func (s *Sandbox) salesforceSet(m mutation) (string, error) {
	if err := s.row(m.Object, m.ID, "live"); err != nil {
		return "", err
	}
	s.salesforce.Update(m.Object, m.ID, m.Fields)
	return m.ID, nil
}

func (s *Sandbox) salesforceCreate(m mutation) (string, error) {
	return s.salesforce.Insert(m.Object, m.Fields), nil
}

func (s *Sandbox) salesforceDelete(m mutation) (string, error) {
	permanent, err := m.flag("permanent")
	if err == nil && !permanent {
		err = s.row(m.Object, m.ID, "live")
	}
	if err != nil {
		return "", err
	}
	s.salesforce.Remove(m.Object, m.ID)
	if permanent {
		s.salesforce.Purge(m.Object, m.ID)
	}
	return m.ID, nil
}

func (s *Sandbox) salesforceUndelete(m mutation) (string, error) {
	if err := s.row(m.Object, m.ID, "binned"); err != nil {
		return "", err
	}
	s.salesforce.Undelete(m.Object, m.ID)
	return m.ID, nil
}

func (s *Sandbox) salesforceMerge(m mutation) (string, error) {
	w, err := m.words("loser")
	for _, id := range []string{m.ID, w["loser"]} {
		if err == nil {
			err = s.row(m.Object, id, "live")
		}
	}
	if err == nil && w["loser"] == m.ID {
		err = fmt.Errorf("a record can't absorb itself")
	}
	if err != nil {
		return "", err
	}
	s.salesforce.Merge(m.Object, m.ID, w["loser"])
	return m.ID, nil
}

// newsletterOnly refuses topics that Salesforce has no flag for.
func newsletterOnly(topics []string) error {
	if i := slices.IndexFunc(topics, func(t string) bool { return t != "newsletter" }); i >= 0 {
		return fmt.Errorf("no topic %q: Salesforce has newsletter alone", topics[i])
	}
	return nil
}

func (s *Sandbox) salesforceOptOut(m mutation) (string, error) {
	topics, err := m.texts("topics")
	if err == nil {
		err = newsletterOnly(topics)
	}
	if err != nil {
		return "", err
	}
	m.Fields = map[string]any{"HasOptedOutOfEmail": true}
	if len(topics) > 0 {
		m.Fields = map[string]any{population.NewsletterFlag: false}
	}
	return s.salesforceSet(m)
}

func (s *Sandbox) salesforceSubscribe(m mutation) (string, error) {
	w, err := m.words("topic")
	if err == nil {
		err = newsletterOnly([]string{w["topic"]})
	}
	if err != nil {
		return "", err
	}
	m.Fields = map[string]any{population.NewsletterFlag: true}
	return s.salesforceSet(m)
}

func (s *Sandbox) salesforceHosting(m mutation) (string, error) {
	w, err := m.words("location")
	if err == nil && (w["location"] == "" || len(w["location"]) > 6 || strings.ToUpper(w["location"]) != w["location"]) {
		err = fmt.Errorf("fields.location must be an instance like USA744")
	}
	if err == nil {
		s.salesforce.SetInstance(w["location"])
	}
	return "", err
}

func (s *Sandbox) salesforceHide(m mutation) (string, error) {
	w, err := m.words("field")
	if err == nil {
		s.salesforce.Hide(m.Object + "." + w["field"])
	}
	return "", err
}
