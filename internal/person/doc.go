// Package person joins contacts to persons. It is pure and order-independent:
// the same links in any order give the same persons.
//
// Two contacts are one person if a chain of identifiers joins them: the same
// address, or the vendor's own link from one record to another. Two kinds of
// address join nobody, and are kept as a [Shared] group instead, because what is
// refused there is refused for all who have it (C12): a role address, and, where
// the policy says so, an address with two names, of which either one's act also
// keeps both.
//
// Memory is a few bytes a contact: links are taken in the order of their keys,
// one group at a time, and only a union-find forest is held.
package person
