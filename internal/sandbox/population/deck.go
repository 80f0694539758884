package population

import "math/rand/v2"

// block is the number of people in which each recipe has its share.
const block = 500

// common is the share of a recipe, in a block, from which it is spread evenly
// over smaller populations. Rarer ones then fill up in the table's order.
const common = 4

// recipe is one kind of person. A row makes `size` people at a time.
type recipe struct {
	name  string
	row   int // of the table of cases, 0 = ordinary
	share int // people in 500
	size  int // people that one call of make makes
	why   string
	make  func(*maker)
}

// deck says whose turn it is, one entry for each call of make: blocks of 500
// with constant shares and a last, smaller one, each shuffled.
func deck(people int, seed uint64) []*recipe {
	table, rng := recipes(), rand.New(rand.NewPCG(seed, 1<<40))
	var out []*recipe
	for people > 0 {
		n := min(people, block)
		hand := deal(table, n)
		rng.Shuffle(len(hand), func(i, j int) { hand[i], hand[j] = hand[j], hand[i] })
		out = append(out, hand...)
		people -= n
	}
	return out
}

// deal picks the recipes of one block of n ≤ 500 people. What can't be dealt
// evenly goes to the table's first recipe.
func deal(table []recipe, n int) []*recipe {
	counts, left := make([]int, len(table)), n
	for i, r := range table {
		if r.share >= common {
			counts[i] = r.share * n / block / r.size
			left -= counts[i] * r.size
		}
	}
	for i, r := range table {
		if r.share < common && r.share <= left {
			counts[i] = r.share / r.size
			left -= r.share
		}
	}
	counts[0] += left
	var hand []*recipe
	for i := range table {
		for range counts[i] {
			hand = append(hand, &table[i])
		}
	}
	return hand
}
