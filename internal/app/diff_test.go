package app

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/lapsed/lapsed/internal/sandbox/kit"
	"github.com/lapsed/lapsed/policy"
)

// edited is the reference policy with some texts changed, as a file.
func edited(t *testing.T, pairs ...string) string {
	t.Helper()
	text := string(policy.Reference)
	for i := 0; i < len(pairs); i += 2 {
		if strings.Count(text, pairs[i]) != 1 {
			t.Fatalf("%q occurs %d times in the reference policy", pairs[i], strings.Count(text, pairs[i]))
		}
		text = strings.Replace(text, pairs[i], pairs[i+1], 1)
	}
	path := filepath.Join(t.TempDir(), "policy.yaml")
	write(t, path, text)
	return path
}

const visits = "      - date: [hubspot.hs_sales_email_last_replied, hubspot.hs_analytics_last_visit_timestamp]\n"

// Without people a diff needs no installation, and tells when one label would
// stand for two notices.
func TestDiffFiles(t *testing.T) {
	d, err := DiffFiles(edited(t), edited(t, "period: 2y ", "period: 1y "), "")
	if err != nil || len(d.Changes) != 1 || d.Changes[0].Deletable != policy.More || !d.SameLabel || d.Impact != nil {
		t.Errorf("%v %+v", err, d)
	}
	d, err = DiffFiles(edited(t), edited(t, "period: 2y ", "period: 1y ", `version: "2020-05-04"`, `version: "2026-12-01"`), "")
	if err != nil || len(d.Changes) != 2 || d.SameLabel {
		t.Errorf("%v %+v", err, d)
	}
	var text, md bytes.Buffer
	d.Text(&text)
	d.Markdown(&md)
	if !strings.Contains(text.String(), "retention period was 2 years, is 1 year\n     → more people deletable") ||
		!strings.Contains(md.String(), "| C5 | retention period was 2 years, is 1 year | more people deletable |") {
		t.Errorf("%s\n%s", text.String(), md.String())
	}
	if _, err := DiffFiles(edited(t), filepath.Join(t.TempDir(), "none.yaml"), ""); ExitCode(err) != Usage {
		t.Errorf("a missing file: %v", err)
	}
}

// A signal that goes can't be counted from what is kept, and can by reading anew:
// the number is exact, and the installation's state is what it was.
func TestDiffReadsAnew(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir())
	w := newWorld(t, "observe")
	w.crowd(2)
	w.both("old")
	id := w.lapsed("visitor", now.AddDate(-3, 0, 0)) // kept by a visit alone
	w.hs.Set(id, map[string]string{"hs_analytics_last_visit_timestamp": fmt.Sprint(now.AddDate(0, -2, 0).UnixMilli())})
	w.run(t)
	from, to := edited(t), edited(t, visits, "")
	w.with(t, func(a *App) {
		kept, err := a.Diff(context.Background(), from, to, false)
		if err != nil || kept.Impact.Exact {
			t.Errorf("from what is kept: %v %+v", err, kept.Impact)
		}
		before := entriesIn(t, a)
		read, err := a.Diff(context.Background(), from, to, true)
		if err != nil {
			t.Fatal(err)
		}
		i := read.Impact
		if !i.Exact || i.Persons != 4 || i.Number() != 1 || i.Newly[policy.Delete] != 1 || len(i.Lines) != 1 || i.Lines[0].Sample[0] != "hubspot:contact:"+id {
			t.Errorf("read anew: %+v", i)
		}
		if after := entriesIn(t, a); after != before {
			t.Errorf("the log grew from %d to %d entries", before, after)
		}
		var md bytes.Buffer
		read.Markdown(&md)
		if !strings.Contains(md.String(), "something new would be done for **1**") || strings.Contains(md.String(), "@") {
			t.Error(md.String())
		}
	})
	if left, _ := filepath.Glob(filepath.Join(os.TempDir(), "lapsed-read-*")); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
}

func entriesIn(t *testing.T, a *App) int {
	t.Helper()
	es, err := a.List(context.Background(), ListFilter{})
	if err != nil {
		t.Fatal(err)
	}
	return len(es)
}

// A processor that can't be read leaves the number untold.
func TestDiffReadsAnewNotWhole(t *testing.T) {
	w := newWorld(t, "observe")
	w.both("old")
	w.run(t)
	w.stage.Faults.Arm(kit.Fault{Processor: "hubspot", Kind: "status", Status: 503})
	w.with(t, func(a *App) {
		d, err := a.Diff(context.Background(), edited(t), edited(t, visits, ""), true)
		if err != nil || d.Impact.Exact || !strings.Contains(d.Impact.Why, "hubspot") {
			t.Errorf("%v %+v", err, d.Impact)
		}
	})
}
