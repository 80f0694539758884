package pseudonym

import (
	_ "embed"
	"net/mail"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"

	"golang.org/x/net/idna"
	"golang.org/x/text/unicode/norm"
)

// Address returns the normal form of an e-mail address: NFC, lower case, the
// domain in its ASCII form. Dots and plus tags stay: without them two persons
// could become one. ok is false for what is no bare address.
func Address(s string) (string, bool) {
	if at := strings.IndexByte(s, '@'); at > 0 && at < len(s)-1 && len(s) <= 320 && simple(s) && !strings.HasPrefix(s[at+1:], punycode) {
		return strings.ToLower(s), true // in ASCII there is nothing else to do
	}
	return anyAddress(s)
}

// anyAddress is Address for every text.
func anyAddress(s string) (string, bool) {
	s = norm.NFC.String(strings.TrimSpace(s))
	at := strings.LastIndexByte(s, '@')
	if at <= 0 || at == len(s)-1 || len(s) > 320 {
		return "", false
	}
	if !simple(s) {
		a, err := mail.ParseAddress(s)
		if err != nil || a.Address != s {
			return "", false
		}
	}
	domain, err := asciiDomain(s[at+1:])
	if err != nil {
		return "", false
	}
	return strings.ToLower(s[:at]) + "@" + domain, true
}

// simple tells whether s is of the form that nearly all addresses have, so that
// the general parser isn't needed.
func simple(s string) bool {
	ats := 0
	for i := range len(s) {
		switch c := s[i]; {
		case c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z', c >= '0' && c <= '9', c == '-', c == '_', c == '+':
		case c == '.':
			if i == 0 || i == len(s)-1 || s[i-1] == '.' || s[i-1] == '@' || s[i+1] == '@' {
				return false
			}
		case c == '@':
			ats++
		default:
			return false
		}
	}
	return ats == 1
}

func asciiDomain(d string) (string, error) {
	if !ascii(d) || strings.HasPrefix(d, punycode) {
		return idna.Lookup.ToASCII(d)
	}
	return strings.ToLower(d), nil
}

// punycode begins a domain that is written in its ASCII form already.
const punycode = "xn--"

func ascii(s string) bool {
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

//go:embed roles.txt
var rolesText string

// roleNames are the local parts that belong to a function, not to a person.
var roleNames = sync.OnceValue(func() map[string]bool {
	m := map[string]bool{}
	for line := range strings.Lines(rolesText) {
		if line = strings.TrimSpace(line); line != "" && !strings.HasPrefix(line, "#") {
			m[line] = true
		}
	}
	return m
})

// IsRole tells whether a normalised address belongs to a function (RFC 2142:
// info@, sales@ …). The whole local part must match.
func IsRole(address string) bool {
	local, _, _ := strings.Cut(address, "@")
	return roleNames()[local]
}

// Name returns the normal form of a person's name: NFC, lower case, single
// spaces. "" stands for no name.
func Name(first, last string) string { return string(appendName(nil, first, last)) }

// appendName appends the normal form of a name.
func appendName(to []byte, first, last string) []byte {
	if !ascii(first) || !ascii(last) {
		return append(to, anyName(first, last)...)
	}
	begin := len(to)
	for _, part := range [2]string{first, last} {
		gap := true // before the next letter
		for i := range len(part) {
			c := part[i]
			switch {
			case c == ' ' || c >= '\t' && c <= '\r':
				gap = true
				continue
			case c >= 'A' && c <= 'Z':
				c += 'a' - 'A'
			}
			if gap && len(to) > begin {
				to = append(to, ' ')
			}
			to, gap = append(to, c), false
		}
	}
	return to
}

// anyName is Name for every text.
func anyName(first, last string) string {
	return strings.Join(strings.FieldsFunc(strings.ToLower(norm.NFC.String(first+" "+last)), unicode.IsSpace), " ")
}
