package policy

import (
	"fmt"
	"strings"
	"unicode"
)

// The notice's words for what a policy writes in its own.

// permitsWords says how data of a channel is used.
func (d *Document) permitsWords(p Permits) string {
	switch p {
	case PermitsOneMessage:
		return "We send you the one message that it was about, and put you on no list."
	case PermitsPersonToPerson:
		return "One of us may speak or write to you in person. We put you on no list."
	case PermitsConsentedTopics:
		if len(d.Topics) == 0 {
			return "We mail you about what you have consented to."
		}
		return "We mail you about the subjects that you have consented to, of these: " + joinWords(readable(d.Topics.Names())) + "."
	default:
		return "We send you no marketing on the strength of it."
	}
}

// basisWords names a lawful basis with its article.
func basisWords(b Basis) string {
	return map[Basis]string{
		BasisConsent:            "Consent (GDPR Art. 6(1)(a))",
		BasisContract:           "Contract (GDPR Art. 6(1)(b))",
		BasisLegalObligation:    "Legal obligation (GDPR Art. 6(1)(c))",
		BasisLegitimateInterest: "Legitimate interest (GDPR Art. 6(1)(f))",
	}[b]
}

// safeguardWords names a safeguard; kinds that this doesn't know stand as written.
func safeguardWords(s *Safeguard) string {
	kind := map[string]string{"bcr": "binding corporate rules", "scc": "standard contractual clauses", "adequacy": "a decision of adequacy", "dpf": "the EU-US Data Privacy Framework"}[s.Kind]
	if kind == "" {
		kind = oneReadable(s.Kind)
	}
	return capital(kind) + " (" + s.Reference + ")"
}

// regionNames are the zones and countries that a register usually names.
var regionNames = map[string]string{
	"EU": "European Union", "EEA": "European Economic Area", "US": "United States", "GB": "United Kingdom", "CH": "Switzerland", "CA": "Canada", "JP": "Japan", "IN": "India", "AU": "Australia",
	"AT": "Austria", "BE": "Belgium", "BG": "Bulgaria", "HR": "Croatia", "CY": "Cyprus", "CZ": "Czechia", "DK": "Denmark", "EE": "Estonia", "FI": "Finland", "FR": "France", "DE": "Germany",
	"GR": "Greece", "HU": "Hungary", "IS": "Iceland", "IE": "Ireland", "IT": "Italy", "LV": "Latvia", "LI": "Liechtenstein", "LT": "Lithuania", "LU": "Luxembourg", "MT": "Malta",
	"NL": "Netherlands", "NO": "Norway", "PL": "Poland", "PT": "Portugal", "RO": "Romania", "SK": "Slovakia", "SI": "Slovenia", "ES": "Spain", "SE": "Sweden",
}

// regionWords is a place with its code: "United States (US)".
func regionWords(code string) string {
	if n := regionNames[code]; n != "" {
		return n + " (" + code + ")"
	}
	return code
}

// oneReadable takes a name out of its machine's form: "adobe-sign", "job_title"
// and "EffectiveDate" become words.
func oneReadable(s string) string {
	var b strings.Builder
	was := ' '
	for _, r := range strings.TrimSuffix(s, "__c") {
		switch {
		case r == '_' || r == '-' || r == '.':
			r = ' '
		case unicode.IsUpper(r) && unicode.IsLower(was):
			b.WriteRune(' ')
			r = unicode.ToLower(r)
		}
		b.WriteRune(r)
		was = r
	}
	return strings.TrimSpace(b.String())
}

func readable(names []string) []string {
	out := make([]string, len(names))
	for i, n := range names {
		out[i] = oneReadable(n)
	}
	return out
}

// displayName is a processor's name for readers: "Adobe Sign".
func displayName(name string) string {
	words := strings.Fields(oneReadable(name))
	for i, w := range words {
		words[i] = capital(w)
	}
	return strings.Join(words, " ")
}

func capital(s string) string {
	if s == "" {
		return s
	}
	r := []rune(s)
	return string(unicode.ToUpper(r[0])) + string(r[1:])
}

// fieldWords is a field without its processor, in words: "contract end date".
func fieldWords(f FieldRef) string {
	parts := strings.Split(f.Path, ".")
	for i, p := range parts {
		parts[i] = strings.ToLower(oneReadable(p))
	}
	return strings.Join(parts, " ")
}

// blockWords is a condition for the public.
func blockWords(b Block) string {
	var out []string
	for _, l := range b.Lines {
		name := fieldWords(l.Field)
		switch {
		case l.Present != nil && *l.Present:
			out = append(out, name+" is filled in")
		case l.Present != nil:
			out = append(out, name+" is empty")
		case l.Like != nil:
			out = append(out, name+" looks like "+alternatives(l.Like))
		default:
			out = append(out, name+" is "+alternatives(readable(l.Any)))
		}
	}
	return strings.Join(out, " and ")
}

// outsideWords says whom a line of the scope leaves alone.
func outsideWords(b Block) string {
	if len(b.Lines) == 1 {
		l := b.Lines[0]
		if l.Field.Processor == "" && l.Field.Path == "email" && l.Like != nil {
			return "people with an address such as " + alternatives(l.Like)
		}
		if l.Any != nil && l.Field.Processor != "" {
			return fmt.Sprintf("people whom %s holds as %s", displayName(l.Field.Processor), alternatives(readable(l.Any)))
		}
	}
	return "people of whom this is recorded: " + blockWords(b)
}

// joinWords is a list in a sentence.
func joinWords(words []string) string {
	if len(words) < 2 {
		return strings.Join(words, "")
	}
	return strings.Join(words[:len(words)-1], ", ") + " and " + words[len(words)-1]
}
