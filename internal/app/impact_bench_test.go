package app

import (
	"runtime"
	"runtime/debug"
	"syscall"
	"testing"
	"time"

	"github.com/lapsed/lapsed/internal/store"
	"github.com/lapsed/lapsed/policy"
)

// stocked is an installation whose state holds observations that nobody read:
// two records a person, at both processors, as the reference policy would see them.
// go test ./internal/app -run '^$' -bench 'Impact|Forecast' -herd 1000000 -benchtime 1x
func stocked(b *testing.B, n int) *App {
	w := newWorld(b, "observe")
	w.silent = true
	a, err := Open(b.Context(), Options{Config: w.config, Build: "test", Clock: func() time.Time { return now }})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = a.Close() })
	today, at := int(a.Policy.Today(now)), now.UnixMilli()
	err = a.Store.Write(b.Context(), func(tx *store.Tx) error {
		for _, s := range []struct {
			sql  string
			args []any
		}{
			{`WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < $1)
				INSERT INTO observation (id, processor, object, record, person, generation, read_at, name, facts)
				SELECT i, CASE WHEN i % 2 THEN 'hubspot' ELSE 'salesforce' END, CASE WHEN i % 2 THEN 'contact' ELSE 'Contact' END, 'r' || i, i - 1 + i % 2, 1, $2, zeroblob(16),
				printf('{"m":true,"c":%d,"g":[{"r":0,"d":%d},{"r":%d,"d":%d},{"r":8,"d":%d,"o":true}],"h":[%d],"t":[0,2],"p":[{"t":[0,2],"a":%d,"f":2}],"d":23}',
					$3 - 800 - i % 400, $3 - (i / 2 * 7919) % 1100, 1 + i % 5, $3 - (i / 2 * 104729) % 1300, $3 + (i / 2) % 30 - 790, i / 2 % 11, ($3 - 900 - i / 2 % 200) * 86400)
				FROM n`, []any{n, at, today}},
			{`INSERT INTO identifier (key, observation, alone, email, public)
				SELECT unhex(printf('%08x%024x', person * 2654435761 % 4294967296, person)), id, 0, 1, 'p:' || person FROM observation`, nil},
		} {
			if _, err := tx.Exec(s.sql, s.args...); err != nil {
				return err
			}
		}
		for _, name := range []string{"hubspot", "salesforce"} {
			if err := tx.PutSource(store.SourceState{Processor: name, Generation: 1, ReadAt: now, Whole: true, WholeAt: now, Wholes: 1, FirstAt: now, Contacts: n / 2, Signature: a.Policy.Signature}); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		b.Fatal(err)
	}
	return a
}

// used is the processor time of this process, in seconds over all cores, and the
// most memory that it has had, in MB. On a busy machine they tell more than a clock.
func used(b *testing.B) (cpu, peak float64) {
	var r syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &r); err != nil {
		b.Fatal(err)
	}
	return float64(r.Utime.Nano()+r.Stime.Nano()) / 1e9, float64(r.Maxrss) / 1024
}

// measured does something b.N times as a program does it, with its collector's pace.
func measured(b *testing.B, do func()) {
	was := debug.SetGCPercent(100)
	defer debug.SetGCPercent(was)
	runtime.GC()
	before, _ := used(b)
	for b.Loop() {
		do()
	}
	after, peak := used(b)
	b.ReportMetric((after-before)/float64(b.N), "CPU-s/op")
	b.ReportMetric(peak, "MB-peak")
}

// BenchmarkImpact counts what a shorter period would change for all.
func BenchmarkImpact(b *testing.B) {
	a := stocked(b, *herdSize)
	p := next(b, a, "period: 2y ", "period: 18mo ")
	measured(b, func() {
		i, err := a.Impact(b.Context(), p)
		if err != nil || !i.Exact || i.Persons != *herdSize/2 || i.Newly[policy.Delete] == 0 || i.Newly[policy.Delete] == i.Persons {
			b.Fatalf("%v %+v", err, i)
		}
	})
}

// BenchmarkForecast looks a year ahead for all.
func BenchmarkForecast(b *testing.B) {
	a := stocked(b, *herdSize)
	measured(b, func() {
		f, err := a.Forecast(b.Context(), 52)
		if err != nil || !f.Exact || f.Persons != *herdSize/2 || f.Weeks[10].Persons == 0 {
			b.Fatalf("%v %+v", err, f)
		}
	})
}
