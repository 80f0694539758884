package contact_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/lapsed/lapsed/internal/contact"
)

// canaries are what the values below hold, a date also as time.Time keeps it.
var canaries = []string{"canary", "example.com", "1979", "286862", "6242244", "true"}

var birth = time.Date(1979, 2, 3, 4, 5, 6, 0, time.UTC)

func values() []contact.Value {
	return []contact.Value{
		contact.TextValue("canary@example.com"), contact.ListValue([]string{"canary", "canary@example.com"}), contact.BoolValue(true),
		contact.DateValue(birth), contact.InstantValue(birth), {},
	}
}

func somebody() contact.Contact {
	vs := values()
	return contact.Contact{
		Ref:    contact.Ref{Processor: "acme", Object: "person", ID: "1"},
		Fields: contact.Named{"Email": vs[0], "Emails": vs[1], "Birthdate": vs[3]}.Row(),
		Rows:   map[string][]contact.Row{"Task": {contact.Named{"Subject": vs[0], "At": vs[4]}.Row()}},
	}
}

// hidden keeps a value where fmt doesn't ask it how it wants to be printed.
type hidden struct {
	value   contact.Value
	contact contact.Contact
	behind  *contact.Contact
	rows    []contact.Row
}

func everywhere() []any {
	k := somebody()
	out := []any{k, &k, []contact.Contact{k}, []*contact.Contact{&k}, map[string]contact.Contact{"k": k}, k.Fields, k.Rows, hidden{values()[0], k, &k, k.Rows["Task"]}}
	for _, v := range values() {
		out = append(out, v, &v, []contact.Value{v}, []*contact.Value{&v}, map[string]contact.Value{"v": v}, contact.Named{"f": v}, contact.Named{"f": v}.Row(), struct{ V contact.Value }{v}, hidden{value: v})
	}
	return out
}

// No verb shows what anybody's record holds, wherever it is kept.
func TestPrintingShowsNothing(t *testing.T) {
	for _, v := range everywhere() {
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "%d", "%t", "%9.3v", "%w"} {
			shows(t, verb, fmt.Sprintf(verb, v))
		}
		shows(t, "Errorf", fmt.Errorf("no place for %v", v).Error())
	}
}

func TestLoggingAndMarshallingShowNothing(t *testing.T) {
	for _, v := range everywhere() {
		var b bytes.Buffer
		timeless := &slog.HandlerOptions{ReplaceAttr: func(_ []string, a slog.Attr) slog.Attr {
			if a.Key == slog.TimeKey {
				return slog.Attr{} // whose digits may be anything, a year of birth too
			}
			return a
		}}
		for _, h := range []slog.Handler{slog.NewTextHandler(&b, timeless), slog.NewJSONHandler(&b, timeless)} {
			slog.New(h).WithGroup("g").Info("read", "k", v)
		}
		shows(t, "slog", b.String())
		out, err := json.Marshal(v)
		if err != nil {
			t.Error(err)
		}
		shows(t, "json", string(out))
	}
}

func TestPrintingShowsWhichRecordAndHowMuch(t *testing.T) {
	if got, want := fmt.Sprintf("%+v", somebody()), "acme:person:1(3 fields)"; got != want {
		t.Errorf("printed as %q, want %q", got, want)
	}
	var kinds []string
	for _, v := range values() {
		kinds = append(kinds, fmt.Sprintf("%#v", v))
	}
	if got, want := strings.Join(kinds, " "), "value(text) value(list) value(flag) value(date) value(instant) value(empty)"; got != want {
		t.Errorf("printed as %q, want %q", got, want)
	}
}

func shows(t *testing.T, how, text string) {
	t.Helper()
	for _, c := range canaries {
		if strings.Contains(text, c) || strings.Contains(text, fmt.Sprintf("%x", c)) || strings.Contains(text, fmt.Sprintf("%X", c)) {
			t.Errorf("%s: %q shows in %s", how, c, text)
		}
	}
}
