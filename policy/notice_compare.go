package policy

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
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
