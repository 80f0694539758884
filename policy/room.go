package policy

import "github.com/lapsed/lapsed/internal/contact"

// room is where the lists of an observation begin: one piece of memory for what
// most contacts show, instead of one a list. A longer list moves out by itself.
type room struct {
	identifiers [2]contact.Identifier
	signals     [3]contact.Signal
	refusals    [2]contact.Refusal
	proofs      [2]contact.Proof
	channels    [2]uint16
	topics      [2]uint16
}

// draft is an observation in the making.
type draft struct {
	contact.Observation
	room *room
}

// put appends to a list that begins in room. A list without members stays nil,
// which is how it is stored.
func put[T any](list, room []T, x T) []T {
	if list == nil {
		list = room[:0:len(room)]
	}
	return append(list, x)
}
