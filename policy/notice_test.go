package policy_test

import (
	"strings"
	"testing"

	"github.com/lapsed/lapsed/policy"
)

// What the label and the dates say is no part of what the notice says; all else is.
func TestNoticeDigest(t *testing.T) {
	was := policy.NoticeDigest(policy.Reference)
	if len(was) != 64 {
		t.Fatalf("digest %q", was)
	}
	for _, c := range []struct {
		old, new string
		same     bool
	}{
		{`version: "2020-05-04"`, `version: "2026-01-01"`, true},
		{"effective: 2020-05-04", "effective: 2026-01-01", true},
		{`supersedes: "2018-09"`, `supersedes: "2020-05-04"`, true},
		{"review-by: 2027-05-04}\n    after-delete", "review-by: 2029-05-04}\n    after-delete", true},
		{"surge: 3x", "surge: 4x", true},
		{"period: 2y ", "period: 3y ", false},
		{"region: EU                             #", "region: US                             #", false},
		{"{kind: bcr, reference: Salesforce Processor BCR,", "{kind: scc, reference: Salesforce Processor BCR,", false},
		{"under: 18", "under: 16", false},
		{"answer-within: 1mo", "answer-within: 2mo", false},
		{"row: Published contact details", "row: Details that were published", false},
		{"permits: person-to-person\n", "permits: nothing\n", false},
		{"accounts: {law: Bokføringsloven § 13, period: 5y", "accounts: {law: Bokføringsloven § 13, period: 6y", false},
	} {
		if strings.Count(string(policy.Reference), c.old) != 1 {
			t.Fatalf("%q occurs %d times", c.old, strings.Count(string(policy.Reference), c.old))
		}
		got := policy.NoticeDigest([]byte(strings.Replace(string(policy.Reference), c.old, c.new, 1)))
		if got == "" || (got == was) != c.same {
			t.Errorf("%s → %s: same is %v (%q)", c.old, c.new, got == was, got)
		}
	}
	if got := policy.NoticeDigest([]byte("policy: x\n")); got != "" {
		t.Errorf("of no policy: %q", got)
	}
}

// The reference policy's notice, in both forms, is what people read: any change
// of it shows here.
func TestReferenceNotice(t *testing.T) {
	d, _, problems := policy.Parse("reference.yaml", policy.Reference)
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	page := d.Publish()
	var html strings.Builder
	if err := page.HTML(&html); err != nil {
		t.Fatal(err)
	}
	golden(t, "testdata/notice/reference.md", page.Markdown())
	golden(t, "testdata/notice/reference.html", html.String())
	for _, outside := range []string{"<script", "src=", "@import", "url(", "http:", "https:"} {
		if strings.Contains(html.String(), outside) {
			t.Errorf("the page is not self-contained: %s", outside)
		}
	}
}

// What a policy's author writes is text, and never markup.
func TestNoticeEscapes(t *testing.T) {
	text := strings.Replace(string(policy.Reference), "row: Published contact details", `row: "<b>a|b</b> [x](y) *z*"`, 1)
	d, _, problems := policy.Parse("x.yaml", []byte(text))
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	var html strings.Builder
	if err := d.Publish().HTML(&html); err != nil {
		t.Fatal(err)
	}
	if strings.Contains(html.String(), "<b>") || !strings.Contains(html.String(), "&lt;b&gt;a|b&lt;/b&gt;") {
		t.Error("the HTML takes it for markup")
	}
	if md := d.Publish().Markdown(); !strings.Contains(md, `| &lt;b&gt;a\|b&lt;/b&gt; \[x\](y) \*z\* |`) {
		t.Error("the Markdown takes it for markup")
	}
}

// No page, whatever it holds, is read beyond its ends, and comparing it twice
// gives the same.
func FuzzCompareNotice(f *testing.F) {
	d, _, problems := policy.Parse("reference.yaml", policy.Reference)
	if len(problems) > 0 {
		f.Fatal(problems)
	}
	f.Add(d.Publish().Markdown())
	f.Add("Salesforce (JP)\nBinding Corporate Rules\nunder the age of 16\n2-year period, twelve months\nAcme (US)")
	f.Add(" | | (US)\nPiwik | | \n- * # |")
	f.Fuzz(func(t *testing.T, page string) {
		a, b := d.CompareNotice(page), d.CompareNotice(page)
		if len(a) != len(b) {
			t.Fatalf("%v, and then %v", a, b)
		}
		for i := range a {
			if a[i] != b[i] || a[i].Words() == "" {
				t.Fatalf("%v, and then %v", a[i], b[i])
			}
		}
	})
}
