package hubspot

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"

	"github.com/lapsed/lapsed/internal/sandbox/kit"
)

const (
	typeJSON = "application/json;charset=utf-8"
	typeHTML = "text/html; charset=utf-8"
)

// request is one call on its way through the account.
type request struct {
	*http.Request
	route   *route
	vars    map[string]string
	body    []byte
	key     *key
	fault   kit.Fault // the fault that it met, if any
	purpose kit.Purpose
	trace   string // correlation id
}

// answer is what the account says, before faults touch it.
type answer struct {
	status int
	typ    string
	body   []byte
	header http.Header
	items  int // records that the request named or the answer holds
}

func (a answer) with(name, value string) answer {
	if a.header == nil {
		a.header = http.Header{}
	}
	a.header.Set(name, value)
	return a
}

// reply answers with JSON.
func reply(status int, v any, items int) answer {
	body, err := json.Marshal(v)
	if err != nil {
		panic("hubspot: " + err.Error()) // only our own types come here
	}
	return answer{status: status, typ: typeJSON, body: body, items: items}
}

func page(status int, title string) answer {
	return answer{status: status, typ: typeHTML, body: fmt.Appendf(nil,
		"<html>\r\n<head><title>%[1]s</title></head>\r\n<body><center><h1>%[1]s</h1></center><hr></body>\r\n</html>\r\n", title)}
}

// problem is an error's body: of every field HubSpot says that it is optional.
type problem struct {
	Status     string              `json:"status"`
	Message    string              `json:"message"`
	Trace      string              `json:"correlationId,omitempty"`
	Category   string              `json:"category,omitempty"`
	Sub        string              `json:"subCategory,omitempty"`
	ErrorType  string              `json:"errorType,omitempty"`
	PolicyName string              `json:"policyName,omitempty"`
	GroupName  string              `json:"groupName,omitempty"`
	RequestID  string              `json:"requestId,omitempty"`
	Context    map[string][]string `json:"context,omitempty"`
	Errors     []detail            `json:"errors,omitempty"`
	Links      map[string]string   `json:"links,omitempty"`
}

type detail struct {
	Message string              `json:"message"`
	Code    string              `json:"code,omitempty"`
	In      string              `json:"in,omitempty"`
	Context map[string][]string `json:"context,omitempty"`
}

func (q *request) fail(status int, category, message string, details ...detail) answer {
	return reply(status, problem{Status: "error", Message: message, Trace: q.trace, Category: category, Errors: details}, 0)
}

func (q *request) invalid(format string, args ...any) answer {
	return q.fail(http.StatusBadRequest, "VALIDATION_ERROR", fmt.Sprintf(format, args...))
}

func (q *request) notFound(id string) answer {
	return reply(http.StatusNotFound, problem{
		Status: "error", Message: "Object not found.  objectId are usually numeric.", Trace: q.trace,
		Context: map[string][]string{"id": {id}}, Category: "OBJECT_NOT_FOUND",
	}, 1)
}

// decode reads the body; a nil answer means that it could. Unknown keys are let
// pass, as HubSpot does.
func decode[T any](q *request) (T, *answer) {
	var v T
	if err := json.Unmarshal(q.body, &v); err != nil {
		a := q.fail(http.StatusBadRequest, "VALIDATION_ERROR", "Invalid input JSON: "+err.Error())
		return v, &a
	}
	return v, nil
}

// label is text that a client may also send as a JSON number.
type label string

// UnmarshalJSON takes "12" and 12.
func (l *label) UnmarshalJSON(b []byte) error {
	if bytes.HasPrefix(b, []byte{'"'}) {
		return json.Unmarshal(b, (*string)(l))
	}
	var n json.Number
	if err := json.Unmarshal(b, &n); err != nil {
		return err
	}
	*l = label(n)
	return nil
}

// items lists a query parameter that may be comma-separated, repeated, or both.
func (q *request) items(name string) []string {
	var out []string
	for _, v := range q.URL.Query()[name] {
		for s := range strings.SplitSeq(v, ",") {
			if s = strings.TrimSpace(s); s != "" {
				out = append(out, s)
			}
		}
	}
	return out
}

func (q *request) query(name string) string { return q.URL.Query().Get(name) }

// met tells whether the request met a fault of that kind.
func (q *request) met(kind string) bool { return q.fault.Kind == kind }

// batch is the envelope of batch answers: 207 if some inputs had errors.
type batch struct {
	Status    string    `json:"status"`
	Results   any       `json:"results"`
	NumErrors int       `json:"numErrors,omitempty"`
	Errors    []problem `json:"errors,omitempty"`
	Started   string    `json:"startedAt"`
	Completed string    `json:"completedAt"`
}

func (p *Portal) batch(results any, errors []problem, items int) answer {
	b := batch{"COMPLETE", results, len(errors), errors, stamp(p.now), stamp(p.now)}
	if len(errors) > 0 {
		return reply(http.StatusMultiStatus, b, items)
	}
	return reply(http.StatusOK, b, items)
}

// file puts a change that took effect into the book.
func (p *Portal) file(verb, id, topic string, forbidden bool) {
	p.opt.Stage.Book.Changed(kit.Change{
		Processor: Processor, Verb: verb, Object: "contact", ID: id, Topic: topic,
		At: p.opt.Stage.Clock.Now(), Forbidden: forbidden,
	})
}
