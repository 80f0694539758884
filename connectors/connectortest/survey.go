package connectortest

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/lapsed/lapsed/connectors"
	"github.com/lapsed/lapsed/internal/fault"
	"github.com/lapsed/lapsed/internal/sandbox/kit"
)

// look surveys the account, and checks that the answer is sorted and of nobody.
func look(t *testing.T, a Account) (connectors.Survey, error) {
	t.Helper()
	s, err := a.Survey(t.Context())
	quiet(t, err)
	text, _ := json.Marshal(s)
	for _, c := range []string{canary, "@", "example.org"} {
		if strings.Contains(strings.ToLower(string(text)), c) {
			t.Errorf("a survey shows %q: %s", c, text)
		}
	}
	sorted := connectors.Survey{Fields: slices.Clone(s.Fields), Users: slices.Clone(s.Users), Apps: slices.Clone(s.Apps), Unread: slices.Clone(s.Unread), Missing: s.Missing}
	sorted.Sort()
	if d := cmp.Diff(sorted, s); d != "" {
		t.Errorf("not sorted: %s", d)
	}
	for _, u := range s.Users {
		if u.Users < 1 || len(u.IDs) == 0 || len(u.IDs) > min(5, u.Users) || !slices.IsSorted(u.IDs) || !slices.IsSorted(u.Names) {
			t.Errorf("group %+v", u)
		}
	}
	if len(s.Unread) > 0 != (len(s.Missing) > 0) {
		t.Errorf("unread %v, missing %v", s.Unread, s.Missing)
	}
	for _, m := range s.Missing {
		if m.What == "" || m.Hint == "" || m.For != connectors.ForSurvey {
			t.Errorf("missing %+v", m)
		}
	}
	return s, err
}

// inhabited is an account with something to see in each part, and where it is.
func inhabited(a Account) (field string, in int) {
	refs := crowd(a, 12)
	field = a.Invent("shoe_size", refs[:7]...)
	a.Bin(refs[0])
	a.Invent("hat_size") // nobody has told theirs
	for range 3 {
		a.Staff("Interns")
	}
	a.Staff("Sales")
	if a.Program != nil {
		a.Program("Slide Maker")
	}
	a.Settle()
	return field, 6
}

// group is the users of one role.
func group(s connectors.Survey, role string) connectors.UserGroup {
	for _, u := range s.Users {
		if slices.Contains(u.Names, role) {
			return u
		}
	}
	return connectors.UserGroup{}
}

func (s suite) surveys(t *testing.T, a Account) {
	field, in := inhabited(a)
	got, err := look(t, a)
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Contains(got.Fields, connectors.FilledField{Name: field, Records: in}) {
		t.Errorf("fields %v, want %d of %s", got.Fields, in, field)
	}
	if slices.ContainsFunc(got.Fields, func(f connectors.FilledField) bool { return f.Records < 1 || f.Name == a.Field }) {
		t.Errorf("not filled, or the vendor's own: %v", got.Fields)
	}
	if n := group(got, "Interns").Users; n != 3 {
		t.Errorf("%d interns of 3 in %v", n, got.Users)
	}
	if n := group(got, "Sales").Users; n != 1 {
		t.Errorf("%d sellers of 1 in %v", n, got.Users)
	}
	want := []connectors.Part{connectors.PartApps}
	if a.Program != nil {
		want = nil
		if !slices.ContainsFunc(got.Apps, func(p connectors.App) bool { return p.Name == "Slide Maker" && p.Users == 1 && !p.Ours }) {
			t.Errorf("apps %v", got.Apps)
		}
	}
	if !slices.Equal(got.Unread, want) {
		t.Errorf("unread %v, want %v: %v", got.Unread, want, got.Missing)
	}
	again, err := look(t, a)
	if d := cmp.Diff(got, again); d != "" || err != nil {
		t.Errorf("another time: %s %v", d, err)
	}
}

func (s suite) unreadParts(t *testing.T) {
	for _, part := range []connectors.Part{connectors.PartFields, connectors.PartUsers, connectors.PartApps} {
		t.Run(string(part), func(t *testing.T) {
			a := s.start(t)
			inhabited(a)
			whole, err := look(t, a)
			if err != nil {
				t.Fatal(err)
			}
			a.Forbid(part)
			got, err := look(t, a)
			if err != nil || !slices.Contains(got.Unread, part) {
				t.Fatalf("unread %v, missing %v, %v", got.Unread, got.Missing, err)
			}
			if len(got.Missing) == len(whole.Missing) && part != connectors.PartApps {
				t.Errorf("nobody is told what is missing: %v", got.Missing)
			}
			if part != connectors.PartFields && !cmp.Equal(got.Fields, whole.Fields) || part != connectors.PartUsers && !cmp.Equal(got.Users, whole.Users) {
				t.Errorf("other parts went, too: %+v", got)
			}
		})
	}
}

// unaskable takes away the account itself.
func (s suite) unaskable(t *testing.T) {
	for _, f := range []kit.Fault{{Kind: "drop-before"}, {Kind: "status", Status: 500}, {Kind: "status", Status: 401}} {
		t.Run(faultName(f), func(t *testing.T) {
			a := s.start(t)
			inhabited(a)
			a.Stage.Faults.Arm(f)
			got, err := look(t, a)
			if err == nil {
				t.Errorf("%+v", got)
			}
		})
	}
}

// spoiledSurvey spoils an answer: then nothing is told, or all of what is there,
// or that a part is unread. Counts of records alone may be the vendor's own error.
func (s suite) spoiledSurvey(t *testing.T) {
	for _, f := range s.env.Broken {
		t.Run(faultName(f), func(t *testing.T) {
			a := s.start(t)
			field, _ := inhabited(a)
			whole, err := look(t, a)
			if err != nil {
				t.Fatal(err)
			}
			for f.Skip = range 14 {
				f.Times = 1
				a.Stage.Faults.Arm(f)
				got, err := look(t, a)
				a.Stage.Faults.Clear()
				if err != nil {
					if fault.Is(err, fault.Unsupported) {
						t.Errorf("after %d answers: %v", f.Skip, err)
					}
					continue
				}
				unread := func(p connectors.Part) bool { return slices.Contains(got.Unread, p) }
				if !unread(connectors.PartUsers) && !cmp.Equal(got.Users, whole.Users) {
					t.Errorf("after %d answers: users %v", f.Skip, got.Users)
				}
				if !unread(connectors.PartApps) && !cmp.Equal(got.Apps, whole.Apps) {
					t.Errorf("after %d answers: apps %v", f.Skip, got.Apps)
				}
				has := slices.ContainsFunc(got.Fields, func(x connectors.FilledField) bool { return x.Name == field })
				if !unread(connectors.PartFields) && (!has || len(got.Fields) != len(whole.Fields)) {
					t.Errorf("after %d answers: fields %v", f.Skip, got.Fields)
				}
			}
		})
	}
}
