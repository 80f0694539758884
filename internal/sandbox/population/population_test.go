package population

import (
	"encoding/json"
	"fmt"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/lapsed/lapsed/internal/sandbox/hubspot"
	"github.com/lapsed/lapsed/internal/sandbox/kit"
	"github.com/lapsed/lapsed/internal/sandbox/salesforce"
)

var start = time.Date(2026, 11, 24, 9, 0, 0, 0, time.UTC)

// world is a population and where it lives.
type world struct {
	Truth
	sf *salesforce.Org
	hs *hubspot.Portal
}

// fataler is a test of either kind.
type fataler interface {
	Helper()
	Fatalf(string, ...any)
}

func build(t fataler, people int, seed uint64, now time.Time) world {
	t.Helper()
	stage := kit.NewStage(now)
	defer stage.Clock.Hold()()
	w := world{
		sf: salesforce.New(salesforce.Options{Stage: stage, Seed: seed, Consent: true}),
		hs: hubspot.New(hubspot.Options{Stage: stage, Seed: seed}),
	}
	truth, err := Build(Options{People: people, Seed: seed, Now: now}, w.sf, w.hs)
	if err != nil {
		t.Fatalf("build: %v", err)
	}
	w.Truth = truth
	return w
}

// record is what a processor holds of a record, as bytes.
func (w world) record(r Record) string {
	var v any
	state := ""
	if r.Processor == "hubspot" {
		v, state = w.hs.Get(r.ID)
	} else {
		v, state = w.sf.Get(r.Object, r.ID)
	}
	b, err := json.Marshal(v)
	return fmt.Sprint(state, string(b), err)
}

func TestSameSeedAndInstantGiveTheSameBytes(t *testing.T) {
	a, b, other := build(t, 500, 3, start), build(t, 500, 3, start), build(t, 500, 4, start)
	one, _ := json.Marshal(a.Truth)
	two, _ := json.Marshal(b.Truth)
	three, _ := json.Marshal(other.Truth)
	if string(one) != string(two) {
		t.Error("the same options gave other fates")
	}
	if string(one) == string(three) {
		t.Error("another seed gave the same people")
	}
	for i, p := range a.People {
		for j, r := range p.Records {
			if x, y := a.record(r), b.record(b.People[i].Records[j]); x != y {
				t.Fatalf("%s: the same options gave other records:\n%s\n%s", p.Recipe, x, y)
			}
		}
	}
}

func TestEveryRecipeIsThereAtFiveHundred(t *testing.T) {
	w := build(t, 500, 1, start)
	if len(w.People) != 500 {
		t.Errorf("%d people", len(w.People))
	}
	seen := map[string]int{}
	for i, p := range w.People {
		seen[p.Recipe]++
		if p.ID != fmt.Sprintf("p-%04d", i+1) || p.Why == "" || len(p.Records) == 0 {
			t.Errorf("person %d is incomplete: %+v", i, p)
		}
	}
	names := map[string]bool{}
	for _, r := range recipes() {
		if seen[r.name] != r.share || names[r.name] {
			t.Errorf("%s: %d of %d people", r.name, seen[r.name], r.share)
		}
		names[r.name] = true
	}
	covered := map[int]bool{}
	for _, r := range recipes() {
		covered[r.row] = true
	}
	for _, row := range []int{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 16, 17, 18, 19, 20, 21, 22, 25, 26, 29, 30, 31, 32, 33, 34, 35, 39, 41, 49, 51, 52, 53} {
		if !covered[row] {
			t.Errorf("row %d of the cases has no recipe", row)
		}
	}
}

func TestSharesAreConstant(t *testing.T) {
	for _, n := range []int{1, 7, 60, 499, 500, 501, 2750} {
		w := build(t, n, 5, start)
		count := map[string]int{}
		for _, p := range w.People {
			count[p.Recipe]++
		}
		if len(w.People) != n {
			t.Errorf("%d people instead of %d", len(w.People), n)
		}
		if minors := count["minor"] + count["minor-in-hubspot"] + count["minor-beside-placeholder"]; minors > 3*(n/500+1) {
			t.Errorf("%d minors in %d people", minors, n)
		}
		if want := 40 * n / 500; n >= 60 && (count["lapsed-subscriber"] > want || count["lapsed-subscriber"] < want-1) {
			t.Errorf("%d lapsed subscribers in %d people", count["lapsed-subscriber"], n)
		}
	}
}

// Why somebody goes or stays for another reason than two years since the last act.
var otherReasons = []string{
	"minor", "minor-in-hubspot", "minor-beside-placeholder", "no-basis", "no-basis-in-salesforce", "no-basis-topic-by-topic", "job-applicant",
	"future-date", "cluster", "platform-user", "colleague",
}

// The one clock: who goes for lapsing has lapsed by then, and who stays will not
// lapse within 150 days, at whatever instant the population is made.
func TestFatesAgreeWithTheLastAct(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		now := time.Unix(rapid.Int64Range(1_700_000_000, 1_900_000_000).Draw(t, "now"), 0)
		if rapid.Bool().Draw(t, "edge") {
			now = rapid.SampledFrom([]time.Time{
				time.Date(2028, 2, 29, 12, 0, 0, 0, time.UTC), time.Date(2026, 2, 28, 23, 30, 0, 0, time.UTC), time.Date(2026, 12, 31, 23, 45, 0, 0, time.UTC),
				time.Date(2026, 3, 29, 0, 30, 0, 0, time.UTC), time.Date(2024, 3, 9, 22, 0, 1, 0, time.UTC), time.Date(2026, 10, 25, 1, 0, 0, 0, time.UTC), time.Date(2027, 3, 1, 0, 0, 0, 0, time.UTC),
			}).Draw(t, "instant")
		}
		w := build(t, 500, rapid.Uint64().Draw(t, "seed"), now)
		zone, err := time.LoadLocation(w.Zone)
		if err != nil {
			t.Fatalf("zone: %v", err)
		}
		for _, p := range w.People {
			last, err := time.Parse(time.DateOnly, p.Last)
			if err != nil {
				t.Fatalf("%s: %v", p.Recipe, err)
			}
			for _, r := range p.Records {
				checkClock(t, w, p, r, last, zone)
			}
		}
	})
}

func checkClock(t *rapid.T, w world, p Person, r Record, last time.Time, zone *time.Location) {
	if slices.Contains(otherReasons, p.Recipe) {
		return
	}
	gone := r.Fate != Kept
	end := time.Date(last.Year()+2, last.Month(), last.Day(), 0, 0, 0, 0, zone)
	switch today := dayOf(w.Now, zone); {
	case gone && r.From.Before(end.AddDate(0, 0, 29)):
		t.Fatalf("%s goes on %v, its two years end on %v", p.Recipe, r.From, end)
	case gone && r.From.Before(w.Now.In(zone).AddDate(0, 0, 30)): // by the calendar: a day may have 23 hours
		t.Fatalf("%s goes on %v without its grace", p.Recipe, r.From)
	case !gone && end.Before(today.AddDate(0, 0, horizon)):
		t.Fatalf("%s stays, and lapses on %v", p.Recipe, end)
	case r.From.In(zone).Hour() != 0 && gone:
		t.Fatalf("%s goes at %v, not at the start of a day", p.Recipe, r.From)
	}
}

// The days that the rules name, written out.
func TestDays(t *testing.T) {
	day := func(s string) time.Time {
		d, err := time.Parse(time.DateOnly, s)
		if err != nil {
			t.Fatal(err)
		}
		return d
	}
	for last, lapses := range map[string]string{
		"2024-02-29": "2026-03-01", // row 17
		"2024-11-24": "2026-11-25", // row 18: kept on the day itself
		"2024-11-23": "2026-11-24",
		"2026-02-28": "2028-02-29",
	} {
		if got := lapsesOn(day(last)); !got.Equal(day(lapses)) {
			t.Errorf("last act %s lapses on %v, not %s", last, got, lapses)
		}
	}
	if got := dueOn(day("2026-11-24")); !got.Equal(day("2026-12-25")) {
		t.Errorf("grace from 2026-11-24 is over on %v", got)
	}
}

func TestNobodyHasAnAddressThatCouldExist(t *testing.T) {
	w := build(t, 500, 2, start)
	for _, p := range w.People {
		for _, r := range p.Records {
			for word := range strings.FieldsFuncSeq(w.record(r), func(c rune) bool { return strings.ContainsRune(`";,: `, c) }) {
				_, domain, isAddress := strings.Cut(word, "@")
				known := strings.HasSuffix(domain, ".example") || slices.ContainsFunc(privateDomains, func(d string) bool { return domain == d || strings.HasSuffix(domain, "."+d) })
				if isAddress && !known {
					t.Errorf("%s: address at %s", p.Recipe, domain)
				}
			}
		}
	}
}

func TestOptionsThatMakeNoSense(t *testing.T) {
	for _, o := range []Options{{People: -1, Now: start}, {People: MaxPeople + 1, Now: start}, {People: 5}} {
		if _, err := Build(o, nil, nil); err == nil {
			t.Errorf("%+v was taken", o)
		}
	}
}

// 100,000 people (10,000 with -short): what a person costs in memory, and, for
// people to read, how long seeding takes.
func TestLargePopulation(t *testing.T) {
	n := 100_000
	if testing.Short() {
		n = 10_000
	}
	before, began := heap(), time.Now()
	w := build(t, n, 9, start)
	took := time.Since(began)
	records := 0
	for _, p := range w.People {
		records += len(p.Records)
	}
	each := (heap() - before) / int64(n)
	t.Logf("%d people, %d records: %v, %d bytes a person", n, records, took.Round(time.Millisecond), each)
	if each > 4<<10 {
		t.Errorf("a person costs %d bytes", each)
	}
	runtime.KeepAlive(w)
}

func heap() int64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}
