package policy

import (
	"cmp"
	"slices"
	"strings"

	"github.com/lapsed/lapsed/internal/contact"
)

// Account is what an account at a processor shows beside its contacts. It names
// nobody.
type Account struct {
	Processor string         `json:"-"`
	Fields    []AccountField `json:"fields,omitzero"`
	Users     []AccountUsers `json:"users,omitzero"`
	Apps      []AccountApp   `json:"apps,omitzero"`
	// Unread are the parts that could not be read in full: what they list is so, and
	// proves nothing about the rest.
	Unread []AccountPart `json:"unread,omitzero"`
}

// AccountField is a field of the company's own that is filled in some record.
type AccountField struct {
	Name    string `json:"name"` // as a policy names it, perhaps after the only object that has it
	Records int    `json:"records"`
}

// AccountUsers are users who are known by the same names: of roles, profiles, teams.
type AccountUsers struct {
	Names []string `json:"names,omitzero"`
	Users int      `json:"users"`
	IDs   []string `json:"ids,omitzero"` // the processor's own of some of them
}

// AccountApp is a program that holds access.
type AccountApp struct {
	Name  string `json:"name"`
	Users int    `json:"users,omitzero"` // who authorised it; 0 = not told
	Ours  bool   `json:"ours,omitzero"`  // lapsed itself
}

// AccountPart is a part of an account.
type AccountPart string

// The parts.
const (
	AccountFields AccountPart = "fields"
	AccountUser   AccountPart = "users"
	AccountApps   AccountPart = "apps"
)

// AccountFinding is something for a human about an account or about a processor's
// line of the register.
type AccountFinding struct {
	Code      FindingCode
	Processor string
	Subject   string   // tells those of one code apart
	Count     int      // at least 1
	Sample    []string // of users: PROCESSOR:user:ID
	Words     string   // to be read after the count
	Due       Day      // by which somebody must act; 0 = none
}

// Weighs tells whether the policy promises anything that an account could break.
func (p *Policy) Weighs() bool { return p.Access != nil || len(p.Categories) > 0 }

// Weigh compares what an account shows with what the policy allows: filled fields
// with the categories (C10), users with the roles (C14), programs with those that
// are listed (C21). It finds, and demands nothing of anybody's data.
func (p *Policy) Weigh(a Account) []AccountFinding {
	w := weighing{p: p, at: a.Processor}
	if len(p.Categories) > 0 {
		w.fields(a)
	}
	if p.Access != nil {
		w.users(a)
		w.apps(a)
	}
	return w.out
}

type weighing struct {
	p   *Policy
	at  string
	out []AccountFinding
}

func (w *weighing) find(code FindingCode, subject string, count int, words string, sample ...string) {
	w.out = append(w.out, AccountFinding{Code: code, Processor: w.at, Subject: subject, Count: max(count, 1), Sample: sample, Words: words})
}

// unread finds that a part could not be read in full.
func (w *weighing) unread(a Account, part AccountPart, code FindingCode) {
	if slices.Contains(a.Unread, part) {
		w.find(code, "", 1, AccountUnreadWords(w.at, part))
	}
}

func (w *weighing) fields(a Account) {
	w.unread(a, AccountFields, FindFieldsUnread)
	for _, f := range a.Fields {
		if !w.p.categorised(w.at, f.Name) {
			w.find(FindUndeclaredField, f.Name, f.Records, UndeclaredFieldWords(w.at, f.Name))
		}
	}
}

// categorised tells whether a field belongs to a category of the policy, or says
// nothing of the person. A topic's own flag is what the topic is about.
func (p *Policy) categorised(processor, field string) bool {
	names := []string{field}
	if _, own, of := strings.Cut(field, "."); of {
		names = append(names, own)
	}
	for _, n := range names {
		if p.declares(FieldRef{Processor: processor, Path: n}) {
			return true
		}
		known := p.bound[processor].Lookup(n)
		if slices.ContainsFunc(known, func(f contact.Field) bool {
			return f.Category == contact.CategoryNone || slices.Contains(p.Categories.Names(), f.Category)
		}) {
			return true
		}
	}
	return false
}

// users finds groups of users none of whose names is a role that may see the data.
func (w *weighing) users(a Account) {
	w.unread(a, AccountUser, FindUsersUnread)
	roles, told := w.p.Access.Roles.Get(w.at)
	all := 0
	for _, g := range a.Users {
		all += g.Users
		if !told || slices.ContainsFunc(g.Names, func(n string) bool { return listed(roles, n) }) {
			continue
		}
		var sample []string
		for _, id := range g.IDs {
			sample = append(sample, w.at+":user:"+id)
		}
		w.find(FindUnlistedUser, strings.Join(g.Names, ", "), g.Users, UnlistedUserWords(w.at, g.Names), sample...)
	}
	if !told && all > 0 {
		w.find(FindUnlistedUser, "", all, RolesNotToldWords(w.at))
	}
}

func (w *weighing) apps(a Account) {
	w.unread(a, AccountApps, FindAppsUnread)
	apps, _ := w.p.Access.Apps.Get(w.at)
	for _, x := range a.Apps {
		if !x.Ours && !listed(apps, x.Name) {
			w.find(FindUnlistedApp, x.Name, 1, UnlistedAppWords(w.at, x.Name, x.Users))
		}
	}
}

// listed tells whether a name is one of a list, as admins write it.
func listed(names []string, name string) bool {
	return slices.ContainsFunc(names, func(n string) bool { return strings.EqualFold(strings.TrimSpace(n), strings.TrimSpace(name)) })
}

// Standing is what the register itself calls for on a day, whatever an account
// shows: settings of aggregated data that are due for a look (C22), consultants
// without agreements in force (C16).
func (p *Policy) Standing(today Day) []AccountFinding {
	var out []AccountFinding
	for i := range p.Processors {
		e := &p.Processors[i]
		if c := e.Value.Aggregated.Check; c != nil && c.ReviewBy < today {
			out = append(out, AccountFinding{Code: FindAggregationOverdue, Processor: e.Name, Count: 1, Words: AggregationOverdueWords(e.Name, c.Checked), Due: c.ReviewBy})
		}
		if e.Value.Consultant && !(e.Value.NDA.by(today) && e.Value.DPA.by(today)) {
			out = append(out, AccountFinding{Code: FindNoAgreement, Processor: e.Name, Count: 1, Words: NoAgreementWords(e.Name)})
		}
	}
	slices.SortFunc(out, func(a, b AccountFinding) int {
		return cmp.Or(cmp.Compare(a.Code, b.Code), cmp.Compare(a.Processor, b.Processor))
	})
	return out
}

// by tells whether a day that may not be told is one of those until today.
func (d *Day) by(today Day) bool { return d != nil && *d <= today }
