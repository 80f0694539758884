// Package api owns the wire to one Salesforce org: the session, the calls, and
// what an answer means. It knows objects, columns and rows, and no policy.
//
// Session and calls go through simpleforce, one throwaway client a call: its
// http.Client gets a RoundTripper that hands the request to internal/httpx and
// keeps the answer. So context, headers and response headers work, nothing is
// shared between calls (SetSidLoc during a call is a data race), and the
// answer that is judged is the one that was kept. What simpleforce itself would
// make of a failure is never seen: it writes bodies and URLs to the standard
// log, loses all errors but the first, and panics on "[]". It is handed an
// empty success instead, and stays silent.
//
// Only NewClient, SetSidLoc, SetHttpClient, Query and ApexREST are used. Two
// things go around it, each because it can't be done with it: the token (its
// login is SOAP, which API 68.0 no longer has) and the results of Bulk jobs (it
// reads a whole answer into memory; a result may be gigabytes).
//
// Rows are texts in the order of the columns asked for, "" for null: what JSON
// and CSV have in common. Who needs types takes them from the describe.
//
// Vendor's words (messages) are looked at here to tell two cases of one code
// apart, and go nowhere: they hold names, addresses and other people's ids.
package api
