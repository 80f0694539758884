package policy

import (
	"fmt"
	"strings"
)

// retention says how long data is kept, and why some longer (Art. 13(2)(a); C5, C6, C19, C23).
func (w *noticeWriter) retention() {
	r := w.d.Retention
	w.section("retention", "How long we keep it")
	w.say("We delete your data when for %s there has been no %s of yours. The day on which we collected it starts the time.", r.Period.Words(), joinOr(signalKinds(r.Signals)))
	if r.Grace != nil {
		w.say("Before we delete, %s pass in which we check once more.", r.Grace.Words())
	}
	if r.NoBasisLeft == "delete" {
		w.say("If you take your consent back or refuse marketing, and nothing else entitles us to your data, we delete it then.")
	}
	var rows [][]string
	for _, e := range r.Shorter {
		name := e.Name
		if c, ok := w.d.Channels.Rows.Get(e.Name); ok {
			name = c.Row
		}
		rows = append(rows, []string{name + ", if you came to us in no other way", e.Value.Words(), "all", "everywhere"})
	}
	for _, e := range r.Longer {
		k := e.Value
		rows = append(rows, []string{"The law requires or allows it: " + k.Law, keepWords(k), joinWords(readable(k.Keeps)), joinWords(displayNames(k.At))})
	}
	if len(rows) > 0 {
		w.table("Exceptions", []string{"Why", "How long", "Which data", "Where"}, rows)
		w.say("What a law keeps is not used for marketing, and goes everywhere else.")
	}
	w.remains()
}

func signalKinds(s Signals) []string {
	var out []string
	for _, k := range []struct {
		name string
		list []Signal
	}{{"activity", s.Activity}, {"interest", s.Interest}, {"intent", s.Intent}, {"need", s.Need}} {
		if len(k.list) > 0 {
			out = append(out, k.name)
		}
	}
	return out
}

func joinOr(words []string) string {
	if len(words) == 0 {
		return "sign of life"
	}
	return alternatives(words)
}

func displayNames(names []string) []string {
	out := make([]string, len(names))
	for i, n := range names {
		out[i] = displayName(n)
	}
	return out
}

func keepWords(k Keep) string {
	switch {
	case k.While != nil:
		return "as long as " + blockWords(*k.While)
	case k.Period != nil && k.AfterYearOf != nil:
		return fmt.Sprintf("%s after the end of the year of this date: %s", k.Period.Words(), fieldWords(*k.AfterYearOf))
	case k.Period != nil && k.After != nil:
		return fmt.Sprintf("%s after this date: %s", k.Period.Words(), fieldWords(*k.After))
	default:
		return ""
	}
}

// remains says what is left of a person after deletion (C19).
func (w *noticeWriter) remains() {
	s := w.d.Suppression
	var out []string
	if s.Refused != "" {
		out = append(out, "if you refused something: until you lift it")
	}
	if s.Erased != nil {
		out = append(out, "if you asked us to erase you: "+s.Erased.Words())
	}
	if s.Lapsed != nil {
		out = append(out, "if your time was over: "+s.Lapsed.Words())
	}
	if len(out) == 0 {
		return
	}
	w.say("After deletion nothing remains but a keyed code that tells nobody who you were, so that your no outlives your record and nobody brings you back by mistake:")
	w.list(out...)
}

// rights says what everybody may ask for, and how (Art. 13(2)(b)-(d), 15-22, 77; C26).
func (w *noticeWriter) rights() {
	w.section("rights", "Your rights, and how to use them")
	rights := []string{
		"See your data and get a copy (GDPR Art. 15)",
		"Have it corrected (Art. 16)",
		"Have it erased (Art. 17)",
		"Have its use restricted (Art. 18)",
		"Take it with you, where we rely on consent or contract (Art. 20)",
	}
	if w.uses(BasisLegitimateInterest) {
		rights = append(rights, "Object to what we do on a legitimate interest, and to marketing at any time without a reason (Art. 21)")
	} else {
		rights = append(rights, "Object to marketing at any time without a reason (Art. 21)")
	}
	if w.uses(BasisConsent) {
		rights = append(rights, "Take your consent back at any time (Art. 7(3))")
	}
	rights = append(rights, "Complain to a supervisory authority (Art. 77)")
	w.list(rights...)
	how := []string{"Write to " + w.d.Controller.Contact + "."}
	if r := w.d.Requests; r != nil {
		how = append(how, "We answer within "+r.AnswerWithin.Words()+".")
		if r.Identity == "checked" {
			how = append(how, "We check that it is you who asks.")
		}
	}
	w.say("%s", strings.Join(how, " "))
}

func (w *noticeWriter) uses(b Basis) bool {
	for _, e := range w.d.Channels.Rows {
		if e.Value.Basis == b {
			return true
		}
	}
	return false
}

// minors says who is too young (C4).
func (w *noticeWriter) minors() {
	m := w.d.Minors
	if m == nil {
		return
	}
	w.section("minors", "Children and young people")
	w.say("We do not knowingly ask for, collect or process data of anybody under %d. As soon as we know of such data, we delete it.", m.Under)
	if len(m.SuspectedBy) > 0 {
		w.say("If something only suggests it, we stop marketing at once, and somebody looks.")
	}
}

// visitors tells of cookies and advertising by what the register is used for (C13, C22).
func (w *noticeWriter) visitors() {
	var statistics, ads []string
	for _, e := range w.d.Processors {
		switch what := strings.ToLower(e.Value.For); {
		case strings.Contains(what, "remarketing") || strings.Contains(what, "retargeting") || strings.Contains(what, "advert"):
			ads = append(ads, displayName(e.Name))
		case e.Value.Aggregated.Is && (strings.Contains(what, "web") || strings.Contains(what, "analy") || strings.Contains(what, "statist")):
			statistics = append(statistics, displayName(e.Name))
		}
	}
	if len(statistics)+len(ads) == 0 {
		return
	}
	w.section("visitors", "Cookies, statistics and advertising")
	if len(statistics) > 0 {
		w.say("%s counts by means of cookies how our website is used. What it tells us is aggregated and about nobody in particular.", joinWords(statistics))
	}
	if len(ads) > 0 {
		w.say("%s may show you advertisements of ours elsewhere because you visited our website. To refuse that, do not accept cookies on our website, or change the settings for advertisements there. If you refuse all marketing, you leave our audiences too.", joinWords(ads))
	}
}

// changes tells the version (C15).
func (w *noticeWriter) changes() {
	w.section(changesID, "Versions of this notice")
	w.say("Version %s, in force since %s.", w.d.Version, longDay(w.d.Effective))
	if w.d.Supersedes != "" {
		w.say("It takes the place of version %s.", w.d.Supersedes)
	}
}
