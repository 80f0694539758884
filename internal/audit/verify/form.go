package verify

import (
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/lapsed/lapsed/internal/audit/entry"
)

// form tells whether a value is of the form that its field has.
type form func(string) bool

// The closed lists. Verbs are not among them: R11 judges those.
var lists = map[string][]string{
	"mode": {"observe", "enforce"}, "trigger": {"schedule", "manual", "once"}, "hash": {"rfc6962-sha256"},
	"ground": {"retention", "minor", "request", "no-basis", "refusal", "consent", "channel", "suspected", "objection", "reappearance"},
	"extent": {"topic", "email", "marketing", "list"}, "basis": {"court", "regulator", "claim", "dispute", "other"},
	"state": {"accepted", "gone", "final", "refused", "disputed", "failed", "unknown", "skipped"},
	"type":  {"access", "erasure", "objection", "rectification", "portability"}, "use": {"log", "subject", "reader", "signer"},
	"place": {"file", "log", "witness", "tsa"}, "role": {"auditor", "operator", "admin"}, "cycle.finished/result": {"done", "stopped", "failed"},
}

// forms are by the field's name, or by kind and name where a name means two
// things. A field without a form is a mistake that a test finds.
func forms() map[string]form {
	f := map[string]form{
		"origin": text, "vkey": text, "name": text, "route": text, "root": root,
		"hold.added/cause": commitment, "hold.carried/cause": commitment, "checkpoint.pinned/proof": digest,
		"reread": func(s string) bool { return s == entry.NotReread || instant(s) }, "kid": kid, "commitment": hexOf(64), "replaces": text,
		"authority": func(s string) bool { return s == "routine" || digest(s) },
		"revision":  hexOf(64), "supersedes": word, "effective": moment, "due": moment, "until": moment, "expires": moment,
	}
	for name, list := range lists {
		f[name] = func(s string) bool { return slices.Contains(list, s) }
	}
	for names, is := range map[string]form{
		"duty id decision hold finding request recovers duties": id,
		"person contact aka joins":                              pseudonym,
		"facts before receipt evidence note":                    commitment,
		"config digest plan batch decisions":                    digest,
		"as_of refreshed restorable_until was now":              instant,
		"build instance processors processor object region version fault changed verdict demands rules": word,
		"reasons reason cause limit unit verb topic code clause resolution result purpose source proof": word,
		"verdicts outcomes impact verbs": word,
	} {
		for name := range strings.FieldsSeq(names) {
			f[name] = is
		}
	}
	return f
}

// open sets of duties due by verb are counted under free words too.
func (f fields) form(kind entry.Kind, name string, isMap bool) form {
	if isMap && name == "due" {
		return word
	}
	if x, ok := f.forms[string(kind)+"/"+name]; ok {
		return x
	}
	return f.forms[name]
}

func letters(s string, ok func(byte) bool) bool {
	for i := range len(s) {
		if !ok(s[i]) {
			return false
		}
	}
	return true
}

func isHex(c byte) bool { return c >= '0' && c <= '9' || c >= 'a' && c <= 'f' }

func isURL64(c byte) bool {
	return c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c == '-' || c == '_'
}

func hexOf(n int) form { return func(s string) bool { return len(s) == n && letters(s, isHex) } }

func id(s string) bool  { return len(s) == 32 && letters(s, isHex) }
func kid(s string) bool { return len(s) == 8 && letters(s, isHex) }

func digest(s string) bool {
	d, ok := strings.CutPrefix(s, "sha256:")
	return ok && len(d) == 64 && letters(d, isHex)
}

func pseudonym(s string) bool {
	return len(s) == 8+1+43 && kid(s[:8]) && s[8] == ':' && letters(s[9:], isURL64)
}

func commitment(s string) bool {
	c, ok := strings.CutPrefix(s, "c1:")
	return ok && len(c) == 43 && letters(c, isURL64)
}

func root(s string) bool { return len(s) == 44 && strings.HasSuffix(s, "=") }

func instant(s string) bool {
	_, err := time.Parse(entry.TimeLayout, s)
	return err == nil && len(s) == len(entry.TimeLayout)
}

// moment is an instant, or a day where only the day counts.
func moment(s string) bool {
	if len(s) == len(time.DateOnly) {
		_, err := time.Parse(time.DateOnly, s)
		return err == nil
	}
	return instant(s)
}

// word is a code or one of the policy's own names.
func word(s string) bool {
	return len(s) > 0 && len(s) <= 200 && letters(s, func(c byte) bool { return isURL64(c) || c == '.' || c == ':' || c == '/' || c == '+' })
}

// text is anything of the log's alphabet.
func text(s string) bool { return s != "" }

// fields walks the bodies of entries.
type fields struct {
	forms map[string]form
	plans map[reflect.Type][]field
}

type field struct {
	index    int
	name     string
	optional bool
}

func newFields() fields {
	return fields{forms(), map[reflect.Type][]field{}}
}

// visit gets each string of a body with its field's name and form.
type visit func(name, value string, is form)

// walk visits a body's strings. bad gets what is wrong with a field that is no
// single string.
func (f fields) walk(kind entry.Kind, body any, each visit, bad func(name, why string)) {
	f.object(kind, reflect.ValueOf(body).Elem(), each, bad)
}

func (f fields) plan(t reflect.Type) []field {
	p, ok := f.plans[t]
	if ok {
		return p
	}
	for i := range t.NumField() {
		name, options, _ := strings.Cut(t.Field(i).Tag.Get("json"), ",")
		p = append(p, field{i, name, options != ""})
	}
	f.plans[t] = p
	return p
}

func (f fields) object(kind entry.Kind, v reflect.Value, each visit, bad func(name, why string)) {
	for _, x := range f.plan(v.Type()) {
		value := v.Field(x.index)
		switch value.Kind() {
		case reflect.String:
			if s := value.String(); s != "" {
				each(x.name, s, f.form(kind, x.name, false))
			} else if !x.optional {
				bad(x.name, "is missing")
			}
		case reflect.Slice:
			list, ok := value.Interface().([]string)
			if !ok || !slices.IsSorted(list) {
				bad(x.name, "is no sorted list")
			}
			for _, s := range list {
				each(x.name, s, f.form(kind, x.name, false))
			}
		case reflect.Map:
			for it := value.MapRange(); it.Next(); {
				each(x.name, it.Key().String(), f.form(kind, x.name, true))
				if it.Value().Int() < 0 {
					bad(x.name, "counts below zero")
				}
			}
		case reflect.Int, reflect.Int64:
			if value.Int() < 0 && x.name != "skew_s" {
				bad(x.name, "is below zero")
			}
		case reflect.Pointer:
			if !value.IsNil() {
				f.object(kind, value.Elem(), each, bad)
			}
		}
	}
}
