// Package document reads YAML so strictly that nothing in it can mean two
// things, and reports everything that is wrong at once: file, line, column, the
// offending line, and what to write instead.
//
// It is the only package that touches the YAML library, and asks it for a tree
// of nodes and nothing else: the library's own decoding turns an empty value
// into 0, 1.5 into 1 and 010 into 8, ignores a second document, and forgets
// about unknown keys below the first level. So the walk here refuses, each with
// its position:
//
//   - an empty or missing value, an empty text, list or map
//   - an unknown key, a key twice, a key that is no plain name
//   - a second document, an anchor, an alias, a merge key, a tag
//   - an unquoted word that some YAML readers take for true or false where a
//     text is meant (NO, yes, on, off …), and null in every spelling
//
// A document has at most a megabyte, and nothing in it takes longer than its
// size: the YAML library stops at a depth of 10,000, an excerpt is short, and of
// more than 200 problems only the number is told.
//
// [Decode] fills Go structs: the struct is the grammar. Tags name the keys:
// `yaml:"name"` must be there, `yaml:"name,optional"` may be. A field of type
// [Pos] without a tag receives the position of its struct. Types with a grammar
// of their own implement [Scalar] or [Decoder].
package document
