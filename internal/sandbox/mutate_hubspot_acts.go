package sandbox

import (
	"fmt"
	"slices"
	"strings"

	"github.com/lapsed/lapsed/internal/sandbox/population"
)

func (s *Sandbox) hubspotDelete(m mutation) (string, error) {
	permanent, err := m.flag("permanent")
	if err == nil {
		_, err = s.contact(m.ID, "live", "archived")
	}
	switch {
	case err != nil:
		return "", err
	case permanent:
		s.hubspot.Erase(m.ID)
	default:
		s.hubspot.Archive(m.ID)
	}
	return m.ID, nil
}

func (s *Sandbox) hubspotRestore(m mutation) (string, error) {
	props, err := s.contact(m.ID, "archived")
	if err == nil {
		err = s.vacant(m.ID, props)
	}
	if err != nil {
		return "", err
	}
	s.hubspot.Restore(m.ID)
	return m.ID, nil
}

func (s *Sandbox) hubspotMerge(m mutation) (string, error) {
	w, err := m.words("loser")
	for _, id := range []string{m.ID, w["loser"]} {
		if err == nil {
			_, err = s.contact(id, "live")
		}
	}
	if err == nil && w["loser"] == m.ID {
		err = fmt.Errorf("a contact can't absorb itself")
	}
	if err != nil {
		return "", err
	}
	return s.keep(s.hubspot.Merge(m.ID, w["loser"])), nil
}

// topicIDs are HubSpot's ids of the policy's topics.
func topicIDs(names ...string) ([]int64, error) {
	var ids []int64
	for _, name := range names {
		i := slices.IndexFunc(population.Topics, func(t population.Topic) bool { return t.Name == name })
		if i < 0 {
			return nil, fmt.Errorf("no topic %q: it must be newsletter, product-news or events", name)
		}
		ids = append(ids, population.Topics[i].ID)
	}
	return ids, nil
}

// topics are HubSpot's ids of what fields.topics lists.
func (m mutation) topics() ([]int64, error) {
	names, err := m.texts("topics")
	if err != nil {
		return nil, err
	}
	return topicIDs(names...)
}

// mailOf is a live contact's primary address.
func (s *Sandbox) mailOf(id string) (string, error) {
	props, err := s.contact(id, "live")
	if err == nil && props["email"] == "" {
		err = fmt.Errorf("contact %s has no address", id)
	}
	return props["email"], err
}

func (s *Sandbox) hubspotOptOut(m mutation) (string, error) {
	ids, err := m.topics()
	if err != nil {
		return "", err
	}
	mail, err := s.mailOf(m.ID)
	if err == nil {
		s.hubspot.OptOut(mail, ids...)
	}
	return m.ID, err
}

func (s *Sandbox) hubspotSubscribe(m mutation) (string, error) {
	w, err := m.words("topic", "legal_basis")
	if err != nil {
		return "", err
	}
	ids, err := topicIDs(w["topic"])
	if err != nil {
		return "", err
	}
	mail, err := s.mailOf(m.ID)
	if err == nil {
		s.hubspot.Subscribe(mail, ids[0], w["legal_basis"])
	}
	return m.ID, err
}

func (s *Sandbox) hubspotForm(m mutation) (string, error) {
	w, err := m.words("email", "guid", "name")
	if err != nil {
		return "", err
	}
	ids, err := m.topics()
	mail := w["email"]
	switch {
	case err != nil:
	case (mail == "") == (m.ID == ""):
		err = fmt.Errorf("it takes id or fields.email, one of them")
	case mail == "":
		mail, err = s.mailOf(m.ID)
	case !strings.Contains(mail, "@"):
		err = fmt.Errorf("fields.email is no address")
	}
	if err != nil {
		return "", err
	}
	return s.keep(s.hubspot.SubmitForm(mail, w["guid"], w["name"], ids...)), nil
}

func (s *Sandbox) hubspotHosting(m mutation) (string, error) {
	w, err := m.words("location")
	if err == nil {
		s.hubspot.SetHosting(w["location"])
	}
	return "", err
}

// hubspotHide removes a property, which HubSpot's answers then simply omit.
func (s *Sandbox) hubspotHide(m mutation) (string, error) {
	w, err := m.words("field")
	if err == nil {
		s.rehearse(map[string]string{w["field"]: ""})
		s.hubspot.RemoveProperty(w["field"])
	}
	return "", err
}
