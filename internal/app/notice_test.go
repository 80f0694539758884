package app

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/lapsed/lapsed/policy"
)

// site serves one page.
func site(t *testing.T, kind string, page []byte) string {
	t.Helper()
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/moved":
			http.Redirect(w, r, "/", http.StatusMovedPermanently)
		case "/huge":
			_, _ = w.Write(bytes.Repeat([]byte("x"), maxPage+1))
		case "/":
			w.Header().Set("Content-Type", kind)
			_, _ = w.Write(page)
		default:
			http.NotFound(w, r)
		}
	}))
	t.Cleanup(s.Close)
	return s.URL
}

// Our own notice, published in either form, agrees with the policy that it is of.
func TestOwnNoticeAgrees(t *testing.T) {
	page, err := PolicyFile{}.Notice()
	if err != nil {
		t.Fatal(err)
	}
	var html bytes.Buffer
	if err := page.HTML(&html); err != nil {
		t.Fatal(err)
	}
	md := filepath.Join(t.TempDir(), "notice.md")
	write(t, md, page.Markdown())
	for name, at := range map[string]string{"html": site(t, "text/html; charset=utf-8", html.Bytes()), "markdown": md} {
		c, err := PolicyFile{}.CheckNotice(context.Background(), at)
		if err != nil || c.Err() != nil {
			t.Errorf("%s: %v %+v", name, err, c.Differences)
		}
	}
}

// Each fact that a page states otherwise is found where it stands.
func TestPublishedPageThatDiffers(t *testing.T) {
	page, err := PolicyFile{}.Notice()
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if err := page.HTML(&b); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ old, new, about, kind, subject string }{
		{`<th scope="row">Piwik</th>`, `<th scope="row">Matomo</th>`, "processor", policy.LeftOut, "piwik"},
		{`<th scope="row">Piwik</th>`, `<th scope="row">Matomo</th>`, "processor", policy.Extra, "Matomo"},
		{`<td>Customer relations</td><td>United States (US)</td>`, `<td>Customer relations</td><td>Japan (JP)</td>`, "location", policy.Differs, "salesforce"},
		{`<td>Customer relations</td><td>United States (US)</td>`, `<td>Customer relations</td><td></td>`, "location", policy.LeftOut, "salesforce"},
		{`Binding corporate rules (`, `Privacy Shield (`, "safeguard", policy.Differs, "salesforce"},
		{`when for 2 years there`, `when for 30 months there`, "period", policy.Extra, "a period that the policy does not have"},
		{`<td>42 months after`, `<td>some time after`, "period", policy.LeftOut, "kept for agreements (Bokføringsloven § 13)"},
		{`of anybody under 18.`, `of anybody under 16.`, "age", policy.Differs, "minors"},
		{`of anybody under 18.`, `of children.`, "age", policy.LeftOut, "minors"},
		{`Version 2020-05-04, in force since 4 May 2020`, `Version 2018-09`, "version", policy.LeftOut, "version"},
		{`Write to privacy@controller.example with`, `Write to us with`, "", "", ""}, // it is told a second time
	} {
		text := strings.Replace(b.String(), c.old, c.new, 1)
		if text == b.String() {
			t.Fatalf("%q is not in the notice", c.old)
		}
		got, err := PolicyFile{}.CheckNotice(context.Background(), site(t, "text/html", []byte(text)))
		if err != nil {
			t.Fatal(err)
		}
		found := c.about == "" && len(got.Differences) == 0
		for _, d := range got.Differences {
			found = found || d.About == c.about && d.Kind == c.kind && d.Subject == c.subject
		}
		if !found || (got.Err() == nil) != (c.about == "") {
			t.Errorf("%s → %s: %+v", c.old, c.new, got.Differences)
		}
	}
}

// A page in another encoding is read, and scripts are no text of it.
func TestPageText(t *testing.T) {
	page := []byte("<html><head><meta charset=\"iso-8859-1\"><title>A</title><style>p{}</style></head><body><script>under 12</script><p>Bokf\xf8ring\n 2&nbsp;years</p>" +
		"<table><tr><th>Acme</th><td><p>EU</p></td></tr></table><p hidden>under 11</p></body></html>")
	got, err := pageText(context.Background(), site(t, "text/html", page))
	if want := "A\nBokføring 2 years\nAcme | EU"; err != nil || got != want {
		t.Errorf("%q %v, want %q", got, err, want)
	}
}

func TestPagesThatAreNotRead(t *testing.T) {
	url := site(t, "text/plain", []byte("x"))
	large := filepath.Join(t.TempDir(), "large")
	if err := os.WriteFile(large, bytes.Repeat([]byte("x"), maxPage+1), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		page  string
		usage bool
	}{
		{"http://controller.example/privacy", true}, {"ftp://127.0.0.1/x", true}, {"https://user:secret@controller.example/", true}, {"https://", true},
		{url + "/moved", true}, {url + "/nowhere", false}, {url + "/huge", false}, {large, true}, {filepath.Join(t.TempDir(), "none"), true},
	} {
		_, err := pageText(context.Background(), c.page)
		if err == nil || errors.Is(err, ErrUsage) != c.usage || strings.Contains(fmt.Sprint(err), "secret") {
			t.Errorf("%s: %v", c.page, err)
		}
	}
}
