// Package notify tells people that something waits for them: by a signed webhook,
// by mail, or both.
//
// It promises:
//
//   - What is told holds no person: events are made of codes, counts, processors'
//     record ids and our own words. Neither the errors nor the log lines hold a
//     mailbox, or the address of a webhook, whose path often is a credential.
//   - Nobody is told twice. An event's key says what it is about, and each channel
//     remembers by it what it sent: so a mail server that is down delays mails and
//     doesn't repeat webhooks. The receiver gets the key as the id, because a
//     message whose answer was lost is sent again.
//   - A channel that is broken stops nothing and nobody. [Notifier.Send] returns no
//     error: what failed is logged, counted, and tried again with the next call.
//
// The webhook's body is JSON, and its fields are those of [Event] with a `text`
// that chat programs show as it is. The header X-Lapsed-Signature-256 is
// "sha256=" and the HMAC-SHA256 of the body under the secret, in hexadecimal, as
// GitHub signs; the body holds id and time, so that the receiver can refuse what
// is old or came before.
package notify
