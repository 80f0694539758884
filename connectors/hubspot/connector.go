package hubspot

import (
	"errors"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/lapsed/lapsed/connectors"
	"github.com/lapsed/lapsed/connectors/hubspot/internal/api"
	"github.com/lapsed/lapsed/internal/contact"
	"github.com/lapsed/lapsed/internal/fault"
	"github.com/lapsed/lapsed/internal/httpx"
	"github.com/lapsed/lapsed/internal/secret"
)

// object is the one object whose records are persons.
const object = "contact"

// Options say which account it is and what the policy needs of it.
type Options struct {
	Name    string        // the policy's name of the processor; it goes into every Ref
	BaseURL string        // https://api.hubapi.com; plain http only for loopback
	Token   secret.String // a service key or an older static token
	Fields  []string      // policy paths that the policy needs here: "hs_email_optout", "deal.hs_is_closed"
	Topics  []string      // ids of the subscription types that are topics: "101"
	Archive bool          // delete by moving to the recycle bin, where records stay restorable for 90 days
	HTTP    httpx.Options // tuning and observer; a nil Limiter is made from HubSpot's own limits
}

// Connector is one account.
type Connector struct {
	name    string
	asked   string // digest of what the policy needs, for marks
	topics  []string
	archive bool
	need    need
	api     *api.Client
	columns map[string]*contact.Columns // by group

	noBatchReads, noBatchWrites atomic.Bool // the account's plan lacks them

	mu     sync.Mutex
	known  *schema         // as last read, nil before
	brands []api.Brand     // as last read, nil before
	proved map[string]bool // sensitive properties of which a value was seen
}

var _ connectors.Connector = (*Connector)(nil)

// New returns a Connector. It fails if the options make no sense, and asks
// HubSpot nothing.
func New(o Options) (*Connector, error) {
	base, err := baseURL(o.BaseURL)
	if err != nil {
		return nil, err
	}
	token := o.Token.Reveal()
	switch {
	case o.Name == "" || strings.Contains(o.Name, ":"):
		return nil, errors.New("hubspot: the processor needs a name without a colon")
	case token == "" || strings.ContainsFunc(token, func(r rune) bool { return r <= ' ' || r > '~' }):
		return nil, errors.New("hubspot: the token is empty or holds spaces or line ends")
	case slices.ContainsFunc(o.Topics, func(t string) bool { return !api.IsNumber(t) }):
		return nil, errors.New("hubspot: a topic's id is the number of a subscription type")
	}
	return &Connector{
		name: o.Name, asked: connectors.Asked(o.Fields, o.Topics), topics: slices.Clone(o.Topics), archive: o.Archive, need: needOf(o.Fields, o.Topics), proved: map[string]bool{}, columns: columns(),
		api: api.New(api.Options{Processor: o.Name, BaseURL: base, Token: o.Token, HTTP: o.HTTP}),
	}, nil
}

// Catalogue tells HubSpot's standard fields.
func (c *Connector) Catalogue() contact.Catalogue { return Catalogue() }

func baseURL(s string) (string, error) {
	u, err := url.Parse(s)
	if err != nil || u.Host == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "" {
		return "", errors.New("hubspot: base_url is the address of a host: https://api.hubapi.com")
	}
	if u.Scheme != "https" && (u.Scheme != "http" || !loopback(u.Hostname())) {
		return "", errors.New("hubspot: base_url needs https; plain http is for loopback only")
	}
	return strings.TrimRight(u.String(), "/"), nil
}

func loopback(host string) bool {
	ip, err := netip.ParseAddr(host)
	return host == "localhost" || (err == nil && ip.IsLoopback())
}

func (c *Connector) ref(id string) contact.Ref {
	return contact.Ref{Processor: c.name, Object: object, ID: id}
}

// own returns the ids of refs, or an error if one is no record of this account.
func (c *Connector) own(refs []contact.Ref) ([]string, error) {
	ids := make([]string, len(refs))
	for i, r := range refs {
		if r.Processor != c.name || r.Object != object || !api.IsNumber(r.ID) {
			return nil, &fault.Error{Kind: fault.Invalid, Op: c.name, Hint: "a ref that is no contact of this account"}
		}
		ids[i] = r.ID
	}
	return ids, nil
}
