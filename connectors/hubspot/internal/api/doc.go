// Package api owns HubSpot's wire: the calls that the connector makes, and no
// others.
//
// Its types can't widen a permission: the one status that can be written is
// UNSUBSCRIBED, and there is no call that creates, updates, restores or
// resubscribes. A deletion takes a record's number; the form that takes an
// address doesn't exist here, because HubSpot blocklists a stranger's address
// when it finds no match.
//
// It is liberal in what it accepts (ids as text or number, batches answered by
// 200 or 207, unknown keys) and strict where silence would be taken for an
// answer: a list without results, or a 200 that is no JSON, is an error.
//
// Errors are *fault.Error, made from status and closed lists of categories and
// scopes. What HubSpot says in words may hold an address and is never read.
// The calls for one contact's subscriptions carry the address in their path,
// because HubSpot offers no other form outside its Enterprise edition; routes
// in errors and metrics are templates without it.
package api
