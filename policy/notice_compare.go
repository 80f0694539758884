package policy

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"
)

// NoticeDifference is one point on which a published page and the policy don't
// agree (C17). Kind is "left-out" (the policy has it, the page doesn't), "extra"
// (the other way round) or "differs".
type NoticeDifference struct {
	About   string `json:"about"` // processor, location, safeguard, period, age, version, controller
	Kind    string `json:"kind"`
	Subject string `json:"subject"`
	Policy  string `json:"policy,omitzero"`
	Page    string `json:"page,omitzero"`
}

// The kinds of differences.
const (
	LeftOut = "left-out"
	Extra   = "extra"
	Differs = "differs"
)

// CompareNotice says on what a published page, as lines of text with " | "
// between a table's cells, does not agree with the policy. It compares what can
// be told from wording nobody knows beforehand: who processes data, where and
// under which safeguard, periods, ages, the version and the controller.
func (d *Document) CompareNotice(page string) []NoticeDifference {
	c := pageComparison{d: d, text: page, folded: " " + foldWords(page) + " "}
	for _, l := range strings.Split(page, "\n") {
		if l = strings.Trim(l, " \t\r-*•|#"); l != "" {
			c.lines = append(c.lines, l)
		}
	}
	c.controller()
	c.processors()
	c.strangers()
	c.periods()
	c.ages()
	c.versions()
	return c.out
}

type pageComparison struct {
	d      *Document
	text   string
	folded string // words in lower case, single spaces between
	lines  []string
	out    []NoticeDifference
}

func (c *pageComparison) add(about, kind, subject, policy, page string) {
	c.out = append(c.out, NoticeDifference{about, kind, subject, policy, page})
}

var noWord = regexp.MustCompile(`[^\p{L}\p{N}]+`)

// foldWords is a text's words in lower case.
func foldWords(s string) string {
	return strings.TrimSpace(noWord.ReplaceAllString(strings.ToLower(s), " "))
}

func (c *pageComparison) controller() {
	if !strings.Contains(c.folded, " "+foldWords(c.d.Controller.Name)+" ") {
		c.add("controller", LeftOut, "name", c.d.Controller.Name, "")
	}
	if !strings.Contains(strings.ToLower(c.text), strings.ToLower(c.d.Controller.Contact)) {
		c.add("controller", LeftOut, "contact", c.d.Controller.Contact, "")
	}
}

// listed finds the lines that begin with a name and are no sentence: headings,
// list items and table rows.
func (c *pageComparison) listed(name string) (at []int) {
	name = foldWords(displayName(name))
	for i, l := range c.lines {
		words := foldWords(l)
		row := strings.Contains(l, " | ")
		if words != name && !strings.HasPrefix(words, name+" ") || !row && len(strings.Fields(words)) > 8 {
			continue
		}
		if first, _, _ := strings.Cut(l, " | "); row && foldWords(first) != name {
			continue
		}
		at = append(at, i)
	}
	return at
}

// block is what is said under a listing line: a row, or the lines up to the next listing.
func (c *pageComparison) block(at int, stops []int) string {
	if strings.Contains(c.lines[at], " | ") {
		return c.lines[at]
	}
	end := min(at+6, len(c.lines))
	for i := at + 1; i < end; i++ {
		if slices.Contains(stops, i) {
			end = i
		}
	}
	return strings.Join(c.lines[at:end], "\n")
}

func (c *pageComparison) processors() {
	var stops []int
	for _, e := range c.d.Processors {
		stops = append(stops, c.listed(e.Name)...)
	}
	for _, e := range c.d.Processors {
		at := c.listed(e.Name)
		if len(at) == 0 {
			how := ""
			if strings.Contains(c.folded, " "+foldWords(displayName(e.Name))+" ") {
				how = "mentioned, and not listed"
			}
			c.add("processor", LeftOut, e.Name, e.Value.For, how)
			continue
		}
		var regions []string
		said := ""
		for _, i := range at {
			regions = append(regions, regionsIn(c.lines[i])...)
			said += c.block(i, stops) + "\n"
		}
		c.location(e.Name, &e.Value, regions)
		c.safeguard(e.Name, &e.Value, said)
	}
}

func (c *pageComparison) location(name string, p *Processor, regions []string) {
	slices.Sort(regions)
	regions = slices.Compact(regions)
	switch {
	case slices.Contains(regions, p.Region):
	case len(regions) > 0:
		c.add("location", Differs, name, regionWords(p.Region), strings.Join(regions, ", "))
	case !c.d.inside(p.Region):
		c.add("location", LeftOut, name, regionWords(p.Region), "")
	}
}

var regionCode = regexp.MustCompile(`\(([A-Z]{2,3})\)`)

// regionsIn are the places that a line names.
func regionsIn(line string) (out []string) {
	for _, m := range regionCode.FindAllStringSubmatch(line, -1) {
		if regionNames[m[1]] != "" {
			out = append(out, m[1])
		} else if m[1] == "USA" {
			out = append(out, "US")
		}
	}
	for code, name := range regionNames {
		if strings.Contains(line, name) {
			out = append(out, code)
		}
	}
	return out
}

// safeguardSigns are how pages name safeguards.
var safeguardSigns = []struct {
	kind  string
	signs []string
}{
	{"bcr", []string{"binding corporate rules", "bcr"}},
	{"scc", []string{"standard contractual clauses", "model clauses", "scc", "sccs"}},
	{"dpf", []string{"data privacy framework"}},
	{"privacy-shield", []string{"privacy shield"}},
	{"adequacy", []string{"adequacy decision", "decision of adequacy"}},
}

func (c *pageComparison) safeguard(name string, p *Processor, said string) {
	folded := " " + foldWords(said) + " "
	var named []string
	for _, k := range safeguardSigns {
		if slices.ContainsFunc(k.signs, func(s string) bool { return strings.Contains(folded, " "+s+" ") }) {
			named = append(named, k.kind)
		}
	}
	switch {
	case p.Safeguard == nil && len(named) > 0:
		c.add("safeguard", Extra, name, "", strings.Join(named, ", "))
	case p.Safeguard == nil || slices.Equal(named, []string{p.Safeguard.Kind}):
	case len(named) == 0:
		c.add("safeguard", LeftOut, name, p.Safeguard.Kind, "")
	default:
		c.add("safeguard", Differs, name, p.Safeguard.Kind, strings.Join(named, ", "))
	}
}

var placedName = regexp.MustCompile(`^(\p{Lu}[\p{L}\p{N}.&' -]{1,40}) \(([A-Z]{2,3})\)$`)

// strangers finds names with a place that the policy knows nothing of.
func (c *pageComparison) strangers() {
	known := map[string]bool{}
	for _, e := range c.d.Processors {
		known[foldWords(displayName(e.Name))] = true
	}
	for _, l := range c.lines {
		name, place := "", ""
		if m := placedName.FindStringSubmatch(l); m != nil && regionNames[m[2]] != "" {
			name, place = m[1], m[2]
		} else if cells := strings.Split(l, " | "); len(cells) > 2 && len(strings.Fields(cells[0])) <= 4 {
			for _, cell := range cells[1:] {
				if m := placedName.FindStringSubmatch(strings.TrimSpace(cell)); m != nil && regionNames[m[2]] != "" {
					name, place = strings.TrimSpace(cells[0]), m[2]
				}
			}
		}
		if k := foldWords(name); k != "" && !known[k] {
			known[k] = true
			c.add("processor", Extra, name, "", regionWords(place))
		}
	}
}

var numberWords = []string{"one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"}

var spokenPeriod = regexp.MustCompile(`\b([0-9]{1,4}|` + strings.Join(numberWords, "|") + `) (year|month|week|day|hour)s?\b( of age| old)?`)

// pagePeriods are the periods that a text names, in their order.
func pagePeriods(folded string) (out []Period) {
	for _, m := range spokenPeriod.FindAllStringSubmatch(folded, -1) {
		if m[3] != "" {
			continue // an age
		}
		n := slices.Index(numberWords, m[1]) + 1
		if n == 0 {
			_, _ = fmt.Sscan(m[1], &n)
		}
		p := map[string]Period{"year": {Months: 12 * n}, "month": {Months: n}, "week": {Days: 7 * n}, "day": {Days: n}, "hour": {Hours: n}}[m[2]]
		if !slices.Contains(out, p) {
			out = append(out, p)
		}
	}
	return out
}

// counted is a period in months rather than years.
func counted(p Period) Period {
	return Period{Months: p.Months + 12*p.Years, Days: p.Days, Hours: p.Hours}
}

// inYears is a period in years where that is a whole number.
func inYears(p Period) Period {
	if p.Months > 0 && p.Months%12 == 0 {
		return Period{Years: p.Months / 12}
	}
	return p
}

type namedPeriod struct {
	name   string
	period Period
}

// promised are the periods that a notice of the policy has to name.
func (d *Document) promised() []namedPeriod {
	r := d.Retention
	out := []namedPeriod{{"retention", r.Period}}
	add := func(name string, p *Period) {
		if p != nil {
			out = append(out, namedPeriod{name, *p})
		}
	}
	add("grace", r.Grace)
	for _, e := range r.Shorter {
		add("retention of "+e.Name, &e.Value)
	}
	for _, e := range r.Longer {
		add("kept for "+e.Name+" ("+e.Value.Law+")", e.Value.Period)
	}
	for _, e := range d.Processors {
		if a := e.Value.AfterDelete; a != nil {
			add("after deletion at "+e.Name, a.Restorable)
			add("after deletion at "+e.Name, a.Purged)
		}
	}
	for _, e := range d.Channels.Rows {
		add("telling people of "+e.Name, e.Value.TellPersonWithin)
	}
	add("suppression of the erased", d.Suppression.Erased)
	add("suppression of the lapsed", d.Suppression.Lapsed)
	if d.Requests != nil {
		add("answer to requests", &d.Requests.AnswerWithin)
	}
	return out
}

func (c *pageComparison) periods() {
	page := pagePeriods(c.folded)
	ours := []Period{}
	for _, p := range c.d.promised() {
		ours = append(ours, counted(p.period))
		if !slices.Contains(page, counted(p.period)) {
			c.add("period", LeftOut, p.name, p.period.Words(), "")
		}
	}
	for _, p := range page {
		if !slices.Contains(ours, p) {
			c.add("period", Extra, "a period that the policy does not have", "", inYears(p).Words())
		}
	}
}

var spokenAge = regexp.MustCompile(`\b(?:under|below|younger than)(?: the)?(?: age)?(?: of)? ([0-9]{1,2})\b|\bage of ([0-9]{1,2})\b|\b([0-9]{1,2}) years (?:of age|old)\b`)

func (c *pageComparison) ages() {
	var page []string
	for _, m := range spokenAge.FindAllStringSubmatch(c.folded, -1) {
		if age := m[1] + m[2] + m[3]; !slices.Contains(page, age) {
			page = append(page, age)
		}
	}
	switch m := c.d.Minors; {
	case m == nil && len(page) > 0:
		c.add("age", Extra, "minors", "", strings.Join(page, ", "))
	case m == nil:
	case len(page) == 0:
		c.add("age", LeftOut, "minors", fmt.Sprint("under ", m.Under), "")
	case !slices.Equal(page, []string{fmt.Sprint(m.Under)}):
		c.add("age", Differs, "minors", fmt.Sprint("under ", m.Under), strings.Join(page, ", "))
	}
}

func (c *pageComparison) versions() {
	if !c.says(c.d.Version) {
		c.add("version", LeftOut, "version", c.d.Version, "")
	}
	if e := c.d.Effective.String(); e != c.d.Version && !c.says(e) {
		c.add("version", LeftOut, "in force since", longDay(c.d.Effective), "")
	}
	if s := c.d.Supersedes; s != "" && !c.says(s) {
		c.add("version", LeftOut, "the version before", s, "")
	}
}

// says tells whether the page names a label, or the date that it is, in one of
// the usual ways of writing it.
func (c *pageComparison) says(label string) bool {
	forms := []string{label}
	if t, err := time.Parse(time.DateOnly, label); err == nil {
		forms = append(forms, t.Format("2 January 2006"), t.Format("January 2 2006"), t.Format("2 Jan 2006"), t.Format("02.01.2006"), t.Format("2.1.2006"), t.Format("02/01/2006"))
	} else if t, err := time.Parse("2006-01", label); err == nil {
		forms = append(forms, t.Format("January 2006"))
	}
	return slices.ContainsFunc(forms, func(f string) bool { return strings.Contains(c.folded, " "+foldWords(f)+" ") })
}

// Words is the difference in a sentence.
func (x NoticeDifference) Words() string {
	s := x.About + ": "
	switch x.Kind {
	case LeftOut:
		s += fmt.Sprintf("the page leaves out %s (the policy: %s)", x.Subject, x.Policy)
		if x.Page != "" {
			s += ": " + x.Page
		}
	case Extra:
		s += fmt.Sprintf("the page has %s, and the policy does not: %s", x.Subject, x.Page)
	default:
		s += fmt.Sprintf("%s: the page says %s, the policy %s", x.Subject, x.Page, x.Policy)
	}
	return s
}
