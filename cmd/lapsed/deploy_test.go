package main

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// What the files of deploy, the Dockerfile and the README tell people to run is
// there, with its flags.
func TestCommandsThatAreNamedExist(t *testing.T) {
	files := []string{"../../README.md", "../../Dockerfile"}
	err := filepath.WalkDir("../../deploy", func(path string, e fs.DirEntry, err error) error {
		if err == nil && !e.IsDir() && filepath.Ext(path) != ".go" {
			files = append(files, path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for _, f := range files {
		b, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		for _, words := range commandsIn(string(b)) {
			n++
			if why := unknown(words); why != "" {
				t.Errorf("%s: lapsed %s: %s", filepath.Base(f), strings.Join(words, " "), why)
			}
		}
	}
	if n < 40 {
		t.Errorf("only %d commands were found", n)
	}
}

var (
	// prose finds "lapsed plan --config F" where a command is meant: in a code
	// span, on a line of its own, after "Ask: " and the like, or after /lapsed.
	prose = regexp.MustCompile("(?m)(?:`|/|^|: |; )lapsed ((?:[a-z]+)(?: [a-zA-Z0-9:./…\"_-]+)*)")
	// lists finds the same as a list of words: ["run", "--config", …] or [run, …].
	lists = regexp.MustCompile(`(?:command: |CMD |args: )\[([^\]]+)\]`)
)

func commandsIn(text string) (out [][]string) {
	for _, m := range prose.FindAllStringSubmatch(text, -1) {
		out = append(out, strings.Fields(m[1]))
	}
	for _, m := range lists.FindAllStringSubmatch(text, -1) {
		words := strings.Fields(strings.NewReplacer(",", " ", `"`, "").Replace(m[1]))
		switch {
		case words[0] == "/lapsed":
			out = append(out, words[1:])
		case words[0] == "CMD", words[0] == "postgres": // others' programs
		default:
			out = append(out, words)
		}
	}
	return out
}

// unknown says what of a command line is not there, "" if all is.
func unknown(words []string) string {
	c, rest, err := newRoot().Find(words)
	if err != nil {
		return err.Error()
	}
	if !c.HasParent() || c.HasSubCommands() && len(rest) > 0 && !strings.HasPrefix(rest[0], "-") {
		return "there is no such command"
	}
	for _, w := range rest {
		name, long := strings.CutPrefix(w, "--")
		name, _, _ = strings.Cut(name, "=")
		if long && c.Flags().Lookup(name) == nil {
			return "there is no flag " + w
		}
	}
	return ""
}

// The finder finds, and the judge judges.
func TestCommandsThatDontExistAreFound(t *testing.T) {
	for text, found := range map[string]string{
		"`lapsed plan --config F`":                        "",
		"Ask: lapsed doctor --config F, or lapsed health": "",
		"`lapsed plan --confg F`":                         "there is no flag --confg",
		"`lapsed polish lint`":                            "there is no such command",
		"`lapsed policy lnit`":                            "there is no such command",
		`CMD ["/lapsed", "health", "--cfg", "F"]`:         "there is no flag --cfg",
		"args: [run, --config, F, --twice]":               "there is no flag --twice",
	} {
		got := commandsIn(text)
		if len(got) != 1 || !strings.HasPrefix(unknown(got[0]), found) || found == "" && unknown(got[0]) != "" {
			t.Errorf("%s: %q", text, got)
		}
	}
}
