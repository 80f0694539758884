// Package salesforce owns a simulated Salesforce org: its records, their rules
// and its HTTP face (login, REST, composite, Bulk API 2.0, status API). It is an
// http.Handler; population and mutations come in through Insert, Update, Remove,
// Undelete, Purge, Merge and Mark; settings and permissions through Adjust.
//
// Everything accidental (ids, page lengths, the order of bulk rows, delays)
// follows from Options.Seed and the order of calls, everything dated from the
// stage's clock: two orgs with the same history answer the same bytes.
//
// # How it is built
//
// objects.go is one table of objects and fields; describe, queries, writes and
// the rules of deletion are all read from it, so they can't disagree. A row is a
// version that never changes (table.go): a save puts a new one in its slot, which
// is what lets a Bulk job keep what it saw and a collection roll back. Ids of an
// object ascend with its slots, so an id finds its row by arithmetic; references
// are indexed (plan.go). What follows from time or other rows is computed when it
// is read (derive.go): IsArchived, LastActivityDate, names, compound addresses.
//
// # Faults
//
// The stage's faults are asked with processor "salesforce" and a route of the
// form "PATCH /services/data/v{version}/sobjects/{object}/{id}" (routes.go).
// Without effect on the org: status (Status, default 500), drop-before, html-503,
// empty-array (body [], Status, default 500), nonsense (200, JSON of another
// shape), limit (403, the day's calls), concurrent (403, calls held open),
// policy-401 (a session that no login cures), session-401, two-errors, redirect
// (302 to another host), empty-body (200), api-disabled (403), hang-before (silence
// for Delay, default 1m, then a lost line), lock-row, validation, duplicate (writes
// only; the last passes with allowSave=true).
// After the effect: drop-after-commit, reset-after-commit, hang-after-commit,
// 500-after-commit, truncated (half the body,
// then a broken connection), slow (Delay before the first byte; the 26th call held
// open at once is refused), drop-header (answers lose their Sforce-* headers).
// Of queries, also inside composite and Bulk: empty-page (no rows, done). Of
// queries, also inside composite: hidden-field (400 INVALID_FIELD), wrong-total. Of
// queries: half-page (done:false and a locator that answers INVALID_QUERY_LOCATOR).
// Of the org: late-commit (saves of the next Delay, default 10m, become visible up to
// so long after their stamp).
//
// # Where Salesforce's documents are silent
//
// The reading that is worse for a client is simulated; Conduct switches the ones
// that clients may want both ways.
//   - A cursor is no snapshot: rows are read when their page is; a row deleted
//     meanwhile is missing from it, while totalSize stays.
//   - A merge moves children without touching their stamps. A deleted Individual
//     is emptied from the records that refer to it, without a stamp either, and
//     an undelete doesn't bring that back.
//   - LastActivityDate moves without SystemModstamp. Filters on any birth date
//     ignore the year, not only on Contact's.
//   - At most five queries in a composite request (Conduct.CompositeQueries).
//   - GET of a deleted row is NOT_FOUND (Conduct.GoneCode). A row that was purged
//     or never was is NOT_FOUND to a single write and INVALID_CROSS_REFERENCE_KEY
//     to a collection.
//   - PATCH and DELETE of a person account's contact are both refused, with 400.
//   - Deleting an account is refused for a won opportunity, one of another owner,
//     an activated contract or order, a case, a contact with an active portal user.
//   - Writes during maintenance are 403 INSUFFICIENT_ACCESS_OR_READONLY.
//   - An empty Bulk result keeps its header line, because real clients need it;
//     Conduct.BareEmptyResults takes it away. /services/data is open to strangers,
//     as in real orgs; Conduct.VersionsNeedLogin closes it.
//   - SOQL wants parentheses where AND meets OR and around a NOT beside them.
//   - OauthToken counts all its rows in totalSize and shows at most 2,500 of them;
//     who lacks "View Setup and Configuration" gets INVALID_TYPE for permission sets.
//
// # The book
//
// A request is filed before its answer can be read. A query counts as a re-read
// if its WHERE selects by ids (= or IN on an id or a reference) whatever else it
// says; a composite request as the weakest claim among its parts. Changes are
// what the client's write addressed, not what cascaded: delete; unsubscribe for
// HasOptedOutOfEmail false to true and for a custom flag true to false;
// resubscribe, update and create, which are marked forbidden. A write that
// changes nothing is a call but no change.
//
// # Not simulated
//
// Of the checklist in the fact sheet: from 38, seeded faults are armed by whoever
// drives the stage, not drawn here; from 18, calls are counted by the full hour;
// from 37, the Consent API's write (405); from 40, the request log is the
// stage's book, which keeps no URLs. Beside it: sObject upsert, composite writes,
// relationship sub-queries, SOSL, Change Data Capture, field history, SOAP,
// ContactPointConsent and CommSubscriptionConsent.
package salesforce
