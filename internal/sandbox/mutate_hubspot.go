package sandbox

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/lapsed/lapsed/internal/sandbox/hubspot"
	"github.com/lapsed/lapsed/internal/sandbox/kit"
	"github.com/lapsed/lapsed/internal/sandbox/population"
)

func (s *Sandbox) hubspotDeeds() map[string]deed {
	return map[string]deed{
		"set":         {id: true, free: true, do: s.hubspotSet},
		"create":      {free: true, do: s.hubspotCreate},
		"delete":      {id: true, may: []string{"permanent"}, do: s.hubspotDelete},
		"undelete":    {id: true, do: s.hubspotRestore},
		"merge":       {id: true, must: []string{"loser"}, do: s.hubspotMerge},
		"optout":      {id: true, may: []string{"topics"}, do: s.hubspotOptOut},
		"subscribe":   {id: true, must: []string{"topic"}, may: []string{"legal_basis"}, do: s.hubspotSubscribe},
		"submit-form": {must: []string{"guid", "name"}, may: []string{"email", "topics"}, do: s.hubspotForm},
		"hosting":     {must: []string{"location"}, do: s.hubspotHosting},
		"hide":        {must: []string{"field"}, do: s.hubspotHide},
	}
}

// contact returns a contact's properties if it is in one of the states.
func (s *Sandbox) contact(id string, states ...string) (map[string]string, error) {
	props, state := s.hubspot.Get(id)
	if !slices.Contains(states, state) {
		return nil, fmt.Errorf("contact %s is %s, not %s", id, state, strings.Join(states, " or "))
	}
	return props, nil
}

// strings are the fields as properties, which are all text.
func (m mutation) strings() (map[string]string, error) {
	props := map[string]string{}
	for name, v := range m.Fields {
		switch v := v.(type) {
		case string, bool:
			props[name] = fmt.Sprint(v)
		case float64:
			props[name] = strconv.FormatFloat(v, 'f', -1, 64)
		default:
			return nil, fmt.Errorf("fields.%s must be a string, a number or true or false", name)
		}
	}
	return props, nil
}

func (s *Sandbox) hubspotSet(m mutation) (string, error) {
	props, err := m.strings()
	if err == nil {
		_, err = s.contact(m.ID, "live", "archived")
	}
	if err == nil {
		err = s.vacant(m.ID, props)
	}
	if err != nil {
		return "", err
	}
	s.hubspot.Set(m.ID, props)
	return m.ID, nil
}

// rehearse makes a contact in an empty account, which panics on a property that
// HubSpot doesn't have: nothing half done is left behind in the real one.
func (s *Sandbox) rehearse(props map[string]string) {
	empty := hubspot.New(hubspot.Options{Stage: kit.NewStage(s.stage.Clock.Now())})
	population.Define(empty)
	empty.Insert(hubspot.Contact{Properties: props})
}

func (s *Sandbox) hubspotCreate(m mutation) (string, error) {
	props, err := m.strings()
	if err == nil {
		err = s.vacant("", props)
	}
	if err != nil {
		return "", err
	}
	s.rehearse(props)
	id, ok := s.hubspot.Import(hubspot.Contact{Properties: props})
	if !ok {
		return "", fmt.Errorf("the address was erased for good: HubSpot's blocklist stops the import")
	}
	return s.keep(id), nil
}

// keep remembers a contact that a mutation made.
func (s *Sandbox) keep(id string) string {
	if !slices.Contains(s.made, id) {
		s.made = append(s.made, id)
	}
	return id
}

// vacant tells whether no other contact has the addresses of props.
func (s *Sandbox) vacant(id string, props map[string]string) error {
	wanted := addresses(props)
	if len(wanted) == 0 {
		return nil
	}
	taken := func(other string) error {
		held, state := s.hubspot.Get(other)
		if other != id && state == "live" && slices.ContainsFunc(addresses(held), func(a string) bool { return slices.Contains(wanted, a) }) {
			return fmt.Errorf("contact %s has that address already", other)
		}
		return nil
	}
	for _, p := range s.truth.People {
		for _, r := range p.Records {
			if r.Processor != "hubspot" {
				continue
			}
			if err := taken(r.ID); err != nil {
				return err
			}
		}
	}
	for _, other := range s.made {
		if err := taken(other); err != nil {
			return err
		}
	}
	return nil
}

func addresses(props map[string]string) []string {
	var out []string
	for a := range strings.SplitSeq(props["email"]+";"+props["hs_additional_emails"], ";") {
		if a = strings.ToLower(strings.TrimSpace(a)); a != "" {
			out = append(out, a)
		}
	}
	return out
}
