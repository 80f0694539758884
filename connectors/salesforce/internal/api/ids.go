package api

const suffixes = "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"

// ID18 returns the 18-character form of a record id, and whether s is one. The
// 15-character form is case-sensitive; the other adds a checksum of the case,
// so only 18-character ids may be compared. (REST guide, "ID field type".)
func ID18(s string) (string, bool) {
	if len(s) != 15 && len(s) != 18 {
		return "", false
	}
	for i := range len(s) {
		if !alphanumeric(s[i]) {
			return "", false
		}
	}
	sum := make([]byte, 0, 18)
	sum = append(sum, s[:15]...)
	for block := range 3 {
		n := 0
		for bit := range 5 {
			if c := s[block*5+bit]; c >= 'A' && c <= 'Z' {
				n |= 1 << bit
			}
		}
		sum = append(sum, suffixes[n])
	}
	return string(sum), true
}

func alphanumeric(c byte) bool {
	return c >= '0' && c <= '9' || c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z'
}
