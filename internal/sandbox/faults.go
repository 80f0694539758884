package sandbox

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/lapsed/lapsed/internal/sandbox/kit"
)

// Mixture is every failure that a processor knows, as "kind[=value]" with values
// that suit a long run; its own doc.go says what they do. None for a processor
// that is not simulated.
func Mixture(processor string) []string {
	shared := []string{"status=500", "drop-before", "drop-after-commit", "reset-after-commit", "hang-before=20ms", "hang-after-commit=20ms",
		"truncated", "empty-body", "nonsense", "slow=20ms", "empty-page", "wrong-total"}
	switch processor {
	case "hubspot":
		return append(shared, "status=401", "status=403", "status=429", "status=503", "status=504", "retry-after=1s", "daily-limit", "423", "477",
			"524-after-commit", "html-502", "empty-page-with-next", "duplicate-row", "index-stall=10m")
	case "salesforce":
		return append(shared, "500-after-commit", "html-503", "empty-array", "limit", "concurrent", "policy-401", "session-401", "two-errors",
			"redirect", "api-disabled", "hidden-field", "lock-row", "validation", "duplicate", "drop-header", "half-page", "late-commit=10m")
	}
	return nil
}

// Processors are the simulated ones.
func Processors() []string { return []string{"hubspot", "salesforce"} }

// kinds are the names of a processor's failures, of both if it is "".
func kinds(processor string) []string {
	var names []string
	for _, p := range Processors() {
		if processor == "" || processor == p {
			for _, text := range Mixture(p) {
				kind, _, _ := strings.Cut(text, "=")
				names = append(names, kind)
			}
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// ParseFaults reads what --faults says: faults separated by commas, each of the
// form that doc.go tells. Errors name each bad fault.
func ParseFaults(spec string) ([]kit.Fault, error) {
	var list []kit.Fault
	var errs []error
	for part := range strings.SplitSeq(spec, ",") {
		if part = strings.TrimSpace(part); part == "" {
			continue
		}
		some, err := parseFault(part)
		if err != nil {
			errs = append(errs, fmt.Errorf("fault %q: %w", part, err))
		}
		list = append(list, some...)
	}
	if errs != nil {
		return nil, errors.Join(errs...)
	}
	return list, nil
}

func parseFault(text string) ([]kit.Fault, error) {
	text, share, drawn := strings.Cut(text, "@")
	parts := strings.Split(text, ":")
	if len(parts) < 3 || len(parts) > 5 {
		return nil, errors.New("it must be processor:route:kind[=value][:times[:skip]][@rate[/seed]]")
	}
	f := kit.Fault{Processor: parts[0], Route: parts[1]}
	var err error
	for i, to := range []*int{&f.Times, &f.Skip} {
		if len(parts) > 3+i {
			if *to, err = strconv.Atoi(parts[3+i]); err != nil {
				return nil, fmt.Errorf("%q is no number", parts[3+i])
			}
		}
	}
	if drawn {
		rate, seed, seeded := strings.Cut(share, "/")
		if f.Rate, err = strconv.ParseFloat(rate, 64); err != nil || f.Rate <= 0 {
			return nil, fmt.Errorf("rate %q: it must be a number above 0, up to 1", rate)
		}
		if f.Seed, err = strconv.ParseUint(seed, 10, 64); seeded && err != nil {
			return nil, fmt.Errorf("seed %q is no number", seed)
		}
	}
	if parts[2] == "mixed" {
		m := Mixed{Route: f.Route, Rate: f.Rate, Seed: f.Seed}
		if f.Times != 0 || f.Skip != 0 {
			return nil, errors.New("a mixture has no times and no skip")
		}
		return m.faults(f.Processor)
	}
	setKind(&f, parts[2])
	return []kit.Fault{f}, checkFault(f)
}

// Mixed is many failures of one processor, drawn by a seed.
type Mixed struct {
	Route string   `json:"route"` // a part of the route template, "" = every one
	Rate  float64  `json:"rate"`  // share of the requests that meet any of them
	Seed  uint64   `json:"seed"`
	Kinds []string `json:"kinds"` // "kind[=value]"; none = all that the processor knows
}

// faults are the mixture's parts: each meets its share of the rate.
func (m Mixed) faults(processor string) ([]kit.Fault, error) {
	if !slices.Contains(Processors(), processor) {
		return nil, fmt.Errorf("no processor %q: it must be hubspot or salesforce", processor)
	}
	if len(m.Kinds) == 0 {
		m.Kinds = Mixture(processor)
	}
	if m.Rate <= 0 || m.Rate > 1 {
		return nil, fmt.Errorf("rate %v: it must be above 0, up to 1", m.Rate)
	}
	var list []kit.Fault
	for _, kind := range m.Kinds {
		f := kit.Fault{Processor: processor, Route: m.Route, Rate: m.Rate / float64(len(m.Kinds)), Seed: m.Seed}
		setKind(&f, kind)
		if err := checkFault(f); err != nil {
			return nil, err
		}
		list = append(list, f)
	}
	return list, nil
}

// mixtures are the faults of several processors' mixtures, in the order of names.
func mixtures(of map[string]Mixed) ([]kit.Fault, error) {
	var list []kit.Fault
	for _, processor := range slices.Sorted(maps.Keys(of)) {
		some, err := of[processor].faults(processor)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", processor, err)
		}
		list = append(list, some...)
	}
	return list, nil
}

// setKind reads "kind[=value]": the value is a status, or a Go duration.
func setKind(f *kit.Fault, text string) {
	kind, value, given := strings.Cut(text, "=")
	f.Kind = kind
	if !given {
		return
	}
	if n, err := strconv.Atoi(value); err == nil {
		f.Status = n
	} else {
		f.Delay = value
	}
}

// checkFault tells why a fault could never happen, or not as it is told.
func checkFault(f kit.Fault) error {
	known := kinds(f.Processor)
	switch {
	case len(known) == 0:
		return fmt.Errorf("no processor %q: it must be hubspot, salesforce or empty", f.Processor)
	case !slices.Contains(known, f.Kind):
		return fmt.Errorf("no kind %q: it must be one of %s", f.Kind, strings.Join(known, ", "))
	case f.Times < 0 || f.Skip < 0:
		return errors.New("times and skip can't be negative")
	case f.Status != 0 && (f.Status < 400 || f.Status > 599):
		return fmt.Errorf("status %d: it must be 400 to 599", f.Status)
	case f.Rate < 0 || f.Rate > 1:
		return fmt.Errorf("rate %v: it must be 0 to 1", f.Rate)
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
