package salesforce

import (
	"crypto/rsa"
	"time"
)

// Conduct is how the org behaves where orgs differ: its settings, the permissions
// of the token's user, and the answers that Salesforce's documents leave open.
type Conduct struct {
	GenericHost bool           // this host is login.salesforce.com: no client credentials
	NoRunAs     bool           // the app has no Run As user
	JWTKey      *rsa.PublicKey // of the app's certificate; nil = the JWT flow is off
	JWTUser     string         // the only "sub" that is let in, "" = any
	TokenLife   time.Duration  // of an idle session, default 2 h

	VersionsNeedLogin bool          // /services/data refuses strangers
	EditConverted     bool          // permission "View and Edit Converted Leads"
	HardDelete        bool          // permission "Bulk API Hard Delete"
	NoViewSetup       bool          // permission "View Setup and Configuration" is not there
	NoViewAllUsers    bool          // nor "View All Users", where users are private: our user sees itself
	NoCustomize       bool          // nor "Customize Application": our user sees its own tokens
	NoAssignment      bool          // no active assignment rule
	LateCommit        time.Duration // saves become visible up to this long after their stamp
	BinCap            int           // records that the bin holds before the oldest leave early, 0 = no cap
	GoneCode          string        // errorCode of GET on a deleted row: NOT_FOUND (default) or ENTITY_IS_DELETED
	CompositeQueries  int           // queries in one composite request, default 5
	JobPolls          int           // polls that find a Bulk job still running, default 1
	MaxReplicated     int           // ids that /deleted and /updated answer, default 600,000
	BareEmptyResults  bool          // a Bulk result without rows has no header line either
}

// Adjust changes the org's conduct from now on.
func (o *Org) Adjust(change func(*Conduct)) {
	o.mu.Lock()
	defer o.mu.Unlock()
	change(&o.conduct)
	o.permit()
}

func defaultConduct() Conduct {
	return Conduct{TokenLife: 2 * time.Hour, GoneCode: "NOT_FOUND", CompositeQueries: 5, JobPolls: 1, MaxReplicated: 600_000}
}

// Mark is a state of a single record that no field shows.
type Mark uint8

// The marks; they combine.
const (
	Unshared    Mark = 1 << iota // outside the token user's sharing: as if it weren't there
	Locked                       // in an approval process: no edit, no delete
	FailsRule                    // a validation rule refuses every save of it
	IsDuplicate                  // a duplicate rule warns at every save of it
)

// Mark sets the marks of one record, replacing those it had.
func (o *Org) Mark(object, id string, m Mark) {
	o.mu.Lock()
	defer o.mu.Unlock()
	t, slot := o.must(object, id)
	r := t.rows[slot].next()
	r.marks = m
	t.put(slot, r)
}
