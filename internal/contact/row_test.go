package contact_test

import (
	"fmt"
	"maps"
	"slices"
	"sync"
	"testing"

	"pgregory.net/rapid"

	"github.com/lapsed/lapsed/internal/contact"
)

// A row that is made by columns, one that is made of names and one that grew
// field by field hold what a map would, and a pick sees the same in each.
func TestRowsHoldWhatAMapWould(t *testing.T) {
	var pick contact.Pick // one for all, as in use: it must not keep the places of another row's columns
	rapid.Check(t, func(t *rapid.T) {
		name := rapid.SampledFrom([]string{"a", "b", "c", "d", "e"})
		model := rapid.MapOf(name, rapid.StringN(0, 3, -1)).Draw(t, "fields")
		named, byPlace, grown := contact.Named{}, contact.NewColumns(rapid.SliceOf(name).Draw(t, "columns")...).Row(), contact.Row{}
		for n, s := range model {
			named[n] = contact.TextValue(s)
			byPlace.Set(n, contact.TextValue("before"))
			byPlace.Set(n, contact.TextValue(s))
			grown.Set(n, contact.TextValue(s))
			if s == "" {
				delete(model, n) // empty is absent
			}
		}
		for _, r := range []contact.Row{named.Row(), byPlace, grown} {
			got := map[string]string{}
			for n, v := range r.All() {
				got[n] = v.Text()
			}
			if !maps.Equal(got, model) || r.Len() != len(model) {
				t.Fatalf("%d fields %q, want %q", r.Len(), got, model)
			}
			for _, n := range []string{"a", "b", "c", "d", "e", "f"} {
				number := pick.Add(n)
				v := pick.Of(r).Value(number)
				if r.Has(n) != (model[n] != "") || r.Value(n).Text() != model[n] || v.Text() != model[n] {
					t.Fatalf("%s: %q, picked %q, want %q", n, r.Value(n).Text(), v.Text(), model[n])
				}
			}
		}
	})
}

func TestAColumnIsAddedToOneRowOnly(t *testing.T) {
	c := contact.NewColumns("a", "b", "a")
	one, two := c.Row(), c.Row()
	one.Set("x", contact.TextValue("1"))
	two.Set("y", contact.TextValue("2"))
	if c.Place("b") != 1 || c.Place("x") != -1 || one.Value("x").Text() != "1" || two.Has("x") || two.Value("y").Text() != "2" || one.Has("y") {
		t.Errorf("%v, %v", slices.Collect(maps.Keys(maps.Collect(one.All()))), slices.Collect(maps.Keys(maps.Collect(two.All()))))
	}
}

// Rows of several columns are looked at by several goroutines through one pick.
func TestAPickIsShared(t *testing.T) {
	var pick contact.Pick
	b, absent := pick.Add("b"), pick.Add("z")
	rows := []contact.Row{contact.Named{"a": contact.TextValue("0"), "b": contact.TextValue("1")}.Row(), contact.Named{"b": contact.TextValue("1")}.Row(), {}}
	var all sync.WaitGroup
	for g := range 4 {
		all.Go(func() {
			for i := range 3000 {
				r := rows[(i+g)%3]
				if p := pick.Of(r); p.Value(b).Text() != r.Value("b").Text() || !p.Value(absent).IsEmpty() || !p.Value(-1).IsEmpty() {
					t.Errorf("row %d: %q", (i+g)%3, p.Value(b).Text())
				}
			}
		})
	}
	all.Wait()
	if cols := pick.Of(rows[0]).Columns(); fmt.Sprint(cols) != "[0]" || pick.Name(b) != "b" || !(contact.Picked{}).Value(b).IsEmpty() {
		t.Errorf("columns %v of %s", cols, pick.Name(b))
	}
}

func TestListsKeepTheirMembers(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		in := rapid.SliceOf(rapid.OneOf(rapid.String(), rapid.StringN(100, 300, -1))).Draw(t, "members")
		want := slices.DeleteFunc(slices.Clone(in), func(s string) bool { return s == "" })
		if got := contact.ListValue(in).Texts(); !slices.Equal(got, want) {
			t.Fatalf("%q, want %q", got, want)
		}
	})
}
