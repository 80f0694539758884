// Package hubspot is the adapter for one HubSpot account. It implements
// connectors.Connector; that package's contract binds it.
//
// A record is a contact; its ref's object is "contact" and its id HubSpot's
// number. Beside the contact's own properties there are three groups:
//
//   - "subscription": what each of the record's addresses said to each
//     subscription type: subscriptionId, status, legalBasis, source, timestamp.
//   - "form": the form submissions that HubSpot lists in one property of the
//     contact: guid, submittedAt. HubSpot keeps the last 800.
//   - "deal": the deals associated with the contact: hs_is_closed,
//     hs_is_closed_won, closedate, createdate, dealstage.
//
// # What changed
//
// Changes asks the search index for contacts whose lastmodifieddate moved, and
// for deals whose hs_lastmodifieddate did, and reads the contacts by number: the
// index trails the records by moments. It asks in the order of ids from a fixed
// instant on, never by date and never for a further page: HubSpot's own jobs give
// ten thousand contacts one date, and no search leads past its 10,000th row. A
// mark is HubSpot's clock when a read began; fifteen minutes before it are read again.
//
// An opt-out of the primary address is seen, once hs_email_optout follows it,
// which takes minutes. So is the archive of a contact: the recycle bin is looked
// through, ten pages of it a call, as it can't be asked for what is new. These
// move no date and wait for the next whole read, as HubSpot offers a service key
// no feed of them: what an additional address said; a status that moves no
// opt-out property, as a first SUBSCRIBED; an erasure for good; a contact that was
// restored. The absorbed part of a merge is an alias of its survivor, which is seen.
//
// # Decisions
//
// Whole reads go through the list of contacts, never through search: search
// hides archived records, caps at 10,000, lags behind and finds nothing by
// modification date. Every read proves first that each property it needs is
// defined, because HubSpot leaves out an undefined one without a word.
// A re-read proves it again only if no record answered a property at all.
//
// An empty answer is not taken for "none" where something else can tell: an
// empty list is held against the search index, missing deals against the
// contact's num_associated_deals, missing statuses against the account's
// subscription types. The contact, or the read, is then not whole.
//
// A refusal belongs to the address, not to the contact. So all addresses of a
// contact are read and withdrawn, each brand by itself: read are the brands that
// have a topic of the policy, withdrawn from are all. hs_email_optout is of
// the primary address and lags behind a withdrawal; Verify takes HubSpot's
// account of refusals, not the property. Where the batch calls are refused,
// which is everywhere below Marketing Hub Enterprise, the connector falls back
// for good to calls for single addresses, and doesn't ask about a primary
// address that hs_email_optout shows as withdrawn from everything: for it the
// rows of the policy's topics say UNSUBSCRIBED.
//
// Records are deleted for good by their number alone; nothing else deletes
// without a way back, and an address without a match would be blocklisted. An id
// that is neither in an answer nor among its errors is asked for by itself
// before anything is said of it.
//
// # What is in the account beside its contacts
//
// Survey asks the search index, for each property that HubSpot doesn't ship, how
// many contacts have it: a call each, five a second. A property of which HubSpot
// doesn't say whose it is counts as the account's, unless its name begins with hs_.
// Archived and calculated ones hold nothing of their own. A tick box that somebody
// answered with no is filled. The index lags by moments, and lists live contacts.
//
// Users are known by their roles and teams; who may do everything is "Super Admin"
// beside these, and holds no role for it. A user whose permissions were set one by one
// has none, which is told as no name. HubSpot's names for roles and teams want two
// scopes; a role that it doesn't name is told by its number, and the part is unread.
//
// Apps are never told: there is no public call that lists an account's connected
// apps, service keys or private apps to a token. Not verified on a real account:
// whether deactivated users are listed (they count, then), whether sensitive
// properties can be searched for (a refusal is told as missing), and what an
// account without them answers to the question for their definitions (400 is taken for none).
//
// # Writing
//
// Scopes for writing can't be probed without writing: a missing one shows at the
// first write, as fault.Auth that names it. Describe tells only of those for reading.
//
// ReadAt, AsOf and Clock are HubSpot's Date headers; they are zero if it sent none.
package hubspot
