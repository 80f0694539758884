// Package population owns invented people of known fates: who they are, which
// records of them a simulated Salesforce org and HubSpot account hold, what they
// and others did and when, and what must become of each record under the
// reference policy. The fates come from how the people are made, never from
// policy code: they are the oracle that the daemon is measured against.
//
// # Recipes
//
// A recipe is a row in one of the tables in recipes*.go and a small function. It
// makes one kind of person and is named after it; `row` is the row of the table
// of hard cases that it covers. Shares are constant in each block of 500 people,
// in which every recipe appears; smaller populations get the common ones evenly
// and then the rare ones in the table's order. Minors are three in 500.
//
// All dates relate to Options.Now. Nobody's fate flips between Now and Now + 150
// days, unless the recipe is about that day ("two-years-today", "lapses-soon");
// then Record.From says when. Acts fall on all hours, one in four on half an hour
// before midnight UTC, which is the next day in Oslo.
//
// # What the fates rely on
//
// In the words of the design and of the table of cases, as settled here:
//
//   - One clock a person: the latest of all signals and collections over all
//     records (C5, row 1). Two calendar years in whole days of the controller's
//     zone, the act's day not counted (Reg. 1182/71; rows 17 to 19): an act on 24
//     November 2024 keeps through 24 November 2026.
//   - Then a grace of 30 days, counted the same way from the day on which the
//     duty is opened; for somebody who has lapsed before Now that is Now's day.
//     It is due at 00:00 of the day after, in the controller's zone. The same
//     grace for people without a basis, none for minors (C4, C23).
//   - No signal is: what staff do, what we write, an import, an enrichment, an
//     open, a modification date, a bounce (rows 29 to 31, 51).
//   - An ongoing signal counts as an act on its last day: an open deal a year after its
//     close date, an open case a year after its creation, an activated contract a
//     day after its end (rows 33, 34).
//   - A date in the future makes the person undetermined: kept (row 20).
//   - Suspected minors, by title, by address or because two sources disagree, are
//     opted out at every mailable record and not deleted (row 3). Our own opt-out
//     there is no refusal of theirs, so it never takes their basis away; nor does
//     leaving topics for lack of proof ("missing proof never deletes").
//   - A refusal of all e-mail, or an objection to marketing, counts at all records
//     of the person and of the address (rows 6, 9 to 12). A newer proof by a
//     registered form lifts it for the form's topics (row 39). Salesforce's flag
//     has no date: on a first run no older proof lifts it.
//   - A topic that is subscribed without proof ends (C2, rows 4, 49). Proof is a
//     registered form's submission, or a status with CONSENT_WITH_NOTICE.
//   - No basis: all e-mail or each topic is refused, every known channel is a
//     consent channel (web form, mailing list), nothing ongoing. Representatives,
//     fairs, referrals, social media and contracts carry the data; an unknown
//     channel never makes a deletion (rows 50, 52).
//   - A keep saves the records at its processors, unmarketed, from the day on
//     which they would have gone; the others go (C6, row 32).
//   - A case, closed or not, makes Salesforce refuse to delete its contact (row 53).
//   - More than ten records in one person: nobody is deleted, refusals still
//     apply (row 13).
//   - Platform users, employees and addresses at controller.example are left
//     alone, with all records that are joined to theirs (C18).
//   - Job applicants who are known for nothing else: six months (row 35).
//
// Beside the people there are a handful of users, apps and a custom property, of
// which one role, one app and the property are in no policy (staff.go).
//
// Not here, because nothing at the processors tells it before something happens:
// holds, requests and suppressions (rows 14, 15, 36, 38, 40, 42), broken or moved
// processors (24, 27, 43 to 48, 54 to 56), the surge of minors (37). Row 28, no
// dates at all, can't be built: both processors always know a creation date.
package population
