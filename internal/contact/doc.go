// Package contact owns the nouns that everything else speaks of: a [Contact]
// as it was read from a processor, the [Ref] that names its record there, the
// [Value] of one of its fields, and the [Catalogue] that says what a field is
// and whose act moves it.
//
// A contact lives in memory for the moment in which its record is read or
// written. It is the only type that holds names and addresses, and it can't be
// printed: every formatting verb shows the ref and a count, never a value.
//
// Three states of a field are kept apart, because a wrong deletion begins
// where they are mixed up. A field that was read and holds something is in
// [Contact.Fields]; one that was read and is empty is absent from it; one that
// could not be read is named in [Contact.Unreadable]. Empty is not unreadable.
//
// A [Row] keeps values in the places that its [Columns] name, and a [Pick] finds
// the places that a reader asks for once for all rows of the same columns: a
// company's contacts are read in millions, and looked at by every rule.
//
// The package imports nothing of ours.
package contact
