package salesforce

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/lapsed/lapsed/internal/sandbox/kit"
)

// Options says which org is simulated.
type Options struct {
	Stage *kit.Stage
	Seed  uint64
	// LoginHost fills instance_url; empty = the server's own address, from the request's Host.
	LoginHost              string
	ClientID, ClientSecret string
	Instance               string   // e.g. "USA744"; Organization.InstanceName
	DailyCalls             int      // default 1_000_000
	Consent                bool     // Individual and consent objects exist
	Hidden                 []string // FLS-hidden "Object.Field"
	BinDays                int      // default 15
}

// Org is a simulated org and its HTTP face. It is safe for concurrent use.
type Org struct {
	opt      Options
	stage    *kit.Stage
	routes   []route
	children map[string][]child // by the object that is pointed to

	mu      sync.Mutex
	conduct Conduct
	tables  []*table
	byName  map[string]*table // by lower-case name
	hidden  map[*field]bool
	users   users

	sessions map[string]*session
	issued   uint64
	usage    usage
	cursors  map[string]*cursor
	jobs     map[string]*job
	serials  uint64 // cursors and jobs made
	bin      []binned
	events   uint64        // deletions
	slow     int           // calls that are held open
	lateness lateness      // of saves, by a fault
	held     *[]kit.Change // the book's entries of a write that may be rolled back
	readOnly bool
}

// users are the ids of those who act in the org.
type users struct{ api, staff, queue string }

// child is a field that points to records of some object.
type child struct {
	t *table
	f *field
}

// New returns an empty org: three users and the Organization row.
func New(opt Options) *Org {
	if opt.DailyCalls == 0 {
		opt.DailyCalls = 1_000_000
	}
	if opt.BinDays == 0 {
		opt.BinDays = 15
	}
	o := &Org{
		opt: opt, stage: opt.Stage, conduct: defaultConduct(), children: map[string][]child{},
		byName: map[string]*table{}, hidden: map[*field]bool{}, sessions: map[string]*session{},
		cursors: map[string]*cursor{}, jobs: map[string]*job{},
	}
	list, err := objects(opt.Consent)
	if err != nil {
		panic("sandbox: table of Salesforce objects: " + err.Error())
	}
	for _, def := range list {
		t := newTable(def, opt.Seed)
		o.tables = append(o.tables, t)
		o.byName[strings.ToLower(def.name)] = t
		for _, f := range def.fields {
			for _, target := range f.targets {
				if f.indexed {
					o.children[target] = append(o.children[target], child{t, f})
				}
			}
		}
	}
	o.routes = o.routeTable()
	o.found()
	for _, h := range opt.Hidden {
		o.Hide(h)
	}
	return o
}

// found inserts what every org has from its first day.
func (o *Org) found() {
	name := func(first, last string) string {
		return o.Insert("User", map[string]any{"FirstName": first, "LastName": last, "IsActive": true, "UserType": "Standard",
			"Username": strings.ToLower(first + "." + last + "@acme.example"), "Email": strings.ToLower(first + "." + last + "@acme.example")})
	}
	o.users = users{api: name("Lapsed", "Integration"), staff: name("Sam", "Seller"), queue: name("Inbound", "Desk")}
	o.Insert("UserPermissionAccess", nil)
	o.permit()
	o.Insert("Organization", map[string]any{"Name": "Acme", "InstanceName": o.opt.Instance, "OrganizationType": "Enterprise Edition",
		"Country": "US", "TimeZoneSidKey": "America/Los_Angeles", "LanguageLocaleKey": "en_US", "PreferencesConsentManagementEnabled": o.opt.Consent})
}

// now is the sandbox's time in whole seconds: Salesforce keeps no fraction.
func (o *Org) now() int64 { return o.stage.Clock.Now().Unix() }

func (o *Org) clock() time.Time { return time.Unix(o.now(), 0).UTC() }

func (o *Org) table(name string) *table { return o.byName[strings.ToLower(name)] }

// must finds a record for a caller in process, who must know it: a wrong name
// or id there is a bug of the test or the population.
func (o *Org) must(object, id string) (*table, int) {
	t := o.table(object)
	if t == nil {
		panic(fmt.Sprintf("sandbox: Salesforce has no object %s", object))
	}
	full, _ := canonical(id)
	slot, ok := t.slot(full)
	if !ok || t.rows[slot] == nil {
		panic(fmt.Sprintf("sandbox: Salesforce has no %s %s", object, id))
	}
	return t, slot
}

// SetReadOnly puts the org into maintenance: reads go on, writes fail.
func (o *Org) SetReadOnly(on bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.readOnly = on
	o.organization("IsReadOnly", boolValue(on))
}

// SetInstance moves the org to another instance, e.g. "DEU12".
func (o *Org) SetInstance(name string) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.organization("InstanceName", textValue(name))
}

func (o *Org) organization(name string, v value) {
	t := o.table("Organization")
	r := t.rows[0].next()
	r.set(t.field(name).col, v)
	t.put(0, r)
}

// Hide makes field-level security hide a field from the token's user, "Lead.HasOptedOutOfEmail".
func (o *Org) Hide(objectDotField string) {
	o.mu.Lock()
	defer o.mu.Unlock()
	object, name, _ := strings.Cut(objectDotField, ".")
	t := o.table(object)
	if t == nil || t.field(name) == nil {
		panic(fmt.Sprintf("sandbox: Salesforce has no field %s", objectDotField))
	}
	o.hidden[t.field(name)] = true
}

// AddField adds a custom field; typ is describe's word (boolean, string, date, …),
// with a length if it needs one: "string:80".
func (o *Org) AddField(object, name, typ string) {
	o.mu.Lock()
	defer o.mu.Unlock()
	t := o.table(object)
	f, err := parseField([]string{name, typ})
	if t == nil || err != nil || t.field(name) != nil {
		panic(fmt.Sprintf("sandbox: Salesforce can't add field %s.%s of type %s", object, name, typ))
	}
	t.add(f)
}

// visible returns the fields of t that the token's user may see.
func (o *Org) visible(t *table) []*field {
	return slices.DeleteFunc(slices.Clone(t.fields), func(f *field) bool { return o.hidden[f] })
}

// see returns the field of this name if it exists and isn't hidden.
func (o *Org) see(t *table, name string) *field {
	if f := t.field(name); f != nil && !o.hidden[f] {
		return f
	}
	return nil
}
