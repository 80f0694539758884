package reconcile

import (
	"github.com/lapsed/lapsed/internal/audit/entry"
	"github.com/lapsed/lapsed/internal/contact"
	"github.com/lapsed/lapsed/internal/store"
)

// forget removes what is kept of a record that is gone, whoever deleted it. Its
// refusals stay behind under its identifiers: a person's no outlives their record.
func (r *run) forget(tx *store.Tx, ref contact.Ref) error {
	o, known, err := tx.Observation(ref)
	if err != nil || !known {
		return err
	}
	if err := r.keepRefusals(tx, emails(o.Identifiers), o.Facts.Refusals); err != nil {
		return err
	}
	return tx.Forget(ref)
}

// readdressed keeps what was known under an address that a record has no longer:
// holds and refusals go on at the record, and the record's refusals at the address.
func (r *run) readdressed(tx *store.Tx, l store.Lost) error {
	o, _, err := tx.Observation(l.Ref)
	if err != nil {
		return err
	}
	if err := r.keepRefusals(tx, []contact.Key{l.Key}, o.Facts.Refusals); err != nil {
		return err
	}
	return tx.Inherit(l.Key, r.Keys.Link(l.Ref))
}

// emails are the keys of the addresses among identifiers.
func emails(ids []contact.Identifier) (out []contact.Key) {
	for _, x := range ids {
		if x.Email {
			out = append(out, x.Key)
		}
	}
	return out
}

// keepRefusals stores refusals under keys. What we withdrew ourselves is none of
// the person's.
func (r *run) keepRefusals(tx *store.Tx, keys []contact.Key, refused []contact.Refusal) error {
	return r.keepNamed(tx, keys, refused, r.Policy.Topics.Names())
}

// keepNamed does so for refusals whose topics have the numbers of a list of names.
// A topic that has no name any more becomes a no to all mail: doubt stops marketing.
func (r *run) keepNamed(tx *store.Tx, keys []contact.Key, refused []contact.Refusal, topics []string) error {
	for _, n := range refused {
		if n.Ours {
			continue
		}
		no := store.Suppression{Kind: "refused", Extent: n.Extent, Since: n.At}
		switch {
		case n.Extent != contact.ExtentTopic:
		case int(n.Topic) < len(topics):
			no.Topic = topics[n.Topic]
		default:
			no.Extent = contact.ExtentEmail
		}
		for _, no.Key = range keys {
			if err := tx.Suppress(no); err != nil {
				return err
			}
		}
	}
	return nil
}

// succeed hands over to a record what was kept of those that the processor merged
// into it: holds, and every no. The processor's own memory of a merge doesn't
// last, and it may keep only the survivor's flags.
func (r *run) succeed(tx *store.Tx, to contact.Observation, merged []contact.Ref) ([]entry.Entry, error) {
	var out []entry.Entry
	heir := r.Keys.Link(to.Ref)
	for _, ref := range merged {
		from, known, err := tx.Observation(ref)
		if err != nil {
			return nil, err
		}
		if !known || ref == to.Ref {
			continue
		}
		if err := r.keepRefusals(tx, []contact.Key{heir}, from.Facts.Refusals); err != nil {
			return nil, err
		}
		for _, x := range from.Identifiers {
			if x.Alone {
				continue
			}
			if err := tx.Inherit(x.Key, heir); err != nil {
				return nil, err
			}
			if x.Email {
				continue // an address may be somebody else's, too
			}
			if err := tx.InheritRequests(x.Key, heir); err != nil {
				return nil, err
			}
		}
		name, _ := r.public(to.Identifiers, []store.Row{{Observation: to}})
		_, joins := r.public(from.Identifiers, []store.Row{{Observation: from}})
		out = append(out, entry.Entry{Kind: entry.PersonJoined, Body: entry.Joined{Person: name, Joins: joins, Cause: "merge"}})
		if err := r.forget(tx, ref); err != nil {
			return nil, err
		}
		es, err := r.dropRecord(tx, ref)
		if err != nil {
			return nil, err
		}
		out = append(out, es...)
	}
	return out, nil
}
