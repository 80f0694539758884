package salesforce

import (
	"errors"
	"fmt"
	"regexp"
	"strings"
	"sync/atomic"

	"github.com/lapsed/lapsed/connectors"
	"github.com/lapsed/lapsed/connectors/salesforce/internal/api"
	"github.com/lapsed/lapsed/internal/contact"
	"github.com/lapsed/lapsed/internal/fault"
	"github.com/lapsed/lapsed/internal/httpx"
	"github.com/lapsed/lapsed/internal/secret"
)

// Options say which org is read and what of it.
type Options struct {
	Name      string // the policy's name of the processor, part of every ref
	LoginURL  string // the org's My Domain host; plain http only for loopback
	StatusURL string // instance status; default https://api.status.salesforce.com, LoginURL if that is loopback
	ClientID  secret.String
	// ClientSecret is that of the external client app whose "Run As" user we are.
	ClientSecret secret.String
	// Fields are the policy paths that are needed here: "Birthdate",
	// "Task.CompletedDateTime", "RecordType.DeveloperName".
	Fields []string
	// Topics are the custom flags that list a record for a topic ("Newsletter__c").
	// Withdrawing a topic sets its flag to false; no other field is ever set so.
	Topics []string
	// BulkAbove is the number of rows above which a whole read of an object uses
	// the Bulk API; 0 = 2000.
	BulkAbove int
	// Scratch is the folder for what a whole read keeps of other objects' rows beyond
	// Room, sealed and without a name; "" = the system's for temporary files. Where
	// nothing can be written, it stays in memory.
	Scratch string
	// Room is how many bytes of rows each object may keep in memory; 0 = 1 MiB.
	Room int
	HTTP httpx.Options // tuning and observer
}

// Connector reads and writes one org. It is safe for concurrent use.
type Connector struct {
	opt    Options
	api    *api.Client
	status *httpx.Client // asks without our session
	cached atomic.Pointer[described]
}

var _ connectors.Connector = (*Connector)(nil)

// New returns the connector of one org. It makes no call.
func New(o Options) (*Connector, error) {
	o.LoginURL, o.StatusURL = strings.TrimRight(o.LoginURL, "/"), strings.TrimRight(o.StatusURL, "/")
	if o.Name == "" || strings.Contains(o.Name, ":") {
		return nil, errors.New("salesforce: the processor needs a name without a colon")
	}
	loopback, err := api.Host(o.LoginURL)
	if err != nil {
		return nil, fmt.Errorf("salesforce: login_url: %w", err)
	}
	if o.StatusURL == "" {
		o.StatusURL = "https://api.status.salesforce.com"
		if loopback {
			o.StatusURL = o.LoginURL
		}
	}
	if _, err := api.Host(o.StatusURL); err != nil {
		return nil, fmt.Errorf("salesforce: status_url: %w", err)
	}
	if o.ClientID.IsZero() || o.ClientSecret.IsZero() {
		return nil, errors.New("salesforce: client_id and client_secret are both needed")
	}
	for _, t := range o.Topics {
		if !customField.MatchString(t) {
			return nil, fmt.Errorf("salesforce: topic %q: a topic is a custom field, as Newsletter__c: standard flags are refusals and never set to false", t)
		}
	}
	if o.BulkAbove == 0 {
		o.BulkAbove = api.PageSize
	}
	return &Connector{opt: o, api: newAPI(o), status: newStatus(o)}, nil
}

// customField is a custom field's name, perhaps of a package.
var customField = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9_]*__c$`)

func newAPI(o Options) *api.Client {
	return api.New(api.Options{Processor: o.Name, LoginURL: o.LoginURL, ClientID: o.ClientID, ClientSecret: o.ClientSecret, HTTP: o.HTTP})
}

// Catalogue returns the vendor's standard fields.
func (c *Connector) Catalogue() contact.Catalogue { return Catalogue() }

// UserID is the id of the user that we act as, "" before the first call: a
// record whose LastModifiedById it is was last changed by us.
func (c *Connector) UserID() string { return c.api.UserID() }

func (c *Connector) ref(object, id string) contact.Ref {
	return contact.Ref{Processor: c.opt.Name, Object: object, ID: id}
}

// own checks that a ref is of a record of this org and returns its 18-character id.
func (c *Connector) own(r contact.Ref) (string, error) {
	id, ok := api.ID18(r.ID)
	if !ok || r.Processor != c.opt.Name || (r.Object != leadObject && r.Object != contactObject) {
		return "", &fault.Error{Kind: fault.Invalid, Op: c.opt.Name + " record", Hint: "this is no lead or contact of this org"}
	}
	return id, nil
}
