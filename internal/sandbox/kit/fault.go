package kit

import (
	"encoding/binary"
	"hash/fnv"
	"math"
	"strconv"
	"strings"
	"sync"
)

// Fault is a failure on demand. A simulator asks Faults before it serves a route.
type Fault struct {
	Processor string  `json:"processor"`        // "" = every one
	Route     string  `json:"route"`            // a part of the route template, "" = every one
	Kind      string  `json:"kind"`             // what happens; each simulator's doc.go lists the kinds that it knows
	Skip      int     `json:"skip,omitempty"`   // matching requests that pass first
	Times     int     `json:"times,omitempty"`  // how often, 0 = until cleared
	Status    int     `json:"status,omitempty"` // for kinds that answer with a status
	Delay     string  `json:"delay,omitempty"`  // Go duration, for kinds that wait
	Rate      float64 `json:"rate,omitempty"`   // share of the matching requests that meet it, 0 = all
	Seed      uint64  `json:"seed,omitempty"`   // decides which ones
}

// Faults hands out failures. It is safe for concurrent use.
type Faults struct {
	mu   sync.Mutex
	list []*armed
}

type armed struct {
	Fault
	seen, met int
	drawn     map[string]uint64 // route → requests that were drawn for
}

// Arm adds f.
func (f *Faults) Arm(x Fault) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.list = append(f.list, &armed{Fault: x, drawn: map[string]uint64{}})
}

// Clear removes all.
func (f *Faults) Clear() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.list = nil
}

// Next returns the fault that this request meets, if any: the first of those
// that were armed.
func (f *Faults) Next(processor, route string) (Fault, bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, a := range f.list {
		if a.Processor != "" && a.Processor != processor || !strings.Contains(route, a.Route) {
			continue
		}
		a.seen++
		if a.seen <= a.Skip || a.Times > 0 && a.met >= a.Times || !a.draw(processor+" "+route) {
			continue
		}
		a.met++
		return a.Fault, true
	}
	return Fault{}, false
}

// draw decides by the seed and by how many requests of this very route there
// were. So the same requests meet the same faults on every run, however those of
// different routes come between each other.
func (a *armed) draw(route string) bool {
	if a.Rate <= 0 {
		return true
	}
	n := a.drawn[route]
	a.drawn[route]++
	h := fnv.New64a()
	h.Write([]byte(a.Kind + strconv.Itoa(a.Status) + a.Delay + " " + route))
	h.Write(binary.BigEndian.AppendUint64(binary.BigEndian.AppendUint64(nil, a.Seed), n))
	return float64(mix(h.Sum64())) < a.Rate*math.MaxUint64
}

// mix spreads a number over 64 bits (splitmix64): a hash's high bits alone don't.
func mix(x uint64) uint64 {
	x += 0x9e3779b97f4a7c15
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}
