package app

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/lapsed/lapsed/internal/audit/entry"
	"github.com/lapsed/lapsed/internal/audit/verify"
	"github.com/lapsed/lapsed/internal/store"
	"github.com/lapsed/lapsed/policy"
)

const (
	lockWait = 5 * time.Second
	// quiet is how long after the last cycle somebody should look whether anything
	// calls lapsed at all.
	quiet = 48 * time.Hour

	toRestore = "stop the daemon, and follow deploy/backup.md: a restored state must not go on as if nothing had happened"
)

// stateAndLog opens the state, reads it, tries whether it can be written, and
// holds its log against what was signed and published.
func (x *examination) stateAndLog(ctx context.Context) {
	if !x.exists() {
		return
	}
	wait := cmp.Or(x.opt.Wait, lockWait)
	within, cancel := context.WithTimeout(ctx, wait)
	defer cancel()
	st, err := store.Open(within, string(x.config.State))
	if err != nil {
		x.unopened(err, wait)
		return
	}
	defer func() { _ = st.Close() }()
	var size int64
	err = st.Read(within, func(tx *store.Tx) (err error) {
		if size, err = tx.LogSize(); err != nil {
			return err
		}
		if x.head, err = tx.LogAt(); err != nil {
			return err
		}
		return x.standing(tx)
	})
	if err != nil {
		x.unopened(err, wait)
		return
	}
	x.tryWriting(ctx, st, wait)
	x.keysOfState(ctx, st, size)
	x.log(ctx, st, size)
}

// exists tells whether there is a state to open: opening one that isn't there
// would make it, and the doctor makes nothing.
func (x *examination) exists() bool {
	path, ok := strings.CutPrefix(string(x.config.State), "sqlite:")
	if !ok {
		return true
	}
	_, err := os.Stat(path)
	if err == nil {
		return true
	}
	if !os.IsNotExist(err) {
		x.fail("state", "let the account of the daemon read it", "%s can't be looked at", path)
		return false
	}
	p, _ := published(x.config.Log)
	switch {
	case p.size > 0:
		x.fail("state", toRestore, "%s is not there, and a log of %d entries was published: the state is lost", path, p.size)
	case !x.noKeys:
		x.fail("state", "restore it from its backup; if there never was one, move the keys away and start anew", "%s is not there, and there are keys of one", path)
	default:
		x.fine("keys", "none yet: the first run makes them")
		x.fine("state", "none yet: the first run makes it at %s", path)
	}
	return false
}

// unopened says why the state can't be used.
func (x *examination) unopened(err error, wait time.Duration) {
	text := err.Error()
	switch {
	case errors.Is(err, context.DeadlineExceeded), strings.Contains(text, "SQLITE_BUSY"), strings.Contains(text, "locked"):
		x.fail("state", "see who holds it (lsof, or pg_locks): a second daemon, a backup that copies the file, an open shell; then ask again", "it is locked by another process, and was so for %s", wait)
	case strings.Contains(text, "permission"), strings.Contains(text, "readonly"), strings.Contains(text, "unable to open"):
		x.fail("state", "let the account of the daemon own the file and its directory", "it can't be opened: %v", err)
	case strings.Contains(text, "connect"):
		x.fail("state", "see that the database runs, that this machine reaches it, and that user and password are right", "it can't be reached: %v", err)
	case strings.Contains(text, "newer than this program"):
		x.fail("state", "run the program that wrote it, or a later one", "%v", err)
	case strings.Contains(text, "malformed"), strings.Contains(text, "not a database"):
		x.fail("state", toRestore, "it is damaged: %v", err)
	default:
		x.fail("state", "mend what the text says, and ask again", "it can't be used: %v", err)
	}
	x.skip("log", "the state can't be read")
}

// standing tells of what people did and when the last cycle was.
func (x *examination) standing(tx *store.Tx) error {
	if x.policy == nil {
		active, ok, err := tx.ActivePolicy()
		if err != nil {
			return err
		}
		if p, problems := policy.Compile("active policy", []byte(active.Text), Binding(x.config)); ok && len(problems) == 0 {
			x.policy = p
		}
	}
	paused, err := tx.Meta("paused")
	if err != nil {
		return err
	}
	if paused != "" {
		x.warn("writes", "lapsed resume --config "+x.opt.Config+" --reason \"…\", when the reason is gone", "all writes are paused")
	}
	f, err := lastCycle(tx)
	switch age := x.clock().Sub(f.Finished); {
	case err != nil:
		return err
	case f.Finished.IsZero():
		x.fine("cycles", "none has ended yet")
	case f.Result != "done":
		x.warn("cycles", "read its fault in the process log, or do one by hand: lapsed plan --config "+x.opt.Config, "the last one failed, at %s", f.Finished.Format(time.RFC3339))
	case age > quiet:
		x.warn("cycles", "start the daemon, or the timer that calls lapsed run --once", "the last one ended %d days ago", int(age.Hours()/24))
	default:
		x.fine("cycles", "the last one ended at %s", f.Finished.Format(time.RFC3339))
	}
	return nil
}

var errEnough = errors.New("this was only tried")

// tryWriting writes to the state and takes it back.
func (x *examination) tryWriting(ctx context.Context, st *store.Store, wait time.Duration) {
	within, cancel := context.WithTimeout(ctx, wait)
	defer cancel()
	err := st.Write(within, func(tx *store.Tx) error {
		if err := tx.SetMeta("doctor", "was here"); err != nil {
			return err
		}
		return errEnough
	})
	switch {
	case errors.Is(err, errEnough):
		x.fine("state", "it can be read and written")
	case within.Err() != nil, strings.Contains(err.Error(), "SQLITE_BUSY"), strings.Contains(err.Error(), "lock"):
		x.fail("state", "if a cycle is running, ask again later; otherwise see who holds it (lsof, or pg_locks): a second daemon, a backup, an open shell", "it can be read, and another process has kept it from being written for %s", wait)
	default:
		x.fail("state", "let the account of the daemon own the file and its directory, and make space", "it can be read, not written: %v", err)
	}
}

// keysOfState tells whether the keys are those that the state was made with.
func (x *examination) keysOfState(ctx context.Context, st *store.Store, entries int64) {
	const restore = "restore the directory of keys from its backup: new ones would forget every refusal"
	if x.noKeys {
		if entries > 0 {
			x.fail("keys", restore, "the state holds a log of %d entries, and its keys are not in %s", entries, x.config.Keys)
		} else {
			x.fine("keys", "none yet: the first run makes them")
		}
		return
	}
	if x.ring == nil || entries == 0 {
		return
	}
	logged, err := (&App{Store: st}).List(ctx, ListFilter{Kind: string(entry.KeyRotated)})
	if err != nil {
		return // the log's own check tells of it
	}
	known := map[string]bool{}
	for _, e := range logged {
		var k entry.KeyWasRotated
		if json.Unmarshal(e.Body, &k) == nil {
			known[k.Commitment] = true
		}
	}
	if !known[x.ring.SubjectKey().Commitment()] || !known[x.ring.SignerKey().Commitment()] {
		x.fail("keys", restore, "the keys in %s are not those that this state's pseudonyms were made with", x.config.Keys)
	}
}

// log holds the log against the pin beside the keys and against what was
// published: a state that is behind them was restored, one that contradicts
// them was tampered with.
func (x *examination) log(ctx context.Context, st *store.Store, size int64) {
	pin, pinErr := readCheckpoint(filepath.Join(x.config.Keys, "pin"))
	pub, pubErr := published(x.config.Log)
	if err := errors.Join(pinErr, pubErr); err != nil {
		x.fail("log", "restore the file from its backup", "%v", err)
		return
	}
	if ahead := max(pin.size, pub.size); ahead > size {
		x.fail("log", toRestore, "the state holds %d entries, and %d were signed or published: it is a restored backup", size, ahead)
		return
	}
	if size == 0 || pin.size == 0 {
		x.fine("log", "%d entries, and no cycle has signed any yet", size)
		return
	}
	o := verify.Options{Clock: x.clock, Evidence: true, Pins: [][]byte{pin.note}}
	if pub.size > 0 {
		o.Pins = append(o.Pins, pub.note)
	}
	if x.vkey != "" {
		o.Keys = []string{x.vkey}
	}
	var r verify.Report
	err := st.Read(ctx, func(tx *store.Tx) (err error) { r, err = verify.Run(ctx, rows{ctx, tx.Tx}, o); return err })
	switch {
	case err != nil:
		x.fail("log", "mend what the text says, and ask again", "it can't be verified: %v", err)
	case !r.OK:
		x.fail("log", "stop the daemon, keep a copy of everything, and read lapsed audit verify --config "+x.opt.Config, "it was tampered with: %d rules don't hold, the first: %s", len(r.Problems), r.Problems[0].Detail)
	case pub.size == 0:
		x.warn("log", "see that its directory can be written to; lapsed audit export DIR publishes it by hand", "%d entries verify, and none is published in %s", size, x.config.Log)
	case pub.size < pin.size && x.clock().Sub(pub.at) > unpublishedFor:
		x.warn("log", "see that its directory can be written to; lapsed audit export DIR publishes it by hand", "%d entries verify, and it was last published at %s, with %d", size, pub.at.Format(time.RFC3339), pub.size)
	default:
		x.fine("log", "%d entries verify against the pin and what was published", size)
	}
}
