package document_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/lapsed/lapsed/internal/document"
)

func TestEverythingIsReadWithItsPlace(t *testing.T) {
	since := 1998
	want := shop{
		Pos: document.Pos{Line: 2, Col: 1}, Name: "NO", Open: true, Staff: 12, Sells: []string{"tea", "yes", "1.5", "a b"},
		Owner:  &owner{Pos: document.Pos{Line: 8, Col: 3}, Name: "Ada", Since: &since},
		Branch: []owner{{Pos: document.Pos{Line: 11, Col: 5}, Name: "null"}, {Pos: document.Pos{Line: 12, Col: 5}, Name: "Bø"}},
		Prices: document.Map[price]{
			{Name: "tea", Pos: document.Pos{Line: 14, Col: 3}, Value: price{Pence: 120}},
			{Name: "4711", Pos: document.Pos{Line: 15, Col: 3}, Value: price{Pence: 0, Until: &weekday{"Friday", document.Pos{Line: 15, Col: 29}}}},
		},
		Closed: weekday{"Sunday", document.Pos{Line: 19, Col: 9}}, Wraps: wrapping{"tea"},
		shared: shared{"one\ntwo\n"},
	}
	lines := []string{
		`# a shop`, `name: "NO"`, `open: true`, `staff: 12`, `sells: [tea, 'yes', 1.5,`, `  a b]`, `owner:`, `  name: Ada`, `  since: 1998`, `branches:`,
		`  - name: "null"`, `  - {name: Bø}`, `prices:`, `  tea: {pence: 120}`, `  "4711": {pence: 0, until: Friday}`,
		`note: |`, `  one`, `  two`, `closed: Sunday`, `wraps: [tea]`,
	}
	for name, text := range map[string]string{
		"LF": strings.Join(lines, "\n") + "\n", "CRLF": strings.Join(lines, "\r\n") + "\r\n", "no last break": strings.Join(lines, "\n"),
		"byte-order mark": "\ufeff" + strings.Join(lines, "\n"), "an end mark": strings.Join(lines, "\n") + "\n...\n",
	} {
		var got shop
		_, problems := document.Decode("shop.yaml", []byte(text), &got)
		if d := cmp.Diff(want, got, cmp.AllowUnexported(shop{}), cmpopts.EquateEmpty()); d != "" || len(problems) > 0 {
			t.Errorf("%s: %v\n%s", name, problems, d)
		}
	}
}

// Where a list is meant, a single value is its only entry.
func TestOneValueIsAListOfOne(t *testing.T) {
	var s shop
	_, problems := document.Decode("shop.yaml", []byte("name: Ada\nsells: tea\nbranches: {name: Bo}\nwraps: none\n"), &s)
	if len(problems) > 0 || len(s.Sells) != 1 || s.Sells[0] != "tea" || len(s.Branch) != 1 || s.Branch[0].Name != "Bo" || s.Wraps != nil {
		t.Errorf("%+v, %v", s, problems)
	}
}

func TestMapsKeepTheirOrder(t *testing.T) {
	var s shop
	_, problems := document.Decode("shop.yaml", []byte("name: Ada\nprices: {z: {pence: 1}, a: {pence: 2}, m: {pence: 3}}"), &s)
	if got := strings.Join(s.Prices.Names(), " "); got != "z a m" || len(problems) > 0 {
		t.Errorf("names %s, %v", got, problems)
	}
	if p, ok := s.Prices.Get("a"); !ok || p.Pence != 2 {
		t.Errorf("a costs %d, %v", p.Pence, ok)
	}
	if p, ok := s.Prices.Get("b"); ok || p.Pence != 0 {
		t.Errorf("b costs %d, %v", p.Pence, ok)
	}
}

// The mark stands under the character, whatever stands before it.
func TestMarkIsUnderTheCharacter(t *testing.T) {
	for line, col := range map[string]int{
		"name: NO": 7, "{note: 'Bøø', name: NO}": 21, "{note: \"日本\", name: NO}": 20, "{\tname: NO}": 9,
	} {
		var s shop
		_, problems := document.Decode("shop.yaml", []byte(line), &s)
		if len(problems) != 1 || problems[0].Column != col || problems[0].Excerpt != line {
			t.Errorf("%s: %v, want column %d", line, problems, col)
			continue
		}
		rows := strings.Split(problems[0].Long(), "\n")
		mark := []rune(strings.TrimPrefix(rows[2], "    "))
		if at := len(mark) - 1; at != col-1 || string([]rune(line)[at:at+2]) != "NO" {
			t.Errorf("the mark stands under %q:\n%s", string([]rune(line)[at:]), problems[0].Long())
		}
	}
}

// A long line, and what a terminal would take for a command, are cut.
func TestExcerptIsShortAndHarmless(t *testing.T) {
	src := document.NewSource("shop.yaml", []byte(strings.Repeat("ø", 150)+"\nname: \x1b[2Jx\ttab  \r\n"))
	if p := src.Problem(document.Pos{Line: 1, Col: 140}, "", "x"); p.Excerpt != strings.Repeat("ø", 100)+" …" || !strings.HasSuffix(p.Long(), "…\n    "+strings.Repeat(" ", 102)+"^") {
		t.Errorf("%d bytes: %q", len(p.Excerpt), p.Long())
	}
	if p := src.Problem(document.Pos{Line: 2, Col: 1}, "", "x"); p.Excerpt != "name: \uFFFD[2Jx\ttab" {
		t.Errorf("%q", p.Excerpt)
	}
	for _, pos := range []document.Pos{{}, {Line: 99, Col: 1}} {
		if p := src.Problem(pos, "", "x"); p.Excerpt != "" || strings.Contains(p.Long(), "\n") {
			t.Errorf("%v: %q", pos, p.Long())
		}
	}
}

func TestProblemsAreSortedAndSaidOnce(t *testing.T) {
	src := document.NewSource("f", []byte("a\nb\n"))
	at := func(line, col int, m string) document.Problem {
		return src.Problem(document.Pos{Line: line, Col: col}, "", "%s", m)
	}
	ps := document.Problems{at(2, 1, "d"), at(1, 2, "b"), at(1, 2, "b"), at(1, 2, "c"), at(1, 1, "a")}
	var got []string
	for _, p := range ps.Sorted() {
		got = append(got, p.Message)
	}
	if strings.Join(got, "") != "abcd" || ps[0].Message != "d" {
		t.Errorf("sorted: %q", got)
	}
	if document.Problems(nil).Err() != nil || ps.Err() == nil {
		t.Error("no problem is an error, or one is none")
	}
}

// The suggestion is for slips of the finger, not for other words.
func TestNearest(t *testing.T) {
	names := []string{"hubspot", "salesforce", "name", "period"}
	for s, want := range map[string]string{
		"hubsot": "hubspot", "salesforc": "salesforce", "nmae": "", "names": "name", "Period": "period", "x": "", "": "", strings.Repeat("p", 1000): "", "periodical": "",
	} {
		got := document.Nearest(s, names)
		if want != "" {
			want = ` (did you mean "` + want + `"?)`
		}
		if got != want {
			t.Errorf("%s: %q, want %q", s, got, want)
		}
	}
}
