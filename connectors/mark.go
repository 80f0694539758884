package connectors

import (
	"encoding/hex"
	"hash/fnv"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/lapsed/lapsed/internal/fault"
)

// MarkLife is how old a mark may be that Changes goes on from. Vendors forget
// what was deleted (Salesforce empties its bin after 15 days, earlier if it is
// full), and a whole read is due long before.
const MarkLife = 7 * 24 * time.Hour

// Mark is what connectors write into their marks: from when on changes are still
// to be read, and for whom the earlier read was made. It is opaque to callers.
type Mark struct {
	At    time.Time // processor's clock when the earlier read began, in whole seconds
	Asked string    // digest of what was asked of each record, see Asked
	Place string    // where a scan that takes several reads goes on, without spaces; "" = at its start
}

const markForm = "1" // raised when marks of an older form can't be read any more

// String is the mark as a caller keeps it; "" if its time is not known.
func (m Mark) String() string {
	if m.At.IsZero() {
		return ""
	}
	return strings.TrimSpace(strings.Join([]string{markForm, strconv.FormatInt(m.At.Unix(), 10), m.Asked, m.Place}, " "))
}

// ParseMark reads a mark that a read of the same questions returned, at an
// instant of the processor's clock. All its errors are fault.Unsupported: from
// such a mark only a whole read leads on.
func ParseMark(op, text, asked string, now time.Time) (Mark, error) {
	no := func(why string) (Mark, error) {
		return Mark{}, &fault.Error{Kind: fault.Unsupported, Op: op, Hint: why + ": a whole read is needed"}
	}
	parts := append(strings.Split(text, " "), "")
	seconds, err := int64(0), error(nil)
	if len(parts) >= 4 {
		seconds, err = strconv.ParseInt(parts[1], 10, 64)
	}
	at := time.Unix(seconds, 0).UTC()
	switch {
	case len(parts) < 4 || len(parts) > 5 || err != nil || parts[0] != markForm:
		return no("this is no mark of an earlier read")
	case parts[2] != asked:
		return no("the earlier read asked for other fields")
	case now.IsZero():
		return no("the processor doesn't tell its time")
	case at.After(now.Add(time.Minute)):
		return no("the mark is ahead of the processor's clock")
	case now.Sub(at) > MarkLife:
		return no("the mark is older than " + strconv.Itoa(int(MarkLife.Hours()/24)) + " days")
	}
	return Mark{At: at, Asked: asked, Place: parts[3]}, nil
}

// Asked digests what a policy asks of each record, in whatever order: a mark of
// a read that asked for less proves nothing about the rest.
func Asked(fields, topics []string) string {
	h := fnv.New64a()
	for _, list := range [][]string{fields, topics} {
		for _, name := range slices.Compact(slices.Sorted(slices.Values(list))) {
			h.Write([]byte(name + "\x00"))
		}
		h.Write([]byte{1})
	}
	return hex.EncodeToString(h.Sum(nil))
}
