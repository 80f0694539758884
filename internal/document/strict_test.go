package document_test

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"

	"github.com/lapsed/lapsed/internal/document"
)

var update = flag.Bool("update", false, "write what is said of each document into testdata")

// TestStrictness decodes the documents of testdata/strict.txtar: "RULE.yaml" is
// followed by "RULE.problems", what an author reads of it.
func TestStrictness(t *testing.T) {
	const path = "testdata/strict.txtar"
	arc, err := txtar.ParseFile(path)
	if err != nil {
		t.Fatal(err)
	}
	out := &txtar.Archive{Comment: arc.Comment}
	wants := map[string]string{}
	for _, f := range arc.Files {
		if name, ok := strings.CutSuffix(f.Name, ".problems"); ok {
			wants[name] = string(f.Data)
		}
	}
	for _, f := range arc.Files {
		name, ok := strings.CutSuffix(f.Name, ".yaml")
		if !ok {
			continue
		}
		var s shop
		_, problems := document.Decode("shop.yaml", f.Data, &s)
		got := problems.Error() + "\n"
		out.Files = append(out.Files, f, txtar.File{Name: name + ".problems", Data: []byte(got)})
		if want := wants[name]; got != want && !*update {
			t.Errorf("%s:\n%swant:\n%s", name, got, want)
		}
		if len(problems) == 0 {
			t.Errorf("%s is accepted", name)
		}
	}
	if *update {
		if err := os.WriteFile(path, txtar.Format(out), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// What a golden file can't hold.
func TestTextThatIsNoDocument(t *testing.T) {
	long := strings.Repeat("x", document.MaxBytes)
	for name, k := range map[string]struct{ text, want string }{
		"nothing":            {"", "shop.yaml:1:1: the file is empty"},
		"blank":              {" \n\n", "shop.yaml:1:1: the file is empty"},
		"comments":           {"# a\n# b\n", "shop.yaml:1:1: the file is empty"},
		"too large":          {"name: " + long, "shop.yaml: the file is larger than 1048576 bytes"},
		"Latin-1":            {"name: Ada\nnote: caf\xe9\n", "shop.yaml:2:1: the line is not valid UTF-8: save the file as UTF-8"},
		"UTF-16":             {"\xff\xfen\x00a\x00", "shop.yaml:1:1: the line is not valid UTF-8: save the file as UTF-8"},
		"half a character":   {"name: caf\xc3", "shop.yaml:1:1: the line is not valid UTF-8: save the file as UTF-8"},
		"NUL":                {"name: a\x00b", "shop.yaml:1:1: this is no valid YAML here or on the line before: control characters are not allowed"},
		"another line break": {"name: Ada\n# a\u2028open: true", "shop.yaml:2:1: the line holds a line break that editors don't show as one (U+000D, U+0085, U+2028 or U+2029): remove it, or save the file with ordinary ones"},
		"old Mac":            {"name: Ada\ropen: true", "shop.yaml:1:1: the line holds a line break that editors don't show as one (U+000D, U+0085, U+2028 or U+2029): remove it, or save the file with ordinary ones"},
	} {
		var s shop
		_, problems := document.Decode("shop.yaml", []byte(k.text), &s)
		if len(problems) != 1 || problems[0].String() != k.want {
			t.Errorf("%s: %v, want %s", name, problems, k.want)
		}
	}
}

// As large as may be is read.
func TestLargestDocument(t *testing.T) {
	text := "name: Ada\nnote: " + strings.Repeat("x", document.MaxBytes-len("name: Ada\nnote: "))
	var s shop
	if _, problems := document.Decode("shop.yaml", []byte(text), &s); len(problems) > 0 || len(s.Note) < document.MaxBytes-20 {
		t.Errorf("%d bytes: %v", len(text), problems)
	}
}

// However it is put together, a large document is refused or read, and what is
// said of it stays short enough to be read. The test's own deadline stands for a
// time that grows with the square.
func TestMonstersAreBounded(t *testing.T) {
	const size = document.MaxBytes / 4 // the whole takes a minute under the race detector
	fill := func(head, part, tail string) string {
		return head + strings.Repeat(part, (size-len(head)-len(tail))/len(part)) + tail
	}
	var indented, keys bytes.Buffer
	for i := range 1400 {
		fmt.Fprintf(&indented, "%s- \n", strings.Repeat(" ", i))
	}
	for i := 0; keys.Len() < size-20; i++ {
		fmt.Fprintf(&keys, "key%d: x\n", i)
	}
	for name, text := range map[string]string{
		"as many as fit":         "name: Ada\nsells: [" + strings.Repeat("x,", document.MaxBytes/2-20) + "]",
		"a hundred thousand ~":   fill("name: Ada\nsells: [", "~,", "]"),
		"a hundred thousand NO":  fill("name: Ada\nsells: [", "NO,", "]"),
		"anchors":                fill("name: Ada\nsells: [", "&a x,", "]"),
		"aliases":                fill("name: &a Ada\nsells: [", "*a,", "]"),
		"lines":                  fill("name: Ada\nsells:\n", "- ~\n", ""),
		"keys":                   keys.String(),
		"the same key":           fill("name: Ada\n", "note: x\n", ""),
		"one long key":           "? " + fill("", "k", "") + "\n: x",
		"lists in lists":         fill("name: ", "[", ""),
		"lists in lists, closed": "name: " + strings.Repeat("[", 9000) + strings.Repeat("]", 9000),
		"maps in maps":           fill("", "{name: ", ""),
		"maps in maps, closed":   strings.Repeat("{owner: ", 5000) + "x" + strings.Repeat("}", 5000),
		"dashes":                 fill("", "- ", ""),
		"keys of keys":           fill("", "? ", ""),
		"stairs":                 indented.String(),
		"documents":              fill("", "---\n", ""),
		"tags":                   fill("name: ", "!a ", "x"),
		"commas":                 fill("sells: [", ",", "]"),
	} {
		t.Run(name, func(t *testing.T) {
			var s shop
			_, problems := document.Decode("shop.yaml", []byte(text), &s)
			if (len(problems) == 0) != (name == "as many as fit") || len(problems) > 201 {
				t.Errorf("%d problems", len(problems))
			}
			if n := len(problems.Error()); n > 2*size+200_000 {
				t.Errorf("they take %d bytes", n)
			}
			if name == "a hundred thousand ~" && problems[200].String() != fmt.Sprintf("shop.yaml: and %d more", (size-len("name: Ada\nsells: []"))/2-200) {
				t.Errorf("the last says %s", problems[200])
			}
		})
	}
}
