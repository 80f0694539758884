package salesforce

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
)

// answer is what a route gives back, before faults and compression.
type answer struct {
	status int
	header map[string]string
	body   []byte
	stream func(io.Writer) error // instead of body, for results too large to hold
}

// The content types of the API. Clients leave a body of any other type as text.
const (
	jsonType = "application/json;charset=UTF-8"
	csvType  = "text/csv; charset=UTF-8"
	htmlType = "text/html; charset=UTF-8"
)

func reply(status int, contentType string, body []byte) answer {
	return answer{status: status, header: map[string]string{"Content-Type": contentType}, body: body}
}

// jsonAnswer marshals v; every caller's v is plain data.
func jsonAnswer(status int, v any) answer {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		panic(fmt.Sprintf("sandbox: answer that JSON can't hold: %v", err))
	}
	return reply(status, jsonType, bytes.TrimRight(b.Bytes(), "\n"))
}

func noContent() answer { return answer{status: http.StatusNoContent} }

// apiError is one error of the data API. It travels as an element of an array
// at top level, as an element of "errors" in a collection's answer.
type apiError struct {
	status    int
	code      string
	message   string
	fields    []string
	duplicate json.RawMessage
	more      *apiError // a second one of the same answer
}

func fail(status int, code, message string) *apiError {
	return &apiError{status: status, code: code, message: message}
}

func (e *apiError) on(fields ...string) *apiError {
	e.fields = fields
	return e
}

func (e *apiError) entries(codeKey string) []map[string]any {
	var list []map[string]any
	for ; e != nil; e = e.more {
		m := map[string]any{"message": e.message, codeKey: e.code}
		if e.fields != nil || codeKey == "statusCode" {
			m["fields"] = append([]string{}, e.fields...)
		}
		if e.duplicate != nil {
			m["duplicateResult"] = e.duplicate
		}
		list = append(list, m)
	}
	return list
}

func (e *apiError) answer() answer { return jsonAnswer(e.status, e.entries("errorCode")) }

// failed is the answer for one error.
func failed(status int, code, message string) answer { return fail(status, code, message).answer() }

func notFound() *apiError {
	return fail(http.StatusNotFound, "NOT_FOUND", "The requested resource does not exist")
}

func isDeleted() *apiError {
	return fail(http.StatusNotFound, "ENTITY_IS_DELETED", "entity is deleted").on()
}
