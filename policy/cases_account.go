package policy

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/lapsed/lapsed/internal/document"
)

// accountForm is what an account shows beside its contacts, as a case writes it:
// "nothing", or a map.
type accountForm struct {
	Fields document.Map[int] `yaml:"fields,optional"` // filled fields of one's own, with the number of records
	Users  []usersForm       `yaml:"users,optional"`
	Apps   []string          `yaml:"apps,optional"`
	Ours   []string          `yaml:"ours,optional"` // apps that lapsed itself connects as
	Unread []string          `yaml:"unread,optional"`
}

// usersForm is users who are known by the same names.
type usersForm struct {
	Names []string `yaml:"names,optional"`
	Users int      `yaml:"users"`
}

// accountNode reads an account, or the word "nothing".
type accountNode struct{ form accountForm }

// DecodeNode reads either.
func (a *accountNode) DecodeNode(n document.Node) {
	if n.IsMap() {
		n.Into(&a.form)
		return
	}
	if s, ok := n.Text(); ok && s != nothing {
		n.Problem("%q is no account: write fields, users, apps, ours and unread, or nothing", s)
	}
}

// nothing is what an account may show, and what may be found.
const nothing = "nothing"

// accounts gives the accounts of a case their types.
func (r *casesReader) accounts(c *Case, f caseForm) {
	switch {
	case (f.Contacts == nil) == (f.Accounts == nil):
		r.problem(f.Pos, "a case is of contacts or of accounts: write one of the two")
	case f.Contacts != nil:
		for _, e := range f.Expect {
			if e.Verdict == "" {
				r.problem(e.Pos, "\"verdict\" is missing: say what becomes of the person")
			}
		}
	case len(f.Expect) != 1 || f.Expect[0].Verdict != "" || f.Expect[0].Person != nil || f.Expect[0].Findings == nil:
		r.problem(f.Pos, "of accounts, findings are expected and nothing else: expect: {findings: […]}, or {findings: nothing}")
	}
	for _, e := range f.Accounts {
		a := Account{Processor: e.Name}
		x := e.Value.form
		for _, f := range x.Fields {
			a.Fields = append(a.Fields, AccountField{f.Name, f.Value})
		}
		for _, u := range x.Users {
			a.Users = append(a.Users, AccountUsers{Names: u.Names, Users: u.Users})
		}
		for _, name := range slices.Concat(x.Apps, x.Ours) {
			a.Apps = append(a.Apps, AccountApp{Name: name, Ours: slices.Contains(x.Ours, name)})
		}
		for _, part := range x.Unread {
			known := []string{string(AccountFields), string(AccountUser), string(AccountApps)}
			if !slices.Contains(known, part) {
				r.problem(e.Pos, "%q is no part of an account%s; write %s", part, document.Nearest(part, known), alternatives(known))
			}
			a.Unread = append(a.Unread, AccountPart(part))
		}
		c.Accounts = append(c.Accounts, a)
	}
}

// weigh compares what is found of a case's accounts with what was expected. A
// finding is written as "12 undeclared-field hubspot shoe_size".
func (c *Case) weigh(p *Policy, at time.Time) []Difference {
	var found []AccountFinding
	for _, a := range c.Accounts {
		found = append(found, p.Weigh(a)...)
		for _, f := range p.Standing(p.Today(at)) {
			if f.Processor == a.Processor {
				found = append(found, f)
			}
		}
	}
	var got []string
	for _, f := range found {
		s := fmt.Sprintf("%d %s %s", f.Count, f.Code, f.Processor)
		if f.Subject != "" {
			s += " " + f.Subject
		}
		if f.Due != 0 {
			s += " by " + f.Due.String()
		}
		got = append(got, s)
	}
	want := c.Expect[0].Findings
	if len(want) == 1 && strings.EqualFold(want[0], nothing) {
		want = nil
	}
	if e, g := list(want), list(got); e != g {
		return []Difference{{What: "findings", Expected: e, Got: g}}
	}
	return nil
}
