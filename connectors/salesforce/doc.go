// Package salesforce is the connector for one Salesforce org: its leads and
// contacts, and what other objects say of them.
//
// # Whole or not
//
// Each read builds its questions from the org's describes, which leave out what
// field-level security hides. A field that the policy asks for and that is not
// there makes the read end with an Unsupported error that names it; Describe
// lists it, and each record that should show it names it, so that refusals are
// still seen. The address, the day of collection and the opt-out are asked for
// always and must be readable: a hidden opt-out would make refusals of nobody.
// Other fields that any policy may use by role (names, title, country) are named
// in Contact.Unreadable where they are hidden. A standard field must be readable on
// each object that has it. A custom field must be readable on one object at
// least; the records of the other name it in Contact.Unreadable, since no answer
// tells a field that isn't there from one that is hidden. Who asks for a custom
// field had better have it on both objects, and show it to our user.
//
// Every object's rows are counted first, several counts in one call. The count
// decides between pages in order of Id, which need no cursor and therefore can't
// lose one, and a Bulk API 2.0 job. The rows that came must agree with the
// count; as people work meanwhile, a second count is asked before a difference
// is called an error. An empty answer is never taken for "none": a count of zero
// must agree with the org's record of what it stores (/limits/recordCount, for
// which our user needs View Setup and Configuration). That record is some hours
// old at times: an org whose last lead has just been deleted is not read whole
// until it knows.
//
// What sharing hides from our user can't be seen in any answer, but that all
// rows of an object are hidden can: the org's record ignores sharing. Our user
// needs View All on each object; no permission is proof that it has it.
//
// # Rows of other objects
//
// Task and Event are read with archived rows: plain queries hide activities
// older than 365 days, and a period of two years would be counted on one.
// E-mails are read only if they came from the person (Incoming, FromAddress),
// and never their text or addresses. Group Campaign holds one row a membership,
// group Opportunity one a contact role. Contracts and orders are those of the
// contact's account, and those that the contact signed or pays. Individual and
// RecordType are parents of the record and come with it. Only asked columns are
// kept, in a few bytes a value, until the records themselves have passed. They are
// read first, sorted by the ids of their owners, and looked up as the records come:
// the first mebibyte of each object in memory, the rest in a temporary file that is
// sealed and has no name, so that a read takes the memory of a page and not of the
// org. It needs some 60 bytes of disk a row, twice while it sorts; a full disk ends
// the read, and where no file can be made the rows stay in memory.
//
// A converted lead is handed over like any other: it still holds the person's
// data. ConvertedContactId links it. Records merged into another one are its
// aliases, transitively.
//
// # What changed
//
// Changes asks queryAll for the rows of all objects with a SystemModstamp since
// the mark, deleted ones included, a few questions a call, and re-reads the
// records that they are or belong to: by WhoId, LeadId, ContactId and the like,
// of contracts and orders through the account, of consents through the individual.
// A campaign or an opportunity that was saved moves its members and contacts, and
// a login its contact. A mark is the org's clock when a read began; forty minutes
// before it are read again, for rows become visible after the stamp that they bear.
//
// A deleted record is told as gone by its row in the bin. These bear no stamp and
// wait for the next whole read: a record that left the bin before it was asked
// for; what sharing or field-level security began or ceased to hide; formulas,
// and LastActivityDate if the policy asks for no tasks and events; a row whose
// earlier owner was another record; a record type's name; an individual's deletion.
// The absorbed part of a merge is an alias of its survivor, which is seen.
//
// # Re-reads
//
// Refresh and Verify ask queryAll by id, in composite calls with the ids in the
// body: one answer tells live, deleted and merged records apart, and no address
// is in any URL.
//
// # Writes
//
// The opt-out is set to true and custom topic flags to false; nothing else can
// be expressed. Owners are left alone (Sforce-Auto-Assign), a record that
// already says so is not written, and a duplicate rule is overridden once, if it
// allows that. Deleting means the Recycle Bin, for 15 days. Person accounts are
// written through their account. A business account is never written.
//
// # What is in the org beside its people
//
// Survey counts who fills the custom fields of leads, contacts and, where the org
// has person accounts, of these: a hundred columns a question where COUNT() takes
// their type, else each by a condition; of a tick box, those that are ticked. Long
// texts, rich texts and encrypted fields can be neither counted nor filtered: they
// are named as missing. Formulas hold nothing of their own. What field-level
// security hides from our user is not described, and no answer tells that it is.
//
// Users are the active ones of type Standard. Customers and partners who log in to
// a portal, guests of sites, Chatter-only users and Salesforce's own automation are
// left out. A set that is assigned for a time or for certain sessions counts as
// the user's. Their own names and addresses are not asked for.
//
// Apps are those that hold OAuth tokens. Ours is the one of our user's tokens, if
// these are all of one app: the API doesn't say by which we came. A program that
// logs in with a user's name and password holds no token and isn't seen; nor is a
// package that runs inside the org.
//
// Without three permissions Salesforce leaves rows out in silence, so Survey asks
// which of them our user has: View All Users, View Setup and Configuration (for
// permission sets), Customize Application (for others' tokens; older guides say
// Manage Users). Not verified on a real org: that client credentials and JWT leave
// a token that OauthToken shows, that NOT IN can be asked of it, the total that it
// tells above 2,500 rows, and what is answered for permission sets to who may not
// read them; each of INVALID_TYPE, 403 and 404 is taken for that.
//
// # Calls
//
// A read ends with RateLimited when four fifths of the org's daily calls are
// used, one of what changed at 95 %: it is what refusals come by. Re-reads and
// writes go on: they are few, and refusals can't wait.
// Describes are used again for an hour. simpleforce, through which calls go, is
// told of in internal/api; results of Bulk jobs are streamed past it, since it
// reads whole answers into memory.
package salesforce
