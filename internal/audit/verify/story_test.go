package verify_test

import (
	"crypto/rand"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"iter"
	"slices"
	"testing"
	"time"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"github.com/lapsed/lapsed/internal/audit/entry"
	"github.com/lapsed/lapsed/internal/audit/verify"
	"github.com/lapsed/lapsed/internal/duty"
	"github.com/lapsed/lapsed/policy"
)

const origin = "privacy.example.org/lapsed/1"

// story is a log in the making: entries that can still be changed, and what the
// medium holds beside them. Its tree is made with tlog, which the verifier
// doesn't use.
type story struct {
	t        testing.TB
	now      time.Time
	entries  []entry.Entry
	raw      map[int][]byte // bytes in place of an entry's own
	signed   []int64        // sizes of checkpoints; the whole log is signed last
	policies map[string][]byte
	batches  map[string][]string
	skey     string
	vkey     string
	revision string
	cycle    string
	holds    int
}

func newStory(t testing.TB) *story {
	s := &story{t: t, now: time.Date(2026, 5, 4, 10, 0, 0, 0, time.UTC), raw: map[int][]byte{}, batches: map[string][]string{}}
	s.skey, s.vkey = newKey(t, origin)
	s.revision = hexID(entry.Digest(policy.Reference)[7:], 64)
	s.policies = map[string][]byte{s.revision: policy.Reference}
	return s
}

func newKey(t testing.TB, name string) (skey, vkey string) {
	skey, vkey, err := note.GenerateKey(rand.Reader, name)
	if err != nil {
		t.Fatal(err)
	}
	return skey, vkey
}

// hexID turns any name into an id of the log's form.
func hexID(name string, n int) string {
	if len(name) == n {
		return name
	}
	return entry.Digest([]byte(name))[7 : 7+n]
}

func id(name string) string { return hexID(name, 32) }

// Keys of the story, and what is made with them.
func commitmentOf(use string) string { return hexID("key "+use, 64) }
func kid(use string) string          { return commitmentOf(use)[:8] }

func pseudonym(use, name string) string {
	sum, _ := hex.DecodeString(hexID(use+name, 64))
	return kid(use) + ":" + base64.RawURLEncoding.EncodeToString(sum)
}

func who(name string) string  { return pseudonym("subject", name) }
func commit(of string) string { return entry.Commit([32]byte{1}, []byte(of)) }
func admin(name string) entry.By {
	return entry.By{Role: "admin", Who: pseudonym("signer", name)}
}

// add logs an entry a second after the last and returns its index.
func (s *story) add(kind entry.Kind, body any) int { return s.by(entry.Daemon, kind, body) }

func (s *story) by(by entry.By, kind entry.Kind, body any) int {
	s.now = s.now.Add(time.Second)
	s.entries = append(s.entries, entry.Entry{At: s.now, Kind: kind, By: by, Cycle: s.cycle, Body: body})
	return len(s.entries) - 1
}

func (s *story) begin() {
	s.add(entry.LogCreated, entry.Created{Origin: origin, VKey: s.vkey, Hash: "rfc6962-sha256"})
	for _, use := range []string{"subject", "signer", "reader"} {
		s.add(entry.KeyRotated, entry.KeyWasRotated{Use: use, KID: kid(use), Commitment: commitmentOf(use), Cause: "first"})
	}
	s.by(admin("kari"), entry.PolicyActivated, entry.PolicyWasActivated{Revision: s.revision, Version: "2026-05", Effective: "2026-05-01", Impact: map[string]int{"delete": 3}})
}

func (s *story) start(name, mode string, recovers ...string) {
	s.cycle = id(name)
	for i, r := range recovers {
		recovers[i] = id(r)
	}
	s.add(entry.CycleStarted, entry.Started{Mode: mode, Revision: s.revision, Config: entry.Digest(nil), Build: "v1", Trigger: "schedule", Instance: "one",
		Processors: []string{"hubspot", "salesforce"}, Recovers: recovers})
	for _, p := range []string{"hubspot", "salesforce"} {
		s.add(entry.SourceRead, entry.SourceWasRead{Processor: p, Object: "contacts", Whole: true, Contacts: 1000, Digest: entry.Digest([]byte(p)), AsOf: entry.Time(s.now), StalenessS: 60, MaxStalenessS: 86400, Region: "eu1"})
	}
	s.add(entry.PlanProposed, entry.Proposed{Plan: entry.Digest([]byte(name)), Due: map[string]int{"delete": 1}, Persons: 1, Population: 1000})
}

func (s *story) finish() {
	counts := map[string]int{}
	for _, e := range s.entries {
		if o, ok := e.Body.(entry.Outcome); ok && e.Cycle == s.cycle {
			counts[o.State]++
		}
	}
	s.add(entry.CycleFinished, entry.Finished{Result: "done", Persons: 1000, Verdicts: map[string]int{"keep": 999}, Outcomes: counts, Decisions: entry.Digest([]byte(s.cycle))})
	s.cycle = ""
}

// open decides to delete a person at hubspot, and opens the duty.
func (s *story) open(person string) { s.demand(person, "delete", "", "retention") }

func (s *story) demand(person, verb, extent, ground string) {
	d := verb + ".hubspot"
	if extent != "" {
		d += "." + extent
	}
	s.add(entry.DecisionMade, entry.Decision{ID: id("decision " + person), Person: who(person), Aka: aka(person), Revision: s.revision, Verdict: "lapsed",
		Demands: []string{d}, Rules: []string{ground}, Reasons: []string{"no-signal"}, Facts: commit(person)})
	s.add(entry.DutyOpened, entry.Opened{Duty: id("duty " + person), Person: who(person), Contact: who("contact " + person), Processor: "hubspot", Verb: verb, Extent: extent, Ground: ground,
		Decision: id("decision " + person), Due: entry.Time(s.now)})
}

func aka(person string) []string {
	a := []string{who(person), who("mail " + person)}
	slices.Sort(a)
	return a
}

func (s *story) openedFor(person string) (o entry.Opened) {
	for _, e := range s.entries {
		if x, ok := e.Body.(entry.Opened); ok && x.Duty == id("duty "+person) {
			o = x
		}
	}
	return o
}

// intend logs an intent for the duty of a person.
func (s *story) intend(person string, attempt int, authority string) int {
	o := s.openedFor(person)
	return s.add(entry.DutyIntent, entry.Intent{Duty: o.Duty, Attempt: attempt, Verb: o.Verb, Extent: o.Extent, Ground: o.Ground, Person: o.Person, Aka: aka(person), Contact: o.Contact,
		Processor: o.Processor, Decision: o.Decision, Authority: authority, Refreshed: entry.Time(s.now.Add(-5 * time.Second)), Holds: s.holds, Before: commit("before " + person)})
}

func (s *story) outcome(person string, attempt int, state string) int {
	o := entry.Outcome{Duty: id("duty " + person), Attempt: attempt, State: state, Reason: "ok", Reread: entry.NotReread}
	switch state {
	case "gone", "final":
		o.Reread = entry.Time(s.now)
	case "accepted":
		o.Status = 204
		if s.openedFor(person).Verb == "delete" {
			o.RestorableUntil = entry.Time(s.now.AddDate(0, 0, 90))
		}
	}
	return s.add(entry.DutyOutcome, o)
}

// done is a write that went well, up to gone.
func (s *story) done(person string, attempt int, authority string) {
	s.intend(person, attempt, authority)
	s.outcome(person, attempt, "accepted")
	s.outcome(person, attempt, "gone")
}

// freeze puts the duties of persons into a batch.
func (s *story) freeze(persons int, names ...string) string {
	var ids []string
	for _, n := range names {
		ids = append(ids, id("duty "+n))
	}
	slices.Sort(ids)
	d := duty.Digest(ids)
	s.batches[d] = ids
	s.add(entry.BatchFrozen, entry.Frozen{Batch: d, Duties: len(ids), Verbs: map[string]int{"delete": len(ids)}, Persons: persons, Population: 1000})
	return d
}

func (s *story) approve(batch, name string) int {
	return s.by(admin(name), entry.BatchApproved, entry.Approved{Batch: batch, Role: "admin", Expires: entry.Time(s.now.AddDate(0, 0, 7)), Note: commit("note")})
}

// sign notes that a checkpoint was signed here.
func (s *story) sign() { s.signed = append(s.signed, int64(len(s.entries))) }

// bytes of all entries. What an entry says of the tree is filled in where the
// story leaves it open.
func (s *story) bytes() [][]byte {
	var out [][]byte
	for i, e := range s.entries {
		switch x := e.Body.(type) {
		case entry.Pinned:
			if x.Root == "" {
				x.Root = treeOf(s.t, out[:x.Size]).String()
				e.Body = x
			}
		case entry.Verified:
			if x.Root == "" {
				x.Root = treeOf(s.t, out[:x.Size]).String()
				e.Body = x
			}
		}
		b, err := entry.Bytes(e)
		if raw, ok := s.raw[i]; ok {
			b, err = raw, nil
		}
		if err != nil {
			s.t.Fatalf("entry %d: %v", i, err)
		}
		out = append(out, b)
	}
	return out
}

// hashList keeps the hashes of a tree in memory.
type hashList []tlog.Hash

func (h *hashList) ReadHashes(is []int64) ([]tlog.Hash, error) {
	out := make([]tlog.Hash, len(is))
	for i, x := range is {
		if x >= int64(len(*h)) {
			return nil, fmt.Errorf("no hash %d", x)
		}
		out[i] = (*h)[x]
	}
	return out, nil
}

func hashesOf(t testing.TB, entries [][]byte) *hashList {
	h := &hashList{}
	for i, b := range entries {
		more, err := tlog.StoredHashes(int64(i), b, h)
		if err != nil {
			t.Fatal(err)
		}
		*h = append(*h, more...)
	}
	return h
}

func treeOf(t testing.TB, entries [][]byte) tlog.Hash {
	root, err := tlog.TreeHash(int64(len(entries)), hashesOf(t, entries))
	if err != nil {
		t.Fatal(err)
	}
	return root
}

// memory is a log whose medium can be changed at will.
type memory struct {
	entries     [][]byte
	tiles       map[string][]byte
	checkpoint  []byte
	checkpoints [][]byte
	policies    map[string][]byte
	batches     map[string][]string
	evidence    map[string][]byte // under the salt 1, 0, 0 …
}

func (s *story) build() *memory {
	m := &memory{entries: s.bytes(), tiles: map[string][]byte{}, policies: s.policies, batches: s.batches, evidence: map[string][]byte{}}
	h := hashesOf(s.t, m.entries)
	size := int64(len(m.entries))
	for _, tile := range tlog.NewTiles(8, 0, size) {
		b, err := tlog.ReadTileData(tile, h)
		if err != nil {
			s.t.Fatal(err)
		}
		m.tiles[tileKey(tile.L, tile.N, tile.W)] = b
	}
	for _, n := range append(s.signed, size) {
		root, err := tlog.TreeHash(n, h)
		if err != nil {
			s.t.Fatal(err)
		}
		m.checkpoint = signNote(s.t, s.skey, origin, n, root)
		m.checkpoints = append(m.checkpoints, m.checkpoint)
	}
	return m
}

func tileKey(level int, n int64, width int) string { return fmt.Sprint(level, n, width) }

// signNote is a checkpoint in its own words, signed by the keys.
func signNote(t testing.TB, skey, origin string, size int64, root tlog.Hash, more ...note.Signer) []byte {
	signer, err := note.NewSigner(skey)
	if err != nil {
		t.Fatal(err)
	}
	b, err := note.Sign(&note.Note{Text: fmt.Sprintf("%s\n%d\n%s\n", origin, size, root)}, append([]note.Signer{signer}, more...)...)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func (m *memory) Checkpoint() ([]byte, error) { return m.checkpoint, nil }

func (m *memory) Checkpoints() iter.Seq2[[]byte, error] { return pairs(m.checkpoints) }

func (m *memory) Entries(from int64) iter.Seq2[[]byte, error] { return pairs(m.entries[from:]) }

func pairs(list [][]byte) iter.Seq2[[]byte, error] {
	return func(yield func([]byte, error) bool) {
		for _, b := range list {
			if !yield(b, nil) {
				return
			}
		}
	}
}

func (m *memory) Tile(level int, n int64, width int) ([]byte, error) {
	return m.tiles[tileKey(level, n, width)], nil
}

func (m *memory) Policy(revision string) ([]byte, error) { return m.policies[revision], nil }

func (m *memory) Batch(digest string) ([]string, error) { return m.batches[digest], nil }

func (m *memory) Evidence(c string) (salt [32]byte, data []byte, ok bool, err error) {
	data, ok = m.evidence[c]
	return [32]byte{1}, data, ok, nil
}

var _ verify.Log = (*memory)(nil)
