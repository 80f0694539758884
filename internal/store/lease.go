package store

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"github.com/lapsed/lapsed/internal/lease"
)

// Leases is the table of leases. What it does waits for no other writer's
// transaction on PostgreSQL, and for at most one at a time on SQLite.
func (s *Store) Leases() lease.Table { return leases{s.db, s.engine, s.queue} }

type leases struct {
	db     *sql.DB
	engine engine
	queue  queue
}

const leaseColumns = `name, holder, epoch, until, not_before, failures`

func scanLease(r interface{ Scan(...any) error }) (l lease.Row, err error) {
	var until, notBefore int64
	err = r.Scan(&l.Name, &l.Holder, &l.Epoch, &until, &notBefore, &l.Failures)
	l.Until, l.NotBefore = fromMillis(until), fromMillis(notBefore)
	return l, err
}

// Claim looks first, for the upsert locks the row before it asks whether there
// is anything to take: everybody who only tries would wait for the holder.
func (t leases) Claim(ctx context.Context, name, holder string, now, until time.Time) (lease.Row, bool, error) {
	const free = `(lease.holder = '' OR lease.until < $2) AND lease.not_before <= $2`
	var ok bool
	err := t.db.QueryRowContext(ctx, `SELECT `+free+` FROM lease WHERE name = $1`, name, millis(now)).Scan(&ok)
	if err == nil && !ok || err != nil && !errors.Is(err, sql.ErrNoRows) {
		return lease.Row{}, false, err
	}
	if err := t.queue.enter(ctx); err != nil {
		return lease.Row{}, false, err
	}
	defer t.queue.leave()
	row, err := scanLease(t.db.QueryRowContext(ctx, `INSERT INTO lease (`+leaseColumns+`) VALUES ($1, $3, 1, $4, 0, 0)
		ON CONFLICT (name) DO UPDATE SET holder = excluded.holder, epoch = lease.epoch + 1, until = excluded.until WHERE `+free+`
		RETURNING `+leaseColumns, name, millis(now), holder, millis(until)))
	if errors.Is(err, sql.ErrNoRows) {
		return lease.Row{}, false, nil
	}
	return row, err == nil, err
}

// Fence reads the row. On PostgreSQL it also shares its key, which only a claim
// changes (it is unique together with the epoch): a claim waits, a renewal doesn't.
func (t leases) Fence(tx *sql.Tx, r lease.Row) (bool, error) {
	var one int
	err := tx.QueryRow(`SELECT 1 FROM lease WHERE name = $1 AND holder = $2 AND epoch = $3`+t.engine.share, r.Name, r.Holder, r.Epoch).Scan(&one)
	if errors.Is(err, sql.ErrNoRows) {
		return false, nil
	}
	return err == nil, err
}

func (t leases) Renew(ctx context.Context, r lease.Row, until time.Time) (bool, error) {
	if err := t.queue.enter(ctx); err != nil {
		return false, err
	}
	defer t.queue.leave()
	res, err := t.db.ExecContext(ctx, `UPDATE lease SET until = $4 WHERE name = $1 AND holder = $2 AND epoch = $3`, r.Name, r.Holder, r.Epoch, millis(until))
	if err != nil {
		return false, err
	}
	n, err := res.RowsAffected()
	return n == 1, err
}

func (t leases) Release(ctx context.Context, r lease.Row) error {
	if err := t.queue.enter(ctx); err != nil {
		return err
	}
	defer t.queue.leave()
	_, err := t.db.ExecContext(ctx, `UPDATE lease SET holder = '', until = 0, not_before = $4, failures = $5 WHERE name = $1 AND holder = $2 AND epoch = $3`,
		r.Name, r.Holder, r.Epoch, millis(r.NotBefore), r.Failures)
	return err
}

func (t leases) Rows(ctx context.Context) ([]lease.Row, error) {
	rows, err := t.db.QueryContext(ctx, `SELECT `+leaseColumns+` FROM lease ORDER BY name`)
	return scan(rows, err, func(r *sql.Rows) (lease.Row, error) { return scanLease(r) })
}

func (t leases) Clock(ctx context.Context) (time.Time, error) {
	if t.engine.clock == "" {
		return time.Time{}, nil
	}
	var ms int64
	err := t.db.QueryRowContext(ctx, t.engine.clock).Scan(&ms)
	return fromMillis(ms), err
}
