package verify

import (
	"encoding/binary"
	"fmt"
)

// bundle cuts an entry bundle (C2SP tlog-tiles: a uint16 length and the bytes,
// for each entry) into its entries. It holds exactly want entries and no byte
// more, or why says what is wrong; the entries are those that could be cut.
func bundle(name string, b []byte, want int) (entries [][]byte, why error) {
	for len(b) > 0 && len(entries) < want {
		if len(b) < 2 {
			return entries, Damage(fmt.Sprintf("the bundle %s ends inside a length", name))
		}
		n := int(binary.BigEndian.Uint16(b))
		if n > len(b)-2 {
			return entries, Damage(fmt.Sprintf("the bundle %s ends inside its entry %d", name, len(entries)))
		}
		entries = append(entries, b[2:2+n:2+n])
		b = b[2+n:]
	}
	if len(entries) < want {
		return entries, Damage(fmt.Sprintf("the bundle %s has %d entries instead of %d", name, len(entries), want))
	}
	if len(b) > 0 {
		return entries, Damage(fmt.Sprintf("the bundle %s has %d bytes too many", name, len(b)))
	}
	return entries, nil
}

// tileName is the number's place in a tile path: groups of three digits, all but
// the last with an x before them, then the width if it is partial.
func tileName(n int64, width int) string {
	s := fmt.Sprintf("%03d", n%1000)
	for n >= 1000 {
		n /= 1000
		s = fmt.Sprintf("x%03d/%s", n%1000, s)
	}
	if width < tileWidth {
		s += fmt.Sprintf(".p/%d", width)
	}
	return s
}
