package connectors

import (
	"cmp"
	"slices"
	"strings"
)

// Lacks notes that a part could not be read in full, and what an admin must do.
func (s *Survey) Lacks(p Part, what, hint string) {
	if !slices.Contains(s.Unread, p) {
		s.Unread = append(s.Unread, p)
	}
	s.Missing = append(s.Missing, Missing{What: what, Hint: hint, For: ForSurvey})
}

// Sort puts everything into the order that Survey promises.
func (s *Survey) Sort() {
	slices.SortFunc(s.Fields, func(a, b FilledField) int { return cmp.Compare(a.Name, b.Name) })
	slices.SortFunc(s.Users, func(a, b UserGroup) int { return slices.Compare(a.Names, b.Names) })
	slices.SortFunc(s.Apps, func(a, b App) int { return cmp.Compare(a.Name, b.Name) })
	slices.Sort(s.Unread)
}

// idsOfAGroup is how many users of a group are named by id.
const idsOfAGroup = 5

// Groups gathers users by the names that they are known by. The zero value is empty.
type Groups struct{ by map[string]*UserGroup }

// Add counts a user. Empty names and repeated ones are left out.
func (g *Groups) Add(id string, names ...string) {
	// Never nil: whoever comes first, the group of no name is told alike.
	names = slices.DeleteFunc(append([]string{}, names...), func(s string) bool { return s == "" })
	slices.Sort(names)
	names = slices.Compact(names)
	key := strings.Join(names, "\x00")
	if g.by == nil {
		g.by = map[string]*UserGroup{}
	}
	if g.by[key] == nil {
		g.by[key] = &UserGroup{Names: names}
	}
	u := g.by[key]
	u.Users++
	u.IDs = append(u.IDs, id)
}

// List tells the groups, each with its first users by id, in no order.
func (g *Groups) List() []UserGroup {
	var list []UserGroup
	for _, u := range g.by {
		slices.Sort(u.IDs)
		list = append(list, UserGroup{Names: u.Names, Users: u.Users, IDs: u.IDs[:min(len(u.IDs), idsOfAGroup):min(len(u.IDs), idsOfAGroup)]})
	}
	return list
}
