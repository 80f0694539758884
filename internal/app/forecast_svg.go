package app

import (
	"encoding/xml"
	"fmt"
	"io"
	"strings"
)

// The chart's measures, in its own units.
const (
	chartWidth, chartHeight     = 990, 360
	chartLeft, chartTop         = 70, 50
	plotWidth, plotHeight       = 870, 240
	chartBottom                 = chartTop + plotHeight
	chartTextSize, chartDarkest = 13, "#1f4e79"
)

// SVG writes the forecast as a bar chart: a bar a week. It stands alone, prints in
// black and white, and its description says in words what it shows.
func (f *Forecast) SVG(w io.Writer) error {
	var b strings.Builder
	top, total, peak := 1, 0, 0
	for i, x := range f.Weeks {
		total += x.Persons
		if x.Persons > f.Weeks[peak].Persons {
			peak = i
		}
		top = max(top, x.Persons)
	}
	top = nice(top)
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" role="img" aria-labelledby="t d" font-family="sans-serif" font-size="%d" fill="#1a1a1a">`+"\n", chartWidth, chartHeight, chartTextSize)
	fmt.Fprintf(&b, "<title id=\"t\">People who lapse, week by week</title>\n<desc id=\"d\">%s</desc>\n", escaped(f.describe(total, peak)))
	fmt.Fprintf(&b, `<rect width="%d" height="%d" fill="#ffffff"/>`+"\n", chartWidth, chartHeight)
	fmt.Fprintf(&b, `<text x="%d" y="28" font-size="17">%s</text>`+"\n", chartLeft, escaped(fmt.Sprintf("People who lapse in each of %d weeks, policy %s", len(f.Weeks), f.Policy.Version)))
	f.grid(&b, top)
	f.bars(&b, top)
	b.WriteString("</svg>\n")
	_, err := io.WriteString(w, b.String())
	return err
}

func (f *Forecast) describe(total, peak int) string {
	if !f.Exact || len(f.Weeks) == 0 {
		return "It can't be told: " + f.Why
	}
	s := fmt.Sprintf("From %s on, %d people lapse within %d weeks if nothing happens but time.", f.Weeks[0].Begins, total, len(f.Weeks))
	if total > 0 {
		s += fmt.Sprintf(" Most, %d, do so in the week of %s.", f.Weeks[peak].Persons, f.Weeks[peak].Begins)
	}
	return s
}

// grid draws four lines with their numbers.
func (f *Forecast) grid(b *strings.Builder, top int) {
	for i := range 5 {
		y := chartBottom - plotHeight*i/4
		fmt.Fprintf(b, `<path d="M%d %dH%d" stroke="#b0b0b0" stroke-width="1"/>`, chartLeft, y, chartLeft+plotWidth)
		fmt.Fprintf(b, `<text x="%d" y="%d" text-anchor="end">%d</text>`+"\n", chartLeft-8, y+4, top*i/4)
	}
}

// bars draws a bar a week, and names every eighth or so.
func (f *Forecast) bars(b *strings.Builder, top int) {
	n := max(len(f.Weeks), 1)
	slot := float64(plotWidth) / float64(n)
	step := max((n+7)/8, 1)
	for i, x := range f.Weeks {
		h := float64(plotHeight) * float64(x.Persons) / float64(top)
		left := float64(chartLeft) + slot*float64(i)
		fmt.Fprintf(b, `<rect x="%.2f" y="%.2f" width="%.2f" height="%.2f" fill="%s"><title>%s: %d</title></rect>`+"\n",
			left+slot*.1, float64(chartBottom)-h, slot*.8, h, chartDarkest, escaped(x.Begins), x.Persons)
		if i%step == 0 {
			fmt.Fprintf(b, `<path d="M%.2f %dv6" stroke="#1a1a1a"/><text x="%.2f" y="%d" text-anchor="middle">%s</text>`+"\n", left+slot/2, chartBottom, left+slot/2, chartBottom+22, escaped(x.Begins))
		}
	}
	fmt.Fprintf(b, `<text x="%d" y="%d">Week of; bars are people. %s of grace come after.</text>`+"\n", chartLeft, chartBottom+48, escaped(f.Grace))
}

// nice is the next number above that four lines part evenly.
func nice(n int) int {
	step := 1
	for {
		for _, m := range []int{4, 8, 20, 40} {
			if m*step >= n {
				return m * step
			}
		}
		step *= 10
	}
}

func escaped(s string) string {
	var b strings.Builder
	_ = xml.EscapeText(&b, []byte(s)) // a Builder doesn't fail
	return b.String()
}
