package reconcile

import (
	"cmp"
	"errors"
	"maps"
	"regexp"
	"slices"

	"github.com/lapsed/lapsed/internal/fault"
)

func keysOf[K comparable, V any](m map[K]V) []K { return slices.Collect(maps.Keys(m)) }

// sorted returns a sorted copy without doubles.
func sorted[T cmp.Ordered](s []T) []T {
	out := slices.Clone(s)
	slices.Sort(out)
	return slices.Compact(out)
}

var notCode = regexp.MustCompile(`[^A-Za-z0-9._:+/=-]+`)

// code is a vendor's word in the log's alphabet.
func code(s string) string { return notCode.ReplaceAllString(s, "-") }

// faultCode names an error by its kind and the vendor's own code.
func faultCode(err error) string {
	if err == nil {
		return ""
	}
	var f *fault.Error
	if !errors.As(err, &f) {
		return fault.KindOf(err).String()
	}
	if f.Code == "" {
		return f.Kind.String()
	}
	return code(f.Kind.String() + ":" + f.Code)
}
