package hubspot

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/lapsed/lapsed/connectors/hubspot/internal/api"
	"github.com/lapsed/lapsed/internal/contact"
	"github.com/lapsed/lapsed/internal/fault"
)

// need is what the policy needs of every record.
type need struct {
	required      []string // properties that must be defined
	wanted        []string // properties that are read if they are defined
	unknown       []string // paths of groups or group fields that don't exist
	subscriptions bool
	deals         bool
	forms         bool
}

// needOf sorts the policy's paths. Identity, refusals and merges are always
// needed, whatever the policy names.
func needOf(paths, topics []string) need {
	n := need{
		required: []string{propEmail, propOthers, "firstname", "lastname", "country", "createdate", propMerged, propOptOut},
		// They stop marketing and never delete, and not every account has them all.
		wanted:        []string{"jobtitle", "hs_email_hard_bounce_reason_enum", "hs_email_bad_address"},
		subscriptions: len(topics) > 0,
	}
	for _, t := range topics {
		n.required = append(n.required, propOptOutOf+t)
	}
	for _, p := range paths {
		group, name := contact.Split(p)
		if group == "" {
			n.required = append(n.required, name)
			continue
		}
		if _, ok := kinds(group)[name]; !ok {
			n.unknown = append(n.unknown, p)
			continue
		}
		switch group {
		case groupSubscription:
			n.subscriptions = true
		case groupForm:
			n.forms = true
			n.required = append(n.required, propSubmissions)
		case groupDeal:
			n.deals = true
		}
	}
	if n.deals {
		n.wanted = append(n.wanted, propDeals)
	}
	n.required = sorted(n.required)
	n.wanted = slices.DeleteFunc(n.wanted, func(p string) bool { return slices.Contains(n.required, p) })
	return n
}

// schema is what the account defines of what is needed.
type schema struct {
	props     []string         // to ask of each record, sorted
	columns   *contact.Columns // of records that were read with props
	kinds     map[string]contact.Kind
	sensitive map[string]bool // whose values HubSpot may withhold
	absent    []string        // needed, and not defined
	lacking   []string        // wanted, and not defined: unreadable at every contact
	at        time.Time       // of HubSpot's clock
}

// define reads which properties the account defines. It asks for the sensitive
// ones only when a needed one is not among the others.
func (c *Connector) define(ctx context.Context) (*schema, error) {
	defined, at, err := c.api.Properties(ctx, "")
	if err != nil {
		return nil, err
	}
	s := &schema{kinds: kinds(""), sensitive: map[string]bool{}, absent: slices.Clone(c.need.unknown), at: at}
	have := s.learn(defined)
	for _, level := range []string{api.Sensitive, api.HighlySensitive} {
		if !slices.ContainsFunc(c.need.required, func(p string) bool { return !have[p] }) {
			break
		}
		more, _, err := c.api.Properties(ctx, level)
		if err != nil && !fault.Is(err, fault.Auth) && !fault.Is(err, fault.Invalid) {
			return nil, err
		}
		for p := range s.learn(more) {
			if !have[p] {
				have[p], s.sensitive[p] = true, true
			}
		}
	}
	for _, p := range c.need.required {
		if have[p] {
			s.props = append(s.props, p)
		} else {
			s.absent = append(s.absent, p)
		}
	}
	for _, p := range c.need.wanted {
		if have[p] {
			s.props = append(s.props, p)
		} else if p == "jobtitle" { // the others stand in for each other
			s.lacking = append(s.lacking, p)
		}
	}
	s.props = sorted(s.props)
	s.columns = contact.NewColumns(s.props...)
	c.mu.Lock()
	c.known = s
	c.mu.Unlock()
	return s, nil
}

// learn takes in definitions and returns their names.
func (s *schema) learn(defined []api.Property) map[string]bool {
	have := map[string]bool{}
	for _, p := range defined {
		if p.Archived {
			continue
		}
		have[p.Name] = true
		if _, standard := s.kinds[p.Name]; !standard {
			s.kinds[p.Name] = kindOf(p)
		}
	}
	return have
}

// kindOf tells the kind of a property that the catalogue doesn't know.
func kindOf(p api.Property) contact.Kind {
	switch {
	case p.Type == "datetime":
		return contact.Instant
	case p.Type == "date":
		return contact.Date
	case p.Type == "bool", p.FieldType == "booleancheckbox", isTopicOptOut(p.Name):
		return contact.Bool
	case p.Type == "enumeration" && p.FieldType == "checkbox":
		return contact.List
	default:
		return contact.Text
	}
}

// prove reads the definitions afresh and fails unless all that is needed is there.
func (c *Connector) prove(ctx context.Context) (*schema, error) {
	s, err := c.define(ctx)
	if err != nil {
		return nil, err
	}
	return s, c.missing(s)
}

// schema returns the definitions as last read, and reads them if they never were.
func (c *Connector) schema(ctx context.Context) (*schema, error) {
	c.mu.Lock()
	s := c.known
	c.mu.Unlock()
	if s == nil || len(s.absent) > 0 {
		return c.prove(ctx)
	}
	return s, nil
}

// missing is the error of a schema that lacks something. Names of properties
// come from the policy and are nobody's data.
func (c *Connector) missing(s *schema) error {
	if len(s.absent) == 0 {
		return nil
	}
	return &fault.Error{Kind: fault.Unsupported, Op: c.name + " contacts", Hint: "HubSpot defines no such property: " + strings.Join(s.absent, ", ")}
}

// unanswered tells whether some asked property was answered by none of the
// records, not even as empty. HubSpot answers an undefined one so.
func unanswered(props []string, rows []api.Object) bool {
	return len(rows) > 0 && slices.ContainsFunc(props, func(p string) bool {
		return !slices.ContainsFunc(rows, func(o api.Object) bool { _, ok := o.Properties[p]; return ok })
	})
}

func sorted(ss []string) []string {
	s := slices.Clone(ss)
	slices.Sort(s)
	return slices.Compact(s)
}
