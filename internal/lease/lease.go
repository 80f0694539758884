package lease

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"sync/atomic"
	"time"
)

// ErrLost tells that a lease is not its former holder's any more. What was
// written before it was lost stands; nothing may be written after.
var ErrLost = errors.New("the lease was lost")

// Row is a lease as it is stored.
type Row struct {
	Name      string    `json:"name"`
	Holder    string    `json:"holder"` // "" = free
	Epoch     int64     `json:"epoch"`
	Until     time.Time `json:"until,omitzero"`      // when it runs out unless it is renewed
	NotBefore time.Time `json:"not_before,omitzero"` // when it may be claimed again after a failure
	Failures  int       `json:"failures"`            // in a row
}

// Table is where leases are kept. All but Fence are transactions of their own
// and MUST NOT wait for a transaction that only writes other rows longer than
// the engine makes them. Renew, Release and Fence look for the row by name,
// holder and epoch, and do nothing if it is another's.
type Table interface {
	// Claim takes a lease that is free, or has run out, and waits for nothing.
	// False if there is none to take.
	Claim(ctx context.Context, name, holder string, now, until time.Time) (Row, bool, error)
	// Fence tells whether r is held, and holds up every Claim of it, but no
	// Renew, until tx ends.
	Fence(tx *sql.Tx, r Row) (bool, error)
	// Renew sets until; false if r is not held.
	Renew(ctx context.Context, r Row, until time.Time) (bool, error)
	// Release frees r, and stores its NotBefore and Failures.
	Release(ctx context.Context, r Row) error
	// Rows lists all leases by name.
	Rows(ctx context.Context) ([]Row, error)
	// Clock is the time of the machine that keeps the table, zero if it is this one.
	Clock(ctx context.Context) (time.Time, error)
}

// Leases claims leases for one holder. It is safe for concurrent use.
type Leases struct {
	table  Table
	holder string
	ttl    time.Duration
	clock  func() time.Time
}

// New returns the leases of a holder: a name that no other process has, nor an
// earlier run of this one. The clock is the machine's, never the policy's.
func New(t Table, holder string, ttl time.Duration, clock func() time.Time) *Leases {
	return &Leases{t, holder, ttl, clock}
}

// CheckClock refuses a machine whose clock is off by more than a third of the
// time to live from that of the machine that keeps the leases.
func (l *Leases) CheckClock(ctx context.Context) error {
	before := l.clock()
	theirs, err := l.table.Clock(ctx)
	if err != nil || theirs.IsZero() {
		return err
	}
	tolerance := l.ttl / 3
	if theirs.Before(before.Add(-tolerance)) || theirs.After(l.clock().Add(tolerance)) {
		return fmt.Errorf("this machine's clock is %s away from the database's: at most %s are tolerated, for machines take over each other's work by it. Set both by NTP",
			theirs.Sub(before).Abs().Round(time.Millisecond), tolerance)
	}
	return nil
}

// Claim takes a lease if it is free; false if another holds it, or if it waits
// after a failure. Whoever gets it calls Hold.
func (l *Leases) Claim(ctx context.Context, name string) (*Lease, bool, error) {
	now := l.clock()
	row, ok, err := l.table.Claim(ctx, name, l.holder, now, now.Add(l.ttl))
	if err != nil {
		return nil, false, fmt.Errorf("claim the lease %s: %w", name, err)
	}
	if !ok {
		return nil, false, nil
	}
	lease := &Lease{of: l, row: row}
	lease.until.Store(row.Until.UnixMilli())
	return lease, true, nil
}

// List lists all leases by name, for people who look after them.
func (l *Leases) List(ctx context.Context) ([]Row, error) { return l.table.Rows(ctx) }

// Lease is one that was claimed.
type Lease struct {
	of    *Leases
	row   Row          // as claimed
	until atomic.Int64 // Unix milliseconds: when it runs out as far as we know
}

// Fence is the first statement of a transaction of its holder: ErrLost if the
// lease is another's. A store's Fenced view calls it.
func (l *Lease) Fence(tx *sql.Tx) error {
	held, err := l.of.table.Fence(tx, l.row)
	if err != nil {
		return fmt.Errorf("fence %s: %w", l.row.Name, err)
	}
	if !held {
		return fmt.Errorf("%w: %s", ErrLost, l.row.Name)
	}
	return nil
}

// Held tells whether the lease can't have run out yet: what is asked between an
// intent and the call to a processor, for no fence reaches there.
func (l *Lease) Held() bool { return l.of.clock().UnixMilli() < l.until.Load() }
