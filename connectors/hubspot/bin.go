package hubspot

import (
	"context"
	"strconv"
	"strings"
	"time"

	"github.com/lapsed/lapsed/connectors"
	"github.com/lapsed/lapsed/internal/fault"
)

// binPages is how many pages of the recycle bin, of 100 contacts each, one call
// of Changes looks through. A fuller bin takes several.
const binPages = 10

// sweep is a way through the recycle bin, which is in the order of ids and can't
// be asked for what is new in it.
type sweep struct {
	after string    // cursor, "" at the start
	since time.Time // contacts archived before this were told of by earlier sweeps
	began time.Time
}

// sweepFrom goes on where the sweep of a mark ended, or begins a new one.
func sweepFrom(m connectors.Mark, now time.Time) (sweep, error) {
	if m.Place == "" {
		return sweep{since: m.At, began: now}, nil
	}
	parts := strings.Split(m.Place, ",")
	var at [2]int64
	var err error
	for i := range at {
		if err == nil && len(parts) == 3 {
			at[i], err = strconv.ParseInt(parts[i+1], 10, 64)
		}
	}
	if len(parts) != 3 || err != nil {
		return sweep{}, &fault.Error{Kind: fault.Unsupported, Op: "hubspot changes", Hint: "this is no mark of an earlier read: a whole read is needed"}
	}
	s := sweep{after: parts[0], since: time.Unix(at[0], 0), began: time.Unix(at[1], 0)}
	if s.after == "" {
		s.began = now
	}
	return s, nil
}

// place is the sweep as a mark keeps it, "" for one that saw all at once.
func (s sweep) place(now time.Time) string {
	if s.after == "" && s.since.Equal(now) {
		return ""
	}
	return strings.Join([]string{s.after, strconv.FormatInt(s.since.Unix(), 10), strconv.FormatInt(s.began.Unix(), 10)}, ",")
}

// sweepBin enters who went into the recycle bin, as far as one call goes.
func (c *Connector) sweepBin(ctx context.Context, s *sweep, gone map[string]bool) error {
	for range binPages {
		p, err := c.api.Bin(ctx, s.after)
		if err != nil {
			return err
		}
		for _, k := range p.Contacts {
			if k.At.IsZero() || !k.At.Before(s.since.Add(-overlap)) {
				gone[string(k.ID)] = true
			}
		}
		if s.after = p.After; s.after == "" {
			s.since = s.began // the next one begins where this one began
			return nil
		}
	}
	return nil
}
