package document_test

import (
	"reflect"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"

	"github.com/lapsed/lapsed/internal/document"
)

// FuzzDecode reads anything into every kind of value: it never panics, says the
// same twice, and each problem is at a place that exists.
func FuzzDecode(f *testing.F) {
	arc, err := txtar.ParseFile("testdata/strict.txtar")
	if err != nil {
		f.Fatal(err)
	}
	for _, a := range arc.Files {
		if strings.HasSuffix(a.Name, ".yaml") {
			f.Add(a.Data)
		}
	}
	f.Add([]byte("name: Ada\nopen: true\nstaff: 3\nsells: [a]\nowner: {name: x, since: 1}\nprices: {a: {pence: 1, until: Sunday}}\nclosed: Sunday\nwraps: none\n"))
	f.Fuzz(func(t *testing.T, text []byte) {
		var one, two shop
		_, problems := document.Decode("f", text, &one)
		_, again := document.Decode("f", text, &two)
		if !reflect.DeepEqual(problems, again) || len(problems) == 0 && !reflect.DeepEqual(one, two) {
			t.Fatal("read twice, it is not the same")
		}
		lines := strings.Count(string(text), "\n") + 2 // what is missing at the end is said to be after it
		for _, p := range problems {
			if p.File != "f" || p.Message == "" || p.Line > lines || p.Line < 0 || (p.Line > 0) != (p.Column > 0) {
				t.Fatalf("a problem at no place: %+v of %d lines", p, lines)
			}
			_ = p.Long()
		}
		if len(problems) == 0 && one.Name == "" {
			t.Fatal("accepted without what must be there")
		}
	})
}
