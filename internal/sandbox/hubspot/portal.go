package hubspot

import (
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"github.com/lapsed/lapsed/internal/sandbox/kit"
)

// Processor is the name under which requests and changes are filed in the book
// and faults are armed.
const Processor = "hubspot"

// DefaultToken is the service key of a portal whose options name none.
const DefaultToken = "pat-eu1-00000000-0000-4000-8000-000000000000"

// DefaultPerTenSeconds is what a key of a Professional or Enterprise account may
// send in ten seconds (section 9 of the fact sheet).
const DefaultPerTenSeconds = 190

// Options are what an account is opened with. Zero values mean the defaults
// written beside them.
type Options struct {
	Stage    *kit.Stage // required
	Seed     uint64     // decides record ids, with the order of the insertions
	Token    string     // default DefaultToken
	Scopes   []string   // of Token; default all that AllScopes names
	Hosting  string     // dataHostingLocation, default "eu1"
	TimeZone string     // IANA name, default "Europe/Oslo"; days are UTC if nobody knows it
	// Enterprise accounts may call the batch endpoints of subscriptions.
	Enterprise bool
	// PerTenSeconds limits each token; 0 = no limit, also none on searches.
	// A faithful account has DefaultPerTenSeconds.
	PerTenSeconds int
	Daily         int // requests a day in TimeZone, default 1,000,000
	// OptOutDelay is how far hs_email_optout* trail a status; sandbox time,
	// default 60 s, negative = none.
	OptOutDelay time.Duration
	// IndexLag is how far the search index trails; sandbox time, default 10 s,
	// negative = none.
	IndexLag time.Duration
}

// Switches choose between behaviours of which nobody knows yet which one a real
// account has (section 12 of the fact sheet). The zero value is what the fact
// sheet says to assume.
type Switches struct {
	AbsorbedGone      bool // an id that a merge absorbed answers 404 instead of the survivor
	MergeMints        bool // a merge gives the survivor a new id
	RepeatErase204    bool // gdpr-delete repeated by id answers 204 instead of 404
	OptOutSurvives    bool // an address's statuses outlive the erasure of its contact
	AdditionalByEmail bool // idProperty=email also finds additional addresses
	NumericObjectIDs  bool // toObjectId is a number
	DataPrivacy       bool // status updates need a legal basis and an explanation
	OverLimitIsCapped bool // a list page above 100 is cut to 100 instead of refused
	EraseForbidden    bool // every gdpr-delete answers 403: the user permission is missing
	// EraseHidesAfter is how long an erased contact is still shown; sandbox time.
	EraseHidesAfter time.Duration
}

// Portal is one simulated account. It is an http.Handler, safe for concurrent use.
type Portal struct {
	mu       sync.Mutex
	opt      Options
	zone     *time.Location
	now      int64 // sandbox time of the act or request under way, ms
	switches Switches

	properties []property
	columns    map[string]column
	topics     []topic

	nextID   int64
	live     []*record // sorted by id
	bin      []*record // archived, sorted by id
	binned   []moment  // in the order of archiving, for the 90 days
	byID     map[int64]*record
	absorbed map[int64]int64 // id that a merge swallowed → survivor
	erased   map[int64]int64 // id → when
	fading   map[int64]int64 // erased, but shown until then (Switches.EraseHidesAfter)
	blocked  map[string]int64

	addresses map[string]*address
	pending   []effect // changes of hs_email_optout* to come, sorted by time

	deals    map[int64]*deal
	nextDeal int64
	lists    []*list
	exports  []*export
	roles    []named
	teams    []named
	logins   []login

	keys     map[string]*key
	grants   map[string]*grant
	searches window
	daily    int
	day      string
	stall    stall
	requests atomic.Uint64 // makes correlation ids
	routes   []*route
}

// New opens an account. It panics without a stage: nothing works then.
func New(o Options) *Portal {
	if o.Stage == nil {
		panic("hubspot: Options.Stage is missing")
	}
	o = o.withDefaults()
	zone, err := time.LoadLocation(o.TimeZone)
	if err != nil {
		zone = time.UTC
	}
	p := &Portal{
		opt: o, zone: zone,
		columns: map[string]column{}, byID: map[int64]*record{}, absorbed: map[int64]int64{},
		erased: map[int64]int64{}, fading: map[int64]int64{}, blocked: map[string]int64{},
		addresses: map[string]*address{}, deals: map[int64]*deal{},
		routes: routes(), keys: map[string]*key{}, grants: map[string]*grant{},
		nextID: 10_000 + int64(mix(o.Seed)%90_000), nextDeal: 5_000_000_000 + int64(mix(o.Seed+1)%1_000_000),
	}
	p.installCatalogue()
	p.logins = []login{owner()}
	p.keys[o.Token] = newKey(o.Token, o.Scopes, o.PerTenSeconds)
	return p
}

func (o Options) withDefaults() Options {
	if o.Token == "" {
		o.Token = DefaultToken
	}
	if o.Scopes == nil {
		o.Scopes = AllScopes()
	}
	if o.Hosting == "" {
		o.Hosting = "eu1"
	}
	if o.TimeZone == "" {
		o.TimeZone = "Europe/Oslo"
	}
	if o.Daily == 0 {
		o.Daily = 1_000_000
	}
	o.OptOutDelay = delay(o.OptOutDelay, 60*time.Second)
	o.IndexLag = delay(o.IndexLag, 10*time.Second)
	return o
}

func delay(d, otherwise time.Duration) time.Duration {
	if d == 0 {
		return otherwise
	}
	return max(d, 0)
}

// Switch changes the account's switches.
func (p *Portal) Switch(change func(*Switches)) {
	defer p.act()()
	change(&p.switches)
}

// SetHosting moves the account to another region, as C9 must notice.
func (p *Portal) SetHosting(location string) {
	defer p.act()()
	p.opt.Hosting = location
}

// act takes the account, reads the clock and lets come true what is due; what it
// returns gives the account back.
func (p *Portal) act() func() {
	p.mu.Lock()
	p.now = p.opt.Stage.Clock.Now().UnixMilli()
	p.settle()
	return p.mu.Unlock
}

// mix spreads a number over 64 bits (splitmix64).
func mix(x uint64) uint64 {
	x += 0x9e3779b97f4a7c15
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}

// mint returns the next record id: growing, with gaps that depend on the seed.
func (p *Portal) mint() int64 {
	p.nextID += 1 + int64(mix(p.opt.Seed^uint64(p.nextID))%7)
	return p.nextID
}

const wireTime = "2006-01-02T15:04:05.000Z"

// stamp writes a time as the API does.
func stamp(ms int64) string { return time.UnixMilli(ms).UTC().Format(wireTime) }

// instant reads a time as the API takes it: RFC 3339, a day, or epoch ms.
func instant(text string) (int64, bool) {
	if ms, err := strconv.ParseInt(text, 10, 64); err == nil {
		return ms, true
	}
	for _, form := range []string{time.RFC3339Nano, time.DateOnly} {
		if t, err := time.Parse(form, text); err == nil {
			return t.UnixMilli(), true
		}
	}
	return 0, false
}

func itoa(n int64) string { return strconv.FormatInt(n, 10) }

func atoi(text string) (int64, bool) {
	n, err := strconv.ParseInt(text, 10, 64)
	return n, err == nil && n > 0
}
