package policy

import (
	"fmt"
	"strings"
)

// The sentences of findings about accounts and the register. Each is read after
// its count.

// UndeclaredFieldWords is of a field that holds a kind of data which the policy
// doesn't name (C10).
func UndeclaredFieldWords(at, field string) string {
	return fmt.Sprintf("records at %s fill in %s, which belongs to no category of the policy: declare it under processors.%s.fields, or empty it", at, field, at)
}

// UnlistedUserWords is of users of no role that may see the data (C14).
func UnlistedUserWords(at string, names []string) string {
	if len(names) == 0 {
		return fmt.Sprintf("users of %s have no role at all: give them one that access.roles lists, or take their access", at)
	}
	return fmt.Sprintf("users of %s are known as %s, none of which access.roles lists: list it, or take their access", at, strings.Join(names, ", "))
}

// RolesNotToldWords is of a processor whose roles the policy doesn't tell (C14).
func RolesNotToldWords(at string) string {
	return fmt.Sprintf("users have access to %s, and access.roles doesn't say whose work needs it", at)
}

// UnlistedAppWords is of a program that holds access (C21); users are those who
// authorised it, 0 = not told.
func UnlistedAppWords(at, app string, users int) string {
	by := ""
	switch {
	case users == 1:
		by = ", by leave of one user"
	case users > 1:
		by = fmt.Sprintf(", by leave of %d users", users)
	}
	return fmt.Sprintf("program holds access to %s that access.apps doesn't list: %s%s. List it, or take its access", at, app, by)
}

// AccountUnreadWords is of a part of an account that could not be read in full.
func AccountUnreadWords(at string, part AccountPart) string {
	what := map[AccountPart]string{AccountFields: "which fields of one's own are filled", AccountUser: "which users see the data", AccountApps: "which programs hold access"}[part]
	return fmt.Sprintf("%s at %s can't be read in full: a human compares it with the policy", what, at)
}

// AccountFailedWords is of an account that could not be asked for its users,
// programs and fields; code is its fault's (see FaultWords).
func AccountFailedWords(at, code string) string {
	return fmt.Sprintf("%s could not be asked who has access and what is filled: %s. What it showed before stands", at, FaultWords(code))
}

// AccountMissingWords is of what an admin must grant, or a human look at, before all
// of an account is seen.
func AccountMissingWords(at, what, hint string) string {
	return fmt.Sprintf("%s doesn't show all of who has access and what is filled (%s): %s", at, what, hint)
}

// AggregationOverdueWords is of aggregated data that nobody looked at in time (C22).
func AggregationOverdueWords(at string, checked Day) string {
	return fmt.Sprintf("%s is said to hold no persons; its settings were looked at on %s, and should have been again", at, longDay(checked))
}

// NoAgreementWords is of a consultant (C16).
func NoAgreementWords(at string) string {
	return at + " works for the controller without an agreement on confidentiality and on data that is in force"
}
