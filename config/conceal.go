package config

import (
	"regexp"
	"strings"
	"unicode"

	"github.com/lapsed/lapsed/internal/document"
)

// What a config's line may hold that must not be printed with it: whatever
// follows the key of a credential or of a webhook's address, the address of a
// database, and a password in any other.
var (
	credential = regexp.MustCompile(`(?:token|client_id|secret|password)\s*:(.*)$`)
	database   = regexp.MustCompile(`postgres(?:ql)?:(.*)$`)
	password   = regexp.MustCompile(`://[^/@\s:"]*:([^@\s"/]+)@`)
	hook       = regexp.MustCompile(`(?:^|[\s{,"'])url["']?\s*:(.*)$`) // a webhook's path often is one
	secretPath = regexp.MustCompile(`(^|\.)(token|client_id|client_secret|secret|password)(\.|$)`)
)

// concealed blots out secrets in the lines that problems show, without moving
// the column that they point to.
func concealed(ps document.Problems) document.Problems {
	for i := range ps {
		e := &ps[i].Excerpt
		found := false
		for _, secret := range []*regexp.Regexp{credential, hook, database, password} {
			if at := secret.FindStringSubmatchIndex(*e); at != nil {
				*e = (*e)[:at[2]] + blot((*e)[at[2]:at[3]]) + (*e)[at[3]:]
				found = true
			}
		}
		if !found && secretPath.MatchString(ps[i].Path) {
			*e = blot(*e)
		}
	}
	return ps
}

// blot puts a star for every letter and digit.
func blot(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return '*'
		}
		return r
	}, s)
}
