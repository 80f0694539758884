package contact_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/lapsed/lapsed/internal/contact"
)

func TestValuesSayWhatTheyHold(t *testing.T) {
	oslo := time.FixedZone("", 2*3600)
	for name, k := range map[string]struct {
		v     contact.Value
		kind  contact.Kind
		text  string
		texts []string
		at    time.Time
	}{
		"nothing":            {contact.Value{}, contact.Empty, "", nil, time.Time{}},
		"text":               {contact.TextValue("NO"), contact.Text, "NO", []string{"NO"}, time.Time{}},
		"a blank":            {contact.TextValue(" "), contact.Text, " ", []string{" "}, time.Time{}},
		"empty text":         {contact.TextValue(""), contact.Empty, "", nil, time.Time{}},
		"yes":                {contact.BoolValue(true), contact.Bool, "true", []string{"true"}, time.Time{}},
		"no, which is there": {contact.BoolValue(false), contact.Bool, "false", []string{"false"}, time.Time{}},
		"list":               {contact.ListValue([]string{"", "a;b", "", "c"}), contact.List, "a;b;c", []string{"a;b", "c"}, time.Time{}},
		"list of nothing":    {contact.ListValue([]string{"", ""}), contact.Empty, "", nil, time.Time{}},
		"day as written":     {contact.DateValue(time.Date(2024, 2, 29, 0, 30, 0, 0, oslo)), contact.Date, "2024-02-29", []string{"2024-02-29"}, time.Date(2024, 2, 29, 0, 0, 0, 0, time.UTC)},
		"instant, in UTC":    {contact.InstantValue(time.Date(2024, 3, 1, 0, 30, 0, 5e6, oslo)), contact.Instant, "2024-02-29T22:30:00.005Z", []string{"2024-02-29T22:30:00.005Z"}, time.Date(2024, 2, 29, 22, 30, 0, 5e6, time.UTC)},
		"no instant":         {contact.InstantValue(time.Time{}), contact.Empty, "", nil, time.Time{}},
	} {
		t.Run(name, func(t *testing.T) {
			at, dated := k.v.Time()
			flag, isFlag := k.v.Bool()
			if k.v.Kind() != k.kind || k.v.IsEmpty() != (k.kind == contact.Empty) || isFlag != (k.kind == contact.Bool) || flag != (k.text == "true") {
				t.Errorf("kind %s, want %s", k.v.Kind(), k.kind)
			}
			if !at.Equal(k.at) || dated != (k.kind == contact.Date || k.kind == contact.Instant) || dated && at.Location() != time.UTC {
				t.Errorf("time %s, %v", at, dated)
			}
			if k.v.Text() != k.text || !slices.Equal(k.v.Texts(), k.texts) {
				t.Errorf("text %q, texts %q", k.v.Text(), k.v.Texts())
			}
		})
	}
}

// A field that was read and is empty gives no value; a row's missing field none
// for that row.
func TestFieldsByGroup(t *testing.T) {
	k := contact.Contact{
		Fields: contact.Named{"Email": contact.TextValue("a")}.Row(),
		Rows:   map[string][]contact.Row{"Task": {contact.Named{"Type": contact.TextValue("call")}.Row(), {}, contact.Named{"Type": contact.TextValue("mail")}.Row()}},
	}
	for path, want := range map[string][]string{"Email": {"a"}, "Phone": nil, "Task.Type": {"call", "mail"}, "Task.Other": nil, "Event.Type": nil} {
		var got []string
		for _, v := range k.Field(contact.Split(path)) {
			got = append(got, v.Text())
		}
		if !slices.Equal(got, want) {
			t.Errorf("%s: %q, want %q", path, got, want)
		}
	}
}

func TestRefsKeepTheirText(t *testing.T) {
	r, err := contact.ParseRef("hubspot:contact:33451")
	if err != nil || r != (contact.Ref{Processor: "hubspot", Object: "contact", ID: "33451"}) || r.String() != "hubspot:contact:33451" {
		t.Errorf("%+v, %v", r, err)
	}
	for _, s := range []string{"", "hubspot", "hubspot:contact", "hubspot:contact:", ":contact:1", "hubspot::1", "a:b:c:d"} {
		if r, err := contact.ParseRef(s); err == nil || !r.IsZero() {
			t.Errorf("%q is read as %s", s, r)
		}
	}
	refs := []contact.Ref{{Processor: "b", Object: "a", ID: "1"}, {Processor: "a", Object: "b", ID: "1"}, {Processor: "a", Object: "a", ID: "9"}, {Processor: "a", Object: "a", ID: "10"}}
	slices.SortFunc(refs, contact.Ref.Compare)
	if want := "[a:a:10 a:a:9 a:b:1 b:a:1]"; fmt.Sprint(refs) != want {
		t.Errorf("sorted: %v, want %s", refs, want)
	}
}

func TestCatalogueFindsFields(t *testing.T) {
	c := contact.Catalogue{Fields: []contact.Field{
		{Object: "Lead", Name: "Email", Role: contact.RoleEmail}, {Object: "Contact", Name: "Email", Role: contact.RoleEmail},
		{Object: "Contact", Group: "Task", Name: "Type"}, {Name: "any", Role: contact.RoleOptOut},
	}}
	for path, want := range map[string]int{"Email": 2, "Task.Type": 1, "Type": 0, "Task": 0, "any": 1} {
		if got := c.Lookup(path); len(got) != want {
			t.Errorf("%s: %d entries, want %d", path, len(got), want)
		}
	}
	for _, k := range []struct {
		role   contact.Role
		object string
		want   int
	}{{contact.RoleEmail, "", 2}, {contact.RoleEmail, "Lead", 1}, {contact.RoleOptOut, "Lead", 1}, {contact.RoleErasure, "", 0}} {
		if got := c.ByRole(k.role, k.object); len(got) != k.want {
			t.Errorf("%s of %q: %d entries, want %d", k.role, k.object, len(got), k.want)
		}
	}
	if g, n := contact.Split("a.b.c"); g != "a" || n != "b.c" {
		t.Errorf("a.b.c is %q and %q", g, n)
	}
}
