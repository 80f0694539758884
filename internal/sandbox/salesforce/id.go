package salesforce

import (
	"hash/fnv"
	"strings"
)

// digits is the alphabet of record ids. It is in byte order, so ids of one
// object compare like the numbers in them.
const digits = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"

// numeral is the length of the number in an id: what follows the prefix of
// three, the pod of two and a reserved zero, in the 15 characters without checksum.
const numeral = 9

// newID returns the 18-character id of number n.
func newID(prefix, pod string, n uint64) string {
	b := []byte(prefix + pod + "0" + strings.Repeat("0", numeral))
	for i := len(b) - 1; n > 0; i-- {
		b[i] = digits[n%62]
		n /= 62
	}
	return string(b) + checksum(string(b))
}

// checksum returns the three characters that make a case-sensitive 15-character
// id safe where case is lost: each tells which of five characters are upper case.
func checksum(id string) string {
	var sum [3]byte
	for i := range sum {
		bits := 0
		for j := range 5 {
			if c := id[5*i+j]; c >= 'A' && c <= 'Z' {
				bits |= 1 << j
			}
		}
		sum[i] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"[bits]
	}
	return string(sum[:])
}

// canonical returns the 18-character form of an id of 15 or 18 characters.
func canonical(id string) (string, bool) {
	if len(id) != 15 && len(id) != 18 {
		return "", false
	}
	for i := range len(id) {
		if strings.IndexByte(digits, id[i]) < 0 {
			return "", false
		}
	}
	full := id[:15] + checksum(id[:15])
	return full, len(id) == 15 || full == id
}

// number returns the number in an id of the given prefix and pod.
func number(id, prefix, pod string) (uint64, bool) {
	if len(id) != 18 || id[:6] != prefix+pod+"0" {
		return 0, false
	}
	n := uint64(0)
	for _, c := range []byte(id[15-numeral : 15]) {
		n = n*62 + uint64(strings.IndexByte(digits, c))
	}
	return n, true
}

// mix hashes a seed and what it is for into a number: all that is accidental
// in the org (ids, page lengths, delays) comes from it.
func mix(seed uint64, parts ...string) uint64 {
	h := fnv.New64a()
	var b [8]byte
	for i := range b {
		b[i] = byte(seed >> (8 * i))
	}
	h.Write(b[:])
	for _, p := range parts {
		h.Write([]byte(p))
		h.Write([]byte{0})
	}
	x := h.Sum64()
	x ^= x >> 31
	x *= 0x9e3779b97f4a7c15
	return x ^ x>>29
}
