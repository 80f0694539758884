package sandbox

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/lapsed/lapsed/internal/sandbox/kit"
)

// kinds are the failures that each processor knows; its own doc.go says what they do.
func kinds() map[string][]string {
	return map[string][]string{
		"hubspot": {"status", "drop-before", "drop-after-commit", "524-after-commit", "html-502", "truncated", "slow", "empty-page",
			"empty-page-with-next", "duplicate-row", "nonsense", "index-stall", "477", "423"},
		"salesforce": {"status", "drop-before", "html-503", "empty-array", "nonsense", "limit", "concurrent", "policy-401", "session-401",
			"two-errors", "redirect", "lock-row", "validation", "duplicate", "drop-after-commit", "500-after-commit", "truncated", "slow",
			"drop-header", "empty-page", "half-page"},
	}
}

// ParseFaults reads what --faults says: faults separated by commas, each
//
//	processor:route:kind[=value][:times[:skip]]
//
// An empty processor or route means all. The value is a status for kinds like
// "status" and a Go duration for kinds that wait. Errors name each bad fault.
func ParseFaults(spec string) ([]kit.Fault, error) {
	var list []kit.Fault
	var errs []error
	for part := range strings.SplitSeq(spec, ",") {
		if part = strings.TrimSpace(part); part == "" {
			continue
		}
		f, err := parseFault(part)
		if err != nil {
			errs = append(errs, fmt.Errorf("fault %q: %w", part, err))
		}
		list = append(list, f)
	}
	if errs != nil {
		return nil, errors.Join(errs...)
	}
	return list, nil
}

func parseFault(text string) (f kit.Fault, err error) {
	parts := strings.Split(text, ":")
	if len(parts) < 3 || len(parts) > 5 {
		return f, errors.New("it must be processor:route:kind[=value][:times[:skip]]")
	}
	kind, value, given := strings.Cut(parts[2], "=")
	f = kit.Fault{Processor: parts[0], Route: parts[1], Kind: kind}
	if given {
		if n, err := strconv.Atoi(value); err == nil {
			f.Status = n
		} else {
			f.Delay = value
		}
	}
	for i, to := range []*int{&f.Times, &f.Skip} {
		if len(parts) > 3+i {
			if *to, err = strconv.Atoi(parts[3+i]); err != nil {
				return f, fmt.Errorf("%q is no number", parts[3+i])
			}
		}
	}
	return f, checkFault(f)
}

// checkFault tells why a fault could never happen, or not as it is told.
func checkFault(f kit.Fault) error {
	all := kinds()
	known, ok := all[f.Processor], true
	if f.Processor == "" {
		known = slices.Concat(all["hubspot"], all["salesforce"])
	} else {
		_, ok = all[f.Processor]
	}
	switch {
	case !ok:
		return fmt.Errorf("no processor %q: it must be hubspot, salesforce or empty", f.Processor)
	case !slices.Contains(known, f.Kind):
		slices.Sort(known)
		return fmt.Errorf("no kind %q: it must be one of %s", f.Kind, strings.Join(slices.Compact(known), ", "))
	case f.Times < 0 || f.Skip < 0:
		return errors.New("times and skip can't be negative")
	case f.Status != 0 && (f.Status < 400 || f.Status > 599):
		return fmt.Errorf("status %d: it must be 400 to 599", f.Status)
	}
	if f.Delay != "" {
		if d, err := time.ParseDuration(f.Delay); err != nil || d < 0 {
			return fmt.Errorf("delay %q: it must be a duration like 2s", f.Delay)
		}
	}
	return needsValue(f)
}

// needsValue checks kinds that do nothing sensible without a value.
func needsValue(f kit.Fault) error {
	switch {
	case f.Kind == "status" && f.Status == 0:
		return errors.New("kind status needs a status: status=503")
	case f.Kind == "slow" && f.Delay == "":
		return errors.New("kind slow needs a delay: slow=2s")
	}
	return nil
}
