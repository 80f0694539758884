package policy

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"
)

// NoticePage is the public notice of a policy (C17; GDPR Art. 13 and 14): what it
// says, apart from how it looks. It says what the policy says and what the law
// gives everybody, and nothing else.
type NoticePage struct {
	Title    string          `json:"title"`
	Language string          `json:"language"` // BCP 47
	Sections []NoticeSection `json:"sections"`
}

// NoticeSection is one headed part of a notice.
type NoticeSection struct {
	ID    string       `json:"id"` // for links
	Title string       `json:"title"`
	Parts []NoticePart `json:"parts"`
}

// NoticePart is a paragraph, a list or a table: one of the three is set.
type NoticePart struct {
	Text  string       `json:"text,omitzero"`
	List  []string     `json:"list,omitzero"`
	Table *NoticeTable `json:"table,omitzero"`
}

// NoticeTable is a table whose first column names its rows.
type NoticeTable struct {
	Caption string     `json:"caption"`
	Head    []string   `json:"head"`
	Rows    [][]string `json:"rows"`
}

// changesID is the section with the version and its dates, which the digest leaves out.
const changesID = "changes"

// Publish writes the public notice of the policy.
func (d *Document) Publish() NoticePage {
	w := noticeWriter{d: d}
	w.who()
	w.data()
	w.purposes()
	w.channels()
	w.interests()
	w.consent()
	w.processors()
	w.places()
	w.access()
	w.retention()
	w.rights()
	w.minors()
	w.visitors()
	w.changes()
	return NoticePage{Title: "Privacy notice of " + d.Controller.Name, Language: "en", Sections: w.sections}
}

// NoticeDigest is the SHA-256, in hex, of what the public notice of a policy's
// text says, its version label and dates left out; "" if the text is no policy.
// Two policies under one label must not differ in it (C15).
func NoticeDigest(text []byte) string {
	d, _, problems := Parse("policy", text)
	if len(problems) > 0 {
		return ""
	}
	page := d.Publish()
	var kept []NoticeSection
	for _, s := range page.Sections {
		if s.ID != changesID {
			kept = append(kept, s)
		}
	}
	page.Sections = kept
	sum := sha256.Sum256([]byte(page.Markdown()))
	return hex.EncodeToString(sum[:])
}

// noticeWriter writes section by section.
type noticeWriter struct {
	d        *Document
	sections []NoticeSection
}

func (w *noticeWriter) section(id, title string) {
	w.sections = append(w.sections, NoticeSection{ID: id, Title: title})
}

func (w *noticeWriter) part(p NoticePart) {
	s := &w.sections[len(w.sections)-1]
	s.Parts = append(s.Parts, p)
}

func (w *noticeWriter) say(format string, args ...any) {
	w.part(NoticePart{Text: fmt.Sprintf(format, args...)})
}

func (w *noticeWriter) list(items ...string) { w.part(NoticePart{List: items}) }

func (w *noticeWriter) table(caption string, head []string, rows [][]string) {
	w.part(NoticePart{Table: &NoticeTable{caption, head, rows}})
}

// Markdown is the notice as CommonMark with tables. What comes from the policy
// can't make markup of its own.
func (p NoticePage) Markdown() string {
	var b strings.Builder
	fmt.Fprintf(&b, "# %s\n", plain(p.Title))
	for _, s := range p.Sections {
		fmt.Fprintf(&b, "\n## %s\n", plain(s.Title))
		for _, x := range s.Parts {
			b.WriteString("\n")
			switch {
			case x.Table != nil:
				x.Table.markdown(&b)
			case x.List != nil:
				for _, l := range x.List {
					fmt.Fprintf(&b, "- %s\n", plain(l))
				}
			default:
				fmt.Fprintf(&b, "%s\n", plain(x.Text))
			}
		}
	}
	return b.String()
}

func (t *NoticeTable) markdown(b *strings.Builder) {
	fmt.Fprintf(b, "**%s**\n\n", plain(t.Caption))
	row := func(cells []string) {
		for _, c := range cells {
			fmt.Fprintf(b, "| %s ", plain(c))
		}
		b.WriteString("|\n")
	}
	row(t.Head)
	b.WriteString(strings.Repeat("| --- ", len(t.Head)) + "|\n")
	for _, r := range t.Rows {
		row(r)
	}
}

var markup = strings.NewReplacer(`\`, `\\`, "*", `\*`, "_", `\_`, "`", "\\`", "[", `\[`, "]", `\]`, "<", "&lt;", ">", "&gt;", "|", `\|`, "\n", " ", "\r", " ", "#", `\#`, "!", `\!`)

// plain takes a text's marks their meaning.
func plain(s string) string { return markup.Replace(s) }
