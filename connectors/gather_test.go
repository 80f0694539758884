package connectors

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// The same users in any order give the same groups.
func TestGroups(t *testing.T) {
	var g Groups
	type user struct {
		id    string
		names []string
	}
	users := []user{{"9", nil}, {"8", []string{""}}, {"7", []string{"B", "A", "B"}}, {"6", []string{"A", "", "B"}}}
	for i := range 12 {
		users = append(users, user{fmt.Sprintf("1%02d", i), []string{"A"}})
	}
	rand.Shuffle(len(users), func(i, j int) { users[i], users[j] = users[j], users[i] })
	for _, u := range users {
		g.Add(u.id, u.names...)
	}
	s := Survey{Users: g.List()}
	s.Sort()
	want := []UserGroup{
		{Names: []string{}, Users: 2, IDs: []string{"8", "9"}},
		{Names: []string{"A"}, Users: 12, IDs: []string{"100", "101", "102", "103", "104"}},
		{Names: []string{"A", "B"}, Users: 2, IDs: []string{"6", "7"}},
	}
	if d := cmp.Diff(want, s.Users); d != "" {
		t.Error(d)
	}
}

func TestLacks(t *testing.T) {
	var s Survey
	s.Lacks(PartUsers, "a", "Do a")
	s.Lacks(PartApps, "b", "Do b")
	s.Lacks(PartUsers, "c", "Do c")
	s.Fields = []FilledField{{"b", 1}, {"a", 1}}
	s.Apps = []App{{Name: "b"}, {Name: "a"}}
	s.Sort()
	if d := cmp.Diff([]Part{PartApps, PartUsers}, s.Unread); d != "" || len(s.Missing) != 3 || s.Missing[2].For != ForSurvey || s.Fields[0].Name != "a" || s.Apps[0].Name != "a" {
		t.Errorf("%+v", s)
	}
}
