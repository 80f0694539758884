package sandbox

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
)

// mutation is an act at the vendor's side: of people, staff, other integrations
// or the vendor. Nothing of it is filed in the book.
//
//	set          fields are set on a record
//	create       a record is made of fields, as an import or a sync would
//	delete       a record goes to the bin; fields {"permanent":true}: past it
//	undelete     a record comes back from the bin
//	merge        a record absorbs fields {"loser":id}
//	optout       a record's person refuses all e-mail, or fields {"topics":[…]}
//	subscribe    an integration subscribes fields {"topic":…,"legal_basis":…}
//	submit-form  HubSpot: a person sends fields {"email" (or id),"guid","name","topics":[…]}
//	hosting      the account moves to fields {"location":…}
//	hide         fields {"field":…} can't be read any more; at Salesforce, of object
//
// Topics go by the policy's names.
type mutation struct {
	Processor string         `json:"processor"`
	Act       string         `json:"act"`
	Object    string         `json:"object"`
	ID        string         `json:"id"`
	Fields    map[string]any `json:"fields"`
}

// deed is how one processor carries out one act. It returns the id of the record
// that was acted on or made.
type deed struct {
	object, id bool // must be given
	may, must  []string
	free       bool // fields are the record's own
	do         func(mutation) (string, error)
}

func (s *Sandbox) deeds() map[string]map[string]deed {
	return map[string]map[string]deed{"hubspot": s.hubspotDeeds(), "salesforce": s.salesforceDeeds()}
}

func (s *Sandbox) postMutate(w http.ResponseWriter, r *http.Request) {
	var m mutation
	if err := read(r, &m); err != nil {
		refuse(w, err)
		return
	}
	id, err := s.mutate(m)
	if err != nil {
		refuse(w, err)
		return
	}
	answer(w, http.StatusOK, map[string]string{"id": id})
}

// mutate checks the names of an act, then lets it happen.
func (s *Sandbox) mutate(m mutation) (id string, err error) {
	acts, ok := s.deeds()[m.Processor]
	if !ok {
		return "", noProcessor(m.Processor)
	}
	d, ok := acts[m.Act]
	if !ok {
		return "", fmt.Errorf("no act %q at %s: it must be one of %s", m.Act, m.Processor, strings.Join(slices.Sorted(maps.Keys(acts)), ", "))
	}
	if err := d.check(m); err != nil {
		return "", fmt.Errorf("%s at %s: %w", m.Act, m.Processor, err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	// A simulator panics on names that its account can't have: here that is the
	// caller's mistake, and nothing has happened yet.
	defer func() {
		if p := recover(); p != nil {
			id, err = "", fmt.Errorf("%s at %s: %v", m.Act, m.Processor, p)
		}
	}()
	return d.do(m)
}

func (d deed) check(m mutation) error {
	switch {
	case d.object && m.Object == "":
		return fmt.Errorf("object is missing")
	case d.id && m.ID == "":
		return fmt.Errorf("id is missing")
	case d.free && len(m.Fields) == 0:
		return fmt.Errorf("fields are missing")
	}
	for _, name := range d.must {
		if m.Fields[name] == nil {
			return fmt.Errorf("fields.%s is missing", name)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(m.Fields)) {
		if !d.free && !slices.Contains(d.must, name) && !slices.Contains(d.may, name) {
			return fmt.Errorf("no field %q: it takes %s", name, strings.Join(append(slices.Clone(d.must), d.may...), ", "))
		}
	}
	return nil
}

// words are fields that must be strings; one that isn't there is empty.
func (m mutation) words(names ...string) (map[string]string, error) {
	out := map[string]string{}
	for _, name := range names {
		v, given := m.Fields[name]
		s, ok := v.(string)
		if given && !ok {
			return nil, fmt.Errorf("fields.%s must be a string", name)
		}
		out[name] = s
	}
	return out, nil
}

// flag is a field that must be true or false; false if it isn't there.
func (m mutation) flag(name string) (bool, error) {
	v, given := m.Fields[name]
	b, ok := v.(bool)
	if given && !ok {
		return false, fmt.Errorf("fields.%s must be true or false", name)
	}
	return b, nil
}

// texts is a field that must be a list of strings.
func (m mutation) texts(name string) ([]string, error) {
	v, given := m.Fields[name]
	list, ok := v.([]any)
	if given && !ok {
		return nil, fmt.Errorf("fields.%s must be a list of strings", name)
	}
	var out []string
	for _, x := range list {
		s, ok := x.(string)
		if !ok {
			return nil, fmt.Errorf("fields.%s must be a list of strings", name)
		}
		out = append(out, s)
	}
	return out, nil
}
