package policy

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/lapsed/lapsed/internal/document"
)

// Basis is the lawful basis (GDPR Art. 6(1)). It and the other words of this
// file are closed lists: anything else is a problem that names them.
type Basis string

// Permits is what a channel allows to be sent (C11).
type Permits string

// Outcome is that of a balancing test (C3).
type Outcome string

// NotBy is what joins nobody.
type NotBy string

// Proof is a part of the evidence of consent (C2).
type Proof string

// WithoutProof is what becomes of a subscription that nothing proves.
type WithoutProof string

// CountsAt is where a refusal counts (C12).
type CountsAt string

// LiftedBy is what lifts a refusal (C12).
type LiftedBy string

// MinorsThen is what becomes of minors (C4).
type MinorsThen string

// NoBasisLeft is what becomes of people whom nothing carries any more (C23).
type NoBasisLeft string

// DeleteWith is the way in which a processor deletes.
type DeleteWith string

// OtherwiseThen is what becomes of contacts of unknown origin, beside permitting nothing.
type OtherwiseThen string

// Their values.
const (
	BasisConsent            Basis = "consent"
	BasisContract           Basis = "contract"
	BasisLegalObligation    Basis = "legal-obligation"
	BasisLegitimateInterest Basis = "legitimate-interest"

	PermitsNothing         Permits = "nothing"
	PermitsOneMessage      Permits = "one-message"
	PermitsPersonToPerson  Permits = "person-to-person"
	PermitsConsentedTopics Permits = "consented-topics"

	OutcomePassed Outcome = "passed"
	OutcomeFailed Outcome = "failed"

	NotByRoleAddress NotBy = "role-address"
	NotByTwoNames    NotBy = "address-with-two-names"

	DeletePermanently DeleteWith = "permanent-delete"
	DeleteOrdinarily  DeleteWith = "ordinary-delete"
)

func oneOf[T ~string](into *T, s string, allowed ...T) error {
	if slices.Contains(allowed, T(s)) {
		*into = T(s)
		return nil
	}
	words := make([]string, len(allowed))
	for i, a := range allowed {
		words[i] = string(a)
	}
	return fmt.Errorf("%q is not known here%s; write %s", s, document.Nearest(s, words), alternatives(words))
}

func alternatives(words []string) string {
	if len(words) == 1 {
		return words[0]
	}
	return strings.Join(words[:len(words)-1], ", ") + " or " + words[len(words)-1]
}

// ParseScalar reads the word from a document; so do the others below.
func (v *Basis) ParseScalar(s string) error {
	return oneOf(v, s, BasisConsent, BasisLegitimateInterest, BasisContract, BasisLegalObligation)
}

// ParseScalar reads the word.
func (v *Permits) ParseScalar(s string) error {
	return oneOf(v, s, PermitsNothing, PermitsOneMessage, PermitsPersonToPerson, PermitsConsentedTopics)
}

// ParseScalar reads the word.
func (v *Outcome) ParseScalar(s string) error { return oneOf(v, s, OutcomePassed, OutcomeFailed) }

// ParseScalar reads the word.
func (v *NotBy) ParseScalar(s string) error { return oneOf(v, s, NotByRoleAddress, NotByTwoNames) }

// ParseScalar reads the word.
func (v *Proof) ParseScalar(s string) error { return oneOf(v, s, "given", "how", "wording") }

// ParseScalar reads the word.
func (v *WithoutProof) ParseScalar(s string) error { return oneOf(v, s, "unsubscribe") }

// ParseScalar reads the word.
func (v *CountsAt) ParseScalar(s string) error { return oneOf(v, s, "every-processor") }

// ParseScalar reads the word.
func (v *LiftedBy) ParseScalar(s string) error { return oneOf(v, s, "newer-proof-from-the-person") }

// ParseScalar reads the word.
func (v *MinorsThen) ParseScalar(s string) error { return oneOf(v, s, "delete-without-grace") }

// ParseScalar reads the word.
func (v *NoBasisLeft) ParseScalar(s string) error { return oneOf(v, s, "delete", "keep") }

// ParseScalar reads the word.
func (v *DeleteWith) ParseScalar(s string) error {
	return oneOf(v, s, DeletePermanently, DeleteOrdinarily)
}

// ParseScalar reads the word.
func (v *OtherwiseThen) ParseScalar(s string) error { return oneOf(v, s, "finding") }

// Country is an ISO 3166-1 alpha-2 code.
type Country string

// ParseScalar reads the code.
func (c *Country) ParseScalar(s string) error {
	if !countryForm.MatchString(s) {
		return fmt.Errorf("%q is no country code: write two capital letters in quotes, for example \"NO\"", s)
	}
	*c = Country(s)
	return nil
}

var countryForm = regexp.MustCompile(`^[A-Z]{2}$`)

// TimeZone is an IANA time zone.
type TimeZone struct{ *time.Location }

// ParseScalar reads the zone's name. "Local" is refused: it is another zone on
// another machine.
func (z *TimeZone) ParseScalar(s string) error {
	loc, err := time.LoadLocation(s)
	if err != nil || s == "Local" {
		return fmt.Errorf("%q is no time zone: write an IANA name, for example Europe/Oslo", s)
	}
	z.Location = loc
	return nil
}

// Share is a part of a whole in hundredths of a percent, 1 to 10000.
type Share int

// ParseScalar reads 1% or 0.25%.
func (p *Share) ParseScalar(s string) error {
	m := shareForm.FindStringSubmatch(s)
	if m == nil {
		return fmt.Errorf("%q is no share: write a percentage, for example 1%% or 0.5%%", s)
	}
	whole, _ := strconv.Atoi(m[1])
	part, _ := strconv.Atoi((m[2] + "00")[:2])
	if v := whole*100 + part; v >= 1 && v <= 10000 {
		*p = Share(v)
		return nil
	}
	return fmt.Errorf("%q is not between 0.01%% and 100%%", s)
}

var shareForm = regexp.MustCompile(`^([0-9]{1,3})(?:\.([0-9]{1,2}))?%$`)

// Of is the share of n, rounded up, at least 1.
func (p Share) Of(n int) int { return max((n*int(p)+9999)/10000, 1) }

func (p Share) String() string {
	return strings.TrimSuffix(strings.TrimRight(fmt.Sprintf("%d.%02d", p/100, p%100), "0"), ".") + "%"
}

// Factor is how many times as much: 3x.
type Factor int

// ParseScalar reads 3x; 2 to 100.
func (f *Factor) ParseScalar(s string) error {
	n, err := strconv.Atoi(strings.TrimSuffix(s, "x"))
	if err != nil || !strings.HasSuffix(s, "x") || n < 2 || n > 100 {
		return fmt.Errorf("%q is no factor: write 2x to 100x, for example 3x", s)
	}
	*f = Factor(n)
	return nil
}
