// Package hubspot owns a simulated HubSpot account over HTTP, faithful to what is
// known of the real one (the fact sheet's sections are cited by number). It is
// written from that sheet alone and shares no code with any client, so that a
// client's misreading can't be repeated here.
//
// # What it holds
//
// A [Portal] is one account: contacts, deals, lists, subscription types, and the
// statuses of addresses. Statuses and opt-outs belong to the address, whether a
// contact has it or not; the properties hs_email_optout* follow the primary
// address's statuses after Options.OptOutDelay. Opting out of everything makes
// every topic of the brand UNSUBSCRIBED; any other status then lifts the opt-out
// from everything, as the dated API does, and leaves the other topics out.
//
// Values keep their time and what they replaced. The search index is therefore no
// second store: it is the account as it was Options.IndexLag ago, of those who are
// still live; deals keep their earlier states for it, too. Lists page by id through sorted indexes; a search in the order of
// ids tests each record once a page and sorts nothing.
//
// Time is the stage's clock, in the rate limits too. What is due (properties that
// trail, the ninety days of the recycle bin) comes true when the account is next
// asked.
//
// The methods of Portal are acts at the vendor's side, of people, staff or other
// integrations. They are not filed in the book. A property, topic or state that
// the account could not have panics: it is a mistake in a population.
//
// # How requests are filed
//
// By method and route template, as in "GET /crm/objects/{v}/contacts/{id}"; legacy
// paths under the dated template. The purpose goes by the route alone: account,
// properties, users, definitions and pipelines are describe; list, search, associations,
// deals, lists and exports are read; a contact by id, contacts/batch/read, and the
// status and unsubscribe-all reads of one address are reread. The batch reads of
// statuses are read when they name more than one address, else reread. What
// changes something is write, tokens are session.
//
// Changes are filed when they took effect: delete (gdpr-delete), archive,
// unsubscribe (Topic is the subscription's id, empty for everything,
// "brand:<id>" for everything of a brand other than the default one), leave (Topic
// is the list). Forbidden are create, update, engagement, join, empty-list,
// blocklist (a gdpr-delete by an address that nobody has) and resubscribe, which
// is filed even when it changes nothing. ID is the contact that has the address,
// empty if none does: the book holds no address.
//
// # Faults
//
// Each request asks the stage's faults once, with its template.
//
//	status                answers Status (429, 5xx, 401, 403 …) with the body that goes with it; nothing happens
//	retry-after           429 with Retry-After: Delay (default 1s), which HubSpot doesn't promise
//	daily-limit           429 of the day's calls
//	drop-before           hangs up before the request takes effect
//	drop-after-commit     hangs up after it
//	reset-after-commit    resets the connection after it
//	hang-before           says nothing for Delay (default 1m), then hangs up; nothing happens
//	hang-after-commit     lets it take effect, says nothing for Delay, then hangs up
//	524-after-commit      lets it take effect, then answers 524 in HTML
//	html-502              502 in HTML; nothing happens
//	empty-body            200 without a body; nothing happens
//	truncated             the answer's body ends after two thirds
//	slow                  waits Delay (default 1s), then answers
//	empty-page            an empty list without paging: list, search, batch reads, statuses, properties
//	empty-page-with-next  an empty page with paging.next: list, search
//	duplicate-row         the last row of the page before comes again: list, search; in contacts/batch/read one row twice
//	wrong-total           twice the total, and one: search
//	nonsense              200 with JSON of another shape; nothing happens
//	index-stall           the search index stands still for Delay (default 10m) from this request on
//	477                   the account is moving: Retry-After 3600
//	423                   locked
//
// # What nobody knows
//
// Where a real account's behaviour is not established, [Switches] choose; their
// zero values are what the fact sheet says to assume. Settled here by choice: an
// unknown id in gdpr-delete is 404, an archived contact can be erased, an absorbed
// id can't; a form from an archived contact's address restores the record with its
// id; a form with a ticked topic lifts the address's opt-out; archived and erased
// contacts leave the search index at once; batches of subscriptions hold 100;
// businessUnitId missing means the default brand; the 3,000 characters of a search
// don't count its list of properties; batch results come in the order of ids.
//
// # The checklist
//
// Every line of section 11 has a test that names it, with these limits. Line 17 is
// no option but a loop over Insert with "lastmodifieddate" in the properties. Line
// 27 knows of an erased person's engagement copies only whose they are and until
// when ([Portal.Residue]): engagements can be written to (which is forbidden) but
// not read. Webhooks and the webhooks journal, v1 and v2 APIs, custom objects,
// companies and tickets are not here.
package hubspot
