package store

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/lapsed/lapsed/internal/contact"
	"github.com/lapsed/lapsed/internal/person"
)

// resolve works off what was touched, and returns how many records changed hands.
func resolve(t testing.TB, s *Store, twoNames bool) (n int) {
	t.Helper()
	for {
		var touched []int64
		err := s.Write(ctx, func(tx *Tx) (err error) {
			if touched, err = tx.Touched(3); err != nil {
				return err
			}
			around, changed, err := tx.Resolve(touched, twoNames)
			n += len(changed)
			if err != nil {
				return err
			}
			return tx.SetPersons(touched, around, changed)
		})
		if err != nil {
			t.Fatal(err)
		}
		if len(touched) == 0 {
			return n
		}
	}
}

// Whatever comes, goes and changes, a piece at a time: who is one person with
// whom is what all links at once say.
func TestPersonsAreTheSameAPieceAtATime(t *testing.T) {
	s, err := Open(ctx, "sqlite:"+t.TempDir()+"/state.db")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = s.Close() }()
	at := start
	rapid.Check(t, func(rt *rapid.T) {
		twoNames := true
		for range rapid.IntRange(1, 12).Draw(rt, "steps") {
			at = at.Add(time.Minute)
			id := fmt.Sprint(rapid.IntRange(1, 9).Draw(rt, "record"))
			if rapid.IntRange(0, 4).Draw(rt, "gone") == 0 {
				ref := contact.Ref{Processor: "hubspot", Object: "contact", ID: id}
				if err := s.Write(ctx, func(tx *Tx) error { return tx.Forget(ref) }); err != nil {
					rt.Fatal(err)
				}
			} else {
				o := contact.Observation{Ref: contact.Ref{Processor: "hubspot", Object: "contact", ID: id}, ReadAt: at}
				o.Name[0] = byte(rapid.IntRange(0, 2).Draw(rt, "name"))
				for _, k := range rapid.SliceOfNDistinct(rapid.IntRange(1, 6), 0, 3, func(i int) int { return i }).Draw(rt, "addresses") {
					o.Identifiers = append(o.Identifiers, contact.Identifier{Key: contact.Key{byte(k)}, Email: k != 5, Alone: k == 6})
				}
				put(t, s, 1, o)
			}
			if rapid.Bool().Draw(rt, "resolve") {
				resolve(t, s, twoNames)
			}
		}
		resolve(t, s, twoNames)
		compare(rt, s, twoNames)
	})
}

// compare resolves everybody at once, and compares.
func compare(t *rapid.T, s *Store, twoNames bool) {
	err := s.Read(ctx, func(tx *Tx) error {
		rows, err := tx.PersonsAfter(0, 1000)
		if err != nil {
			return err
		}
		var all []int64
		for _, o := range rows {
			all = append(all, o.Person)
		}
		n, err := tx.around(all)
		if err != nil {
			return err
		}
		p, err := person.Resolve(len(n.Observations), n.Links(), twoNames)
		if err != nil {
			return err
		}
		for _, o := range rows {
			i := slices.Index(n.Observations, o.ID)
			if want := n.Observations[p.Of(int32(i))]; o.Person != want {
				t.Fatalf("record %s is of person %d, and all at once of %d", o.Ref, o.Person, want)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}
