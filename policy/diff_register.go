package policy

import "fmt"

// processors compares the register (C7, C8, C9, C16, C22).
func (d *differ) processors() {
	entries(d.old.Processors, d.next.Processors, func(name string, was, is *Processor) {
		switch {
		case was == nil:
			d.put("C7", "processor", name, "", "", is.For+", in "+is.Region+", "+safeguardText(is.Safeguard), unclear)
		case is == nil:
			d.put("C7", "processor", name, "", was.For+", in "+was.Region+", "+safeguardText(was.Safeguard), "", unclear)
		default:
			d.processor(name, was, is)
		}
	})
}

func (d *differ) processor(name string, was, is *Processor) {
	put := func(clause, what, w, i string) { d.put(clause, "processor", name, what, w, i, nobody) }
	put("C7", "for", was.For, is.For)
	put("C9", "region", was.Region, is.Region)
	put("C7", "safeguard", safeguardText(was.Safeguard), safeguardText(is.Safeguard))
	put("C8", "after-delete", horizonText(was.AfterDelete), horizonText(is.AfterDelete))
	put("C8", "delete-with", orWord(string(was.DeleteWith), "its default"), orWord(string(is.DeleteWith), "its default"))
	put("C19", "system-of-record", yes(was.SystemOfRecord), yes(is.SystemOfRecord))
	put("C16", "by-hand", byHandText(was.ByHand), byHandText(is.ByHand))
	put("C22", "aggregated", aggregatedText(was.Aggregated), aggregatedText(is.Aggregated))
	put("C16", "consultant", yes(was.Consultant), yes(is.Consultant))
	put("C16", "nda", dayText(was.NDA), dayText(is.NDA))
	put("C16", "dpa", dayText(was.DPA), dayText(is.DPA))
	put("C22", "own-system", yes(was.OwnSystem), yes(is.OwnSystem))
	put("C17", "published", yes(was.Published == nil || *was.Published), yes(is.Published == nil || *is.Published))
	entries(was.Fields, is.Fields, func(field string, w, i *string) {
		put("C10", "field "+field, deref(w), deref(i))
	})
}

func safeguardText(s *Safeguard) string {
	if s == nil {
		return "no safeguard"
	}
	return fmt.Sprintf("%s (%s, review by %s)", s.Kind, s.Reference, s.ReviewBy)
}

func horizonText(a *AfterDelete) string {
	switch {
	case a == nil:
		return "not told"
	case a.Restorable != nil:
		return "restorable for " + a.Restorable.Words()
	default:
		return "purged within " + a.Purged.Words()
	}
}

func byHandText(b *ByHand) string {
	if b == nil {
		return ""
	}
	return fmt.Sprintf("%s within %s, proof %s", b.Who, b.Within.Words(), b.Proof)
}

func aggregatedText(a Aggregated) string {
	if c := a.Check; c != nil {
		return fmt.Sprintf("%s, checked on %s, to be reviewed by %s", yes(a.Is), c.Checked, c.ReviewBy)
	}
	return yes(a.Is)
}

func orWord(s, otherwise string) string {
	if s == "" {
		return otherwise
	}
	return s
}

// rest compares what remains of people, what they may ask, where data lies, who
// sees it, holds, limits and the notice.
func (d *differ) rest() {
	d.put("C19", "suppression", "", "refused", d.old.Suppression.Refused, d.next.Suppression.Refused, nobody)
	d.period("C19", "suppression", "", "erased", d.old.Suppression.Erased, d.next.Suppression.Erased, nobody, nobody)
	d.period("C19", "suppression", "", "lapsed", d.old.Suppression.Lapsed, d.next.Suppression.Lapsed, nobody, nobody)
	d.requests()
	d.residency()
	d.access()
	d.set("C5", "holds", "", "needs", d.old.Holds.Needs, d.next.Holds.Needs, nobody, nobody)
	d.period("C5", "holds", "", "longest", d.old.Holds.Longest, d.next.Holds.Longest, nobody, nobody)
	d.limits()
	a, b := deref(d.old.Notice), deref(d.next.Notice)
	d.set("C17", "notice", "", "language", a.Languages, b.Languages, nobody, nobody)
	d.put("C17", "notice", "", "template", a.Template, b.Template, nobody)
}

func (d *differ) requests() {
	a, b := d.old.Requests, d.next.Requests
	text := func(r *Requests) string {
		if r == nil {
			return ""
		}
		return "answered within " + r.AnswerWithin.Words() + ", identity " + r.Identity
	}
	d.put("C26", "requests", "", "", text(a), text(b), nobody)
	d.set("C26", "requests", "", "received-by", fieldTexts(deref(a).ReceivedBy), fieldTexts(deref(b).ReceivedBy), effects{None, Fewer}, effects{None, More})
}

func (d *differ) residency() {
	a, b := deref(d.old.Residency), deref(d.next.Residency)
	d.put("C9", "residency", "", "zone", a.Zone, b.Zone, nobody)
	d.put("C9", "residency", "", "users", a.Users, b.Users, nobody)
	d.set("C9", "residency", "", "users-are", blocks(a.UsersAre), blocks(b.UsersAre), nobody, nobody)
	d.put("C9", "residency", "", "everyone-else", a.EveryoneElse, b.EveryoneElse, nobody)
	d.put("C9", "residency", "", "unknown-country", a.UnknownCountry, b.UnknownCountry, nobody)
	d.set("C7", "residency", "", "refused safeguard", a.RefusedSafeguards, b.RefusedSafeguards, nobody, nobody)
}

func (d *differ) access() {
	a, b := deref(d.old.Access), deref(d.next.Access)
	entries(a.Roles, b.Roles, func(name string, was, is *[]string) {
		d.set("C14", "access", name, "role", deref(was), deref(is), nobody, nobody)
	})
	entries(a.Apps, b.Apps, func(name string, was, is *[]string) {
		d.set("C21", "access", name, "app", deref(was), deref(is), nobody, nobody)
	})
	d.put("C14", "access", "", "unlisted-user", a.UnlistedUser, b.UnlistedUser, nobody)
	d.put("C21", "access", "", "unlisted-app", a.UnlistedApp, b.UnlistedApp, nobody)
}

// limits compares how much happens without a human: how fast, and not whom.
func (d *differ) limits() {
	a, b := &d.old.Limits, &d.next.Limits
	verb := func(v *VerbLimit) string {
		if v == nil {
			return "the default"
		}
		return fmt.Sprintf("%d people or %s a day", v.People, v.Share)
	}
	share := func(s *Share) string {
		if s == nil {
			return "the default"
		}
		return s.String()
	}
	d.put("C5", "limit", "delete", "", verb(a.Delete), verb(b.Delete), nobody)
	d.put("C12", "limit", "unsubscribe", "", verb(a.Unsubscribe), verb(b.Unsubscribe), nobody)
	d.put("C5", "limit", "surge", "", number(a.Surge, "the default"), number(b.Surge, "the default"), nobody)
	d.put("C5", "limit", "shrunk-source", "", share(a.ShrunkSource), share(b.ShrunkSource), nobody)
	d.period("C5", "limit", "stale-source", "", a.StaleSource, b.StaleSource, nobody, nobody)
	approval := func(x *Approval) string {
		if x == nil {
			return "one person, the default"
		}
		s := "valid " + x.Valid.Words()
		if x.TwoPeopleAbove != nil {
			s += ", two people above " + x.TwoPeopleAbove.String()
		}
		if x.NotBy != "" {
			s += ", not by " + x.NotBy
		}
		return s
	}
	d.put("C5", "limit", "approval", "", approval(a.Approval), approval(b.Approval), nobody)
}
