package verify_test

import (
	"bytes"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/mod/sumdb/note"

	"github.com/lapsed/lapsed/internal/audit/entry"
	"github.com/lapsed/lapsed/internal/audit/verify"
)

// at is the index of the n-th entry (from 0) whose body is a T that fits.
func at[T any](s *story, n int, fits func(T) bool) int {
	for i, e := range s.entries {
		if x, ok := e.Body.(T); ok && fits(x) {
			if n--; n < 0 {
				return i
			}
		}
	}
	s.t.Fatal("the story has no such entry")
	return 0
}

// edit changes the body of an entry.
func edit[T any](s *story, i int, f func(*T)) {
	x := s.entries[i].Body.(T)
	f(&x)
	s.entries[i].Body = x
}

func (s *story) remove(i int) { s.entries = slices.Delete(s.entries, i, i+1) }

// insert puts a copy of another time and body behind entry i.
func (s *story) insert(i int, kind entry.Kind, body any) {
	e := s.entries[i]
	e.Kind, e.Body = kind, body
	s.entries = slices.Insert(s.entries, i+1, e)
}

func intentOf(person string, attempt int) func(entry.Intent) bool {
	return func(x entry.Intent) bool { return x.Duty == id("duty "+person) && x.Attempt == attempt }
}

func outcomeOf(person, state string) func(entry.Outcome) bool {
	return func(x entry.Outcome) bool { return x.Duty == id("duty "+person) && x.State == state }
}

func any1[T any](T) bool { return true }

func startOf(name string) func(s *story) int {
	return func(s *story) int {
		for i, e := range s.entries {
			if e.Kind == entry.CycleStarted && e.Cycle == id(name) {
				return i
			}
		}
		return 0
	}
}

// intent and outcome edit one of the story's.
func intent(person string, attempt int, f func(*entry.Intent)) func(*story) {
	return func(s *story) { edit(s, at(s, 0, intentOf(person, attempt)), f) }
}

func outcome(person, state string, f func(*entry.Outcome)) func(*story) {
	return func(s *story) { edit(s, at(s, 0, outcomeOf(person, state)), f) }
}

// broken logs whose makers had the key: hashes and signatures are right, and only
// the rules can find them.
var brokenStories = []struct {
	title string
	code  string
	edit  func(*story)
}{
	{"an entry has a key that is not known", "S1", func(s *story) {
		i := at(s, 0, any1[entry.Held])
		s.raw[i] = bytes.Replace(s.bytes()[i], []byte(`"hold":`), []byte(`"extra":"e","hold":`), 1)
	}},
	{"an entry is not canonical", "S1", func(s *story) {
		i := at(s, 0, any1[entry.Held])
		s.raw[i] = append(s.bytes()[i], ' ')
	}},
	{"a name stands in place of a pseudonym", "S1", func(s *story) {
		edit(s, at(s, 0, any1[entry.SuppressionWasAdded]), func(x *entry.SuppressionWasAdded) { x.Person = "Kari-Nordmann" })
	}},
	{"a reason stands in place of a commitment", "S1", intent("anna", 1, func(x *entry.Intent) { x.Before = "Oslo" })},
	{"a ground is invented", "S1", func(s *story) {
		edit(s, at(s, 0, intentOf("anna", 1)), func(x *entry.Intent) { x.Ground = "because" })
		edit(s, at(s, 0, func(x entry.Opened) bool { return x.Duty == id("duty anna") }), func(x *entry.Opened) { x.Ground = "because" })
	}},
	{"a set is not sorted", "S1", intent("anna", 1, func(x *entry.Intent) { slices.Reverse(x.Aka) })},
	{"a field is left out", "S1", func(s *story) {
		i := at(s, 0, any1[entry.Held])
		s.raw[i] = []byte(strings.Replace(string(s.bytes()[i]), `,"hold":"`+id("hold 1")+`"`, "", 1))
	}},
	{"an admin without a name", "S1", func(s *story) { s.entries[at(s, 0, any1[entry.Paused])].By.Who = "" }},
	{"a time before an earlier one", "S2", func(s *story) {
		i := at(s, 0, any1[entry.Proposed])
		s.entries[i].At = s.entries[i].At.Add(-time.Hour)
	}},
	{"the first entry is another", "S3", func(s *story) { s.remove(0) }},
	{"the log is created twice", "S3", func(s *story) { s.insert(5, entry.LogCreated, s.entries[0].Body) }},
	{"the log is created under another name", "S3", func(s *story) {
		edit(s, 0, func(x *entry.Created) { x.Origin = "other.example/1" })
	}},
	{"the log is created with another key", "S3", func(s *story) {
		_, other := newKey(s.t, origin)
		edit(s, 0, func(x *entry.Created) { x.VKey = other })
	}},
	{"a pseudonym of an unknown key", "S3", func(s *story) {
		s.remove(at(s, 0, func(x entry.KeyWasRotated) bool { return x.Use == "subject" }))
	}},
	{"a pseudonym of a destroyed key", "S3", func(s *story) {
		s.add(entry.KeyDestroyed, entry.KeyWasDestroyed{Use: "subject", KID: kid("subject"), Cause: "epoch-over"})
		s.add(entry.SuppressionExpired, entry.SuppressionHasExpired{Person: who("anna")})
	}},
	{"an admin under a key for subjects", "S3", func(s *story) { s.entries[at(s, 0, any1[entry.Paused])].By.Who = who("liv") }},
	{"a key is destroyed that never was", "S3", func(s *story) {
		edit(s, at(s, 0, any1[entry.KeyWasDestroyed]), func(x *entry.KeyWasDestroyed) { x.KID = "00000000" })
	}},
	{"a key that replaces none", "S3", func(s *story) {
		s.insert(4, entry.KeyRotated, entry.KeyWasRotated{Use: "subject", KID: kid("new"), Commitment: commitmentOf("new"), Replaces: "00000000", Cause: "epoch"})
	}},
	{"a pinned checkpoint of another root", "S4", func(s *story) {
		edit(s, at(s, 0, any1[entry.Pinned]), func(x *entry.Pinned) { x.Root = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=" })
	}},
	{"the log verified itself at another root", "S4", func(s *story) {
		edit(s, at(s, 0, any1[entry.Verified]), func(x *entry.Verified) { x.Root = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=" })
	}},
	{"an intent without outcome", "R1", func(s *story) { s.remove(at(s, 0, outcomeOf("frida", "accepted"))) }},
	{"a crash that nobody recovers", "R1", func(s *story) {
		i := startOf("recovers")(s)
		edit(s, i, func(x *entry.Started) { x.Recovers = nil })
	}},
	{"a cycle is recovered that ended", "R1", func(s *story) {
		edit(s, startOf("settles")(s), func(x *entry.Started) { x.Recovers = []string{id("retries")} })
	}},
	{"an outcome without intent", "R2", func(s *story) { s.remove(at(s, 0, intentOf("anna", 1))) }},
	{"an outcome of another attempt", "R2", outcome("anna", "accepted", func(x *entry.Outcome) { x.Attempt = 2 })},
	{"final without gone", "R2", func(s *story) {
		s.remove(at(s, 0, outcomeOf("berit", "gone")))
	}},
	{"gone after refused", "R2", func(s *story) {
		s.insert(at(s, 0, outcomeOf("carl", "refused")), entry.DutyOutcome, entry.Outcome{Duty: id("duty carl"), Attempt: 2, State: "gone", Reason: "ok", Reread: entry.Time(s.now)})
	}},
	{"a second outcome final", "R2", func(s *story) {
		i := at(s, 0, outcomeOf("berit", "final"))
		s.insert(i, entry.DutyOutcome, s.entries[i].Body)
	}},
	{"a batch that was not frozen", "R3", intent("anna", 1, func(x *entry.Intent) { x.Authority = entry.Digest([]byte("none")) })},
	{"a batch that nobody approved", "R3", func(s *story) {
		s.remove(at(s, 0, any1[entry.Approved]))
		s.remove(at(s, 0, any1[entry.Approved]))
	}},
	{"an approval that has expired", "R3", func(s *story) {
		edit(s, at(s, 0, any1[entry.Approved]), func(x *entry.Approved) { x.Expires = entry.Time(s.entries[0].At) })
	}},
	{"a batch that was refused", "R3", func(s *story) {
		i := at(s, 1, any1[entry.Approved])
		s.insert(i, entry.BatchRefused, s.entries[i].Body)
	}},
	{"a duty that is not in its batch", "R3", func(s *story) {
		b := s.entries[at(s, 0, any1[entry.Frozen])].Body.(entry.Frozen).Batch
		edit(s, at(s, 0, intentOf("frida", 1)), func(x *entry.Intent) { x.Authority = b })
	}},
	{"a batch whose duties are others", "R3", func(s *story) {
		for d := range s.batches {
			s.batches[d] = append(s.batches[d], id("duty frida"))
			slices.Sort(s.batches[d])
		}
	}},
	{"a batch of more duties than were shown", "R3", func(s *story) {
		edit(s, at(s, 0, any1[entry.Frozen]), func(x *entry.Frozen) { x.Duties = 1 })
	}},
	{"a decision that is not known", "R4", intent("anna", 1, func(x *entry.Intent) { x.Decision = id("none") })},
	{"a decision of another person", "R4", intent("anna", 1, func(x *entry.Intent) { x.Decision = id("decision berit") })},
	{"a verb that was not demanded", "R4", intent("berit", 1, func(x *entry.Intent) { x.Verb, x.Extent, x.Ground = "delete", "", "request" })},
	{"a processor that was not demanded", "R4", intent("anna", 1, func(x *entry.Intent) { x.Processor = "salesforce" })},
	{"another record than the duty's", "R4", intent("anna", 1, func(x *entry.Intent) { x.Contact = who("contact berit") })},
	{"a decision by another revision", "R4", func(s *story) {
		edit(s, at(s, 0, func(x entry.Decision) bool { return x.ID == id("decision anna") }), func(x *entry.Decision) { x.Revision = hexID("old", 64) })
	}},
	{"a cycle of a revision that is not active", "R4", func(s *story) {
		edit(s, at(s, 0, any1[entry.PolicyWasActivated]), func(x *entry.PolicyWasActivated) { x.Revision = hexID("other", 64) })
	}},
	{"a newer decision demands nothing", "R4", func(s *story) {
		i := at(s, 0, intentOf("anna", 1))
		d := s.entries[at(s, 0, func(x entry.Decision) bool { return x.ID == id("decision anna") })].Body.(entry.Decision)
		d.ID, d.Verdict, d.Demands = id("newer"), "keep", []string{}
		s.insert(i-1, entry.DecisionMade, d)
	}},
	{"a hold that the decision didn't know", "R5", intent("anna", 1, func(x *entry.Intent) { x.Holds = 0 })},
	{"a deletion under a hold", "R5", func(s *story) {
		edit(s, at(s, 0, any1[entry.HoldWasAdded]), func(x *entry.HoldWasAdded) { x.Person, x.Aka = who("anna"), aka("anna") })
	}},
	{"a deletion under a hold on an alias that the intent leaves out", "R5", func(s *story) {
		edit(s, at(s, 0, any1[entry.HoldWasAdded]), func(x *entry.HoldWasAdded) {
			x.Person, x.Aka = who("mail anna"), []string{who("mail anna")}
		})
		edit(s, at(s, 0, intentOf("anna", 1)), func(x *entry.Intent) { x.Aka = []string{who("anna")} })
	}},
	{"a write in observe mode", "R6", func(s *story) {
		edit(s, startOf("routine")(s), func(x *entry.Started) { x.Mode = "observe" })
	}},
	{"a write outside a cycle", "R6", func(s *story) { s.entries[at(s, 0, intentOf("anna", 1))].Cycle = "" }},
	{"a write in a cycle that has ended", "R6", func(s *story) { s.entries[at(s, 0, intentOf("anna", 1))].Cycle = id("watching") }},
	{"a write while paused", "R6", func(s *story) {
		s.insert(startOf("routine")(s), entry.WritesPaused, entry.Paused{Cause: "by-hand"})
	}},
	{"a record re-read too long ago", "R7", func(s *story) {
		i := at(s, 0, intentOf("anna", 1))
		edit(s, i, func(x *entry.Intent) { x.Refreshed = entry.Time(s.entries[i].At.Add(-61 * time.Second)) })
	}},
	{"a record re-read after the intent", "R7", func(s *story) {
		i := at(s, 0, intentOf("anna", 1))
		edit(s, i, func(x *entry.Intent) { x.Refreshed = entry.Time(s.entries[i].At.Add(time.Second)) })
	}},
	{"a source that was not read", "R8", func(s *story) { s.remove(startOf("routine")(s) + 2) }},
	{"a source that was read in part", "R8", func(s *story) {
		edit(s, startOf("routine")(s)+1, func(x *entry.SourceWasRead) { x.Whole = false })
	}},
	{"a source that was stale", "R8", func(s *story) {
		edit(s, startOf("routine")(s)+1, func(x *entry.SourceWasRead) { x.StalenessS = 86401 })
	}},
	{"gone without a re-read", "R9", outcome("anna", "gone", func(x *entry.Outcome) { x.Reread = entry.NotReread })},
	{"gone by a re-read before the write", "R9", outcome("anna", "gone", func(x *entry.Outcome) { x.Reread = "2026-05-04T09:00:00.000Z" })},
	{"final before the horizon", "R9", outcome("anna", "accepted", func(x *entry.Outcome) { x.RestorableUntil = "2027-01-01T00:00:00.000Z" })},
	{"an attempt while one is open", "R10", func(s *story) { s.remove(at(s, 0, outcomeOf("carl", "failed"))) }},
	{"an attempt after unknown", "R10", func(s *story) {
		i := at(s, 0, outcomeOf("carl", "unknown"))
		x := s.entries[at(s, 0, intentOf("carl", 3))].Body.(entry.Intent)
		x.Attempt, x.Refreshed = 4, entry.Time(s.entries[i].At)
		s.insert(i, entry.DutyIntent, x)
	}},
	{"an attempt after gone", "R10", func(s *story) {
		i := at(s, 0, outcomeOf("anna", "gone"))
		x := s.entries[at(s, 0, intentOf("anna", 1))].Body.(entry.Intent)
		x.Attempt, x.Refreshed = 2, entry.Time(s.entries[i].At)
		s.insert(i, entry.DutyIntent, x)
	}},
	{"an attempt after final", "R10", func(s *story) {
		i := at(s, 0, outcomeOf("berit", "final"))
		x := s.entries[at(s, 0, intentOf("berit", 1))].Body.(entry.Intent)
		x.Attempt, x.Refreshed = 2, entry.Time(s.entries[i].At)
		s.insert(i, entry.DutyIntent, x)
	}},
	{"an attempt is left out", "R10", intent("carl", 2, func(x *entry.Intent) { x.Attempt = 3 })},
	{"a duty that was never opened", "R10", func(s *story) {
		s.remove(at(s, 0, func(x entry.Opened) bool { return x.Duty == id("duty anna") }))
	}},
	{"a verb that widens a permission", "R11", intent("berit", 1, func(x *entry.Intent) { x.Verb = "subscribe" })},
	{"a decision that demands to subscribe", "R11", func(s *story) {
		edit(s, at(s, 0, any1[entry.Decision]), func(x *entry.Decision) { x.Demands = append(x.Demands, "subscribe.hubspot.email") })
	}},
	{"the daemon approves", "R12", func(s *story) { s.entries[at(s, 0, any1[entry.Approved])].By = entry.Daemon }},
	{"an auditor approves", "R12", func(s *story) { s.entries[at(s, 0, any1[entry.Approved])].By.Role = "auditor" }},
	{"one person approves what needs two", "R12", func(s *story) { s.remove(at(s, 1, any1[entry.Approved])) }},
	{"one person approves twice", "R12", func(s *story) {
		s.entries[at(s, 1, any1[entry.Approved])].By = s.entries[at(s, 0, any1[entry.Approved])].By
	}},
	{"the revision's author approves", "R12", func(s *story) { s.entries[at(s, 0, any1[entry.Approved])].By = admin("kari") }},
	{"an approval of a batch that was not frozen", "R12", func(s *story) { s.remove(at(s, 0, any1[entry.Frozen])) }},
	{"more persons in a day than the limit", "R13", func(s *story) {
		for i := range s.entries {
			if x, ok := s.entries[i].Body.(entry.Proposed); ok {
				x.Population = 50 // 1% of them is one
				s.entries[i].Body = x
			}
		}
	}},
	{"a count of outcomes that the log contradicts", "R13", func(s *story) {
		edit(s, at(s, 1, any1[entry.Finished]), func(x *entry.Finished) { x.Outcomes["gone"] = 1 })
	}},
	{"outcomes that are not counted", "R13", func(s *story) {
		edit(s, at(s, 1, any1[entry.Finished]), func(x *entry.Finished) { x.Outcomes = map[string]int{} })
	}},
	{"a policy that is not its revision", "R13", func(s *story) {
		s.policies[s.revision] = append(slices.Clone(s.policies[s.revision]), '\n')
	}},
	{"a finding is resolved that was not open", "R14", func(s *story) { s.remove(at(s, 0, any1[entry.FindingWasOpened])) }},
	{"a request is answered that was not received", "R14", func(s *story) { s.remove(at(s, 0, any1[entry.RequestWasReceived])) }},
	{"a hold is released twice", "R14", func(s *story) {
		i := at(s, 0, any1[entry.HoldWasReleased])
		s.insert(i, entry.HoldReleased, s.entries[i].Body)
	}},
}

func TestBrokenStoriesAreNamedByTheirRule(t *testing.T) {
	for _, c := range brokenStories {
		t.Run(c.title, func(t *testing.T) {
			s := honest(t)
			c.edit(s)
			named(t, check(t, s, s.build(), verify.Options{}), c.code)
		})
	}
}

// named tells whether a report finds a log broken, and by this rule.
func named(t *testing.T, r verify.Report, code string) {
	t.Helper()
	if r.OK || !slices.ContainsFunc(r.Problems, func(p verify.Problem) bool { return p.Code == code }) {
		t.Errorf("want a problem %s, got ok %v and %+v", code, r.OK, r.Problems)
	}
}

// broken media, made without the key or by showing an older truth. The last
// column is what the verifier is given beside the log's key.
var brokenMedia = []struct {
	title  string
	code   string
	tamper func(s *story, m *memory, o *verify.Options)
}{
	{"a byte of an entry", "S1", func(_ *story, m *memory, _ *verify.Options) {
		m.entries[7] = bytes.Replace(m.entries[7], []byte("1000"), []byte("1001"), 1)
	}},
	{"two entries swapped", "S1", func(_ *story, m *memory, _ *verify.Options) {
		m.entries[20], m.entries[21] = m.entries[21], m.entries[20]
	}},
	{"an entry removed", "S1", func(_ *story, m *memory, _ *verify.Options) { m.entries = slices.Delete(m.entries, 40, 41) }},
	{"the tail cut off", "S1", func(_ *story, m *memory, _ *verify.Options) { m.entries = m.entries[:50] }},
	{"a hash of a tile", "S1", func(_ *story, m *memory, _ *verify.Options) {
		for _, b := range m.tiles {
			b[33] ^= 1
		}
	}},
	{"a tile that is too short", "S1", func(_ *story, m *memory, _ *verify.Options) {
		for k := range m.tiles {
			m.tiles[k] = m.tiles[k][:40]
		}
	}},
	{"a checkpoint by another key", "S1", func(s *story, m *memory, _ *verify.Options) {
		skey, _ := newKey(s.t, origin)
		m.checkpoint = signNote(s.t, skey, origin, int64(len(m.entries)), treeOf(s.t, m.entries))
	}},
	{"a checkpoint whose signature is not by its key", "S1", func(_ *story, m *memory, _ *verify.Options) {
		m.checkpoint = bytes.Replace(m.checkpoint, []byte("\n106\n"), []byte("\n105\n"), 1)
	}},
	{"a checkpoint that is none", "S1", func(_ *story, m *memory, _ *verify.Options) { m.checkpoint = []byte("hello\n") }},
	{"a checkpoint with an extension", "S1", func(s *story, m *memory, _ *verify.Options) {
		signer, _ := note.NewSigner(s.skey)
		text, _, _ := strings.Cut(string(m.checkpoint), "\n\n")
		m.checkpoint, _ = note.Sign(&note.Note{Text: text + "\nmore\n"}, signer)
	}},
	{"a checkpoint of another root, signed", "S1", func(s *story, m *memory, _ *verify.Options) {
		m.checkpoint = signNote(s.t, s.skey, origin, int64(len(m.entries)), treeOf(s.t, m.entries[:9]))
	}},
	{"another log's checkpoint, signed by our key", "S1", func(s *story, m *memory, _ *verify.Options) {
		m.checkpoint = signNote(s.t, s.skey, "other.example/1", int64(len(m.entries)), treeOf(s.t, m.entries))
	}},
	{"the tail cut off and signed, against a pin", "S4", func(s *story, m *memory, o *verify.Options) {
		o.Pins = [][]byte{m.checkpoint}
		short := *s
		short.entries = s.entries[:60]
		*m = *short.build()
	}},
	{"rewritten and signed, against a pin", "S4", func(s *story, m *memory, o *verify.Options) {
		o.Pins = [][]byte{m.checkpoint}
		edit(s, at(s, 0, intentOf("anna", 1)), func(x *entry.Intent) { x.Before = commit("another") })
		*m = *s.build()
	}},
	{"an old checkpoint shown as the newest", "S4", func(_ *story, m *memory, _ *verify.Options) {
		m.checkpoint = m.checkpoints[0]
		m.entries = m.entries[:10]
	}},
	{"a stored checkpoint of another tree", "S4", func(s *story, m *memory, _ *verify.Options) {
		m.checkpoints = append(m.checkpoints, signNote(s.t, s.skey, origin, 20, treeOf(s.t, m.entries[:19])))
	}},
	{"a stored checkpoint by another key", "S4", func(s *story, m *memory, _ *verify.Options) {
		skey, _ := newKey(s.t, origin)
		m.checkpoints[0] = signNote(s.t, skey, origin, 10, treeOf(s.t, m.entries[:10]))
	}},
	{"a pin by another key", "S4", func(s *story, m *memory, o *verify.Options) {
		skey, _ := newKey(s.t, origin)
		o.Pins = [][]byte{signNote(s.t, skey, origin, 10, treeOf(s.t, m.entries[:10]))}
	}},
	{"a pin of another log", "S4", func(s *story, m *memory, o *verify.Options) {
		o.Pins = [][]byte{signNote(s.t, s.skey, "other.example/1", 10, treeOf(s.t, m.entries[:10]))}
	}},
	{"a pin that is none", "S4", func(_ *story, _ *memory, o *verify.Options) { o.Pins = [][]byte{nil} }},
	{"no witness where one is demanded", "S4", func(_ *story, _ *memory, o *verify.Options) { o.Quorum = 1 }},
	{"evidence that is not what was committed to", "R15", func(_ *story, m *memory, o *verify.Options) {
		m.evidence[commit("before anna")], o.Evidence = []byte(`{"a":1}`), true
	}},
}

func TestBrokenMediaAreNamedByTheirRule(t *testing.T) {
	for _, c := range brokenMedia {
		t.Run(c.title, func(t *testing.T) {
			s := honest(t)
			m := s.build()
			var o verify.Options
			c.tamper(s, m, &o)
			named(t, check(t, s, m, o), c.code)
		})
	}
}

// Without the key that the auditor has, even a perfect log is none.
func TestAnotherKeyIsRefused(t *testing.T) {
	s := honest(t)
	m := s.build()
	_, s.vkey = newKey(t, origin)
	r := check(t, s, m, verify.Options{})
	named(t, r, "S1")
	named(t, r, "S3")
}
