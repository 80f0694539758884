package sandbox

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"time"

	"github.com/lapsed/lapsed/internal/sandbox/kit"
)

// maxBody bounds what the control address reads.
const maxBody = 1 << 20

// maxAdvance bounds one step of the clock, so that it can't overflow.
const maxAdvance = 100 * 366 * 24 * time.Hour

// control is the handler of the control address; doc.go lists its routes.
func (s *Sandbox) control() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", func(w http.ResponseWriter, _ *http.Request) { answer(w, http.StatusOK, s.ready) })
	mux.HandleFunc("GET /truth", func(w http.ResponseWriter, _ *http.Request) { answer(w, http.StatusOK, s.truth) })
	mux.HandleFunc("GET /calls", s.numbered(func(from int) any { return s.calls(from) }))
	mux.HandleFunc("GET /writes", s.numbered(func(from int) any { return s.writes(from) }))
	mux.HandleFunc("GET /state", s.getState)
	mux.HandleFunc("GET /compare", s.getCompare)
	mux.HandleFunc("POST /advance", s.postAdvance)
	mux.HandleFunc("POST /phase", s.postPhase)
	mux.HandleFunc("POST /faults", s.postFaults)
	mux.HandleFunc("DELETE /faults", func(w http.ResponseWriter, _ *http.Request) {
		s.stage.Faults.Clear()
		answer(w, http.StatusOK, map[string]int{"armed": 0})
	})
	mux.HandleFunc("POST /mutate", s.postMutate)
	return mux
}

// answer writes a value as JSON.
func answer(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(v) // fails only where nobody listens
}

// refuse answers one clear message.
func refuse(w http.ResponseWriter, err error) {
	answer(w, http.StatusBadRequest, map[string]string{"error": err.Error()})
}

// read decodes a body strictly: one JSON value, no unknown names.
func read(r *http.Request, into any) error {
	body, err := io.ReadAll(io.LimitReader(r.Body, maxBody+1))
	if err != nil || len(body) > maxBody {
		return fmt.Errorf("the body can't be read, or is larger than %d bytes", maxBody)
	}
	return decode(body, into)
}

func decode(body []byte, into any) error {
	dec := json.NewDecoder(bytes.NewReader(body))
	dec.DisallowUnknownFields()
	if err := dec.Decode(into); err != nil {
		return fmt.Errorf("the body is not the JSON that is asked for: %w", err)
	}
	if dec.More() {
		return fmt.Errorf("the body is more than one JSON value")
	}
	return nil
}

// numbered serves a list from a number on, ?from=N.
func (s *Sandbox) numbered(list func(from int) any) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		from, text := 0, r.URL.Query().Get("from")
		if text != "" {
			n, err := strconv.Atoi(text)
			if err != nil || n < 0 {
				refuse(w, fmt.Errorf("from=%q: it must be a number, 0 or more", text))
				return
			}
			from = n
		}
		answer(w, http.StatusOK, list(from))
	}
}

func (s *Sandbox) postAdvance(w http.ResponseWriter, r *http.Request) {
	var body struct {
		Seconds *float64 `json:"seconds"`
	}
	if err := read(r, &body); err != nil {
		refuse(w, err)
		return
	}
	if body.Seconds == nil || *body.Seconds < 0 || *body.Seconds > maxAdvance.Seconds() {
		refuse(w, fmt.Errorf("seconds must be given, 0 to %.0f: the clock never runs backwards", maxAdvance.Seconds()))
		return
	}
	s.Advance(time.Duration(*body.Seconds * float64(time.Second)))
	answer(w, http.StatusOK, map[string]time.Time{"now": s.stage.Clock.Now()})
}

func (s *Sandbox) postPhase(w http.ResponseWriter, r *http.Request) {
	var body struct {
		Phase *string `json:"phase"`
	}
	err := read(r, &body)
	if err == nil && body.Phase == nil {
		err = fmt.Errorf(`phase is missing; "" ends the one before`)
	}
	if err != nil {
		refuse(w, err)
		return
	}
	s.stage.Book.SetPhase(*body.Phase)
	answer(w, http.StatusOK, map[string]string{"phase": *body.Phase})
}

// postFaults arms one fault, a list of them, or mixtures by processor: all, or
// none if one is wrong.
func (s *Sandbox) postFaults(w http.ResponseWriter, r *http.Request) {
	var raw json.RawMessage
	err := read(r, &raw)
	list := []kit.Fault(nil)
	if err == nil {
		list, err = decodeFaults(raw)
	}
	if err != nil {
		refuse(w, err)
		return
	}
	for _, f := range list {
		s.stage.Faults.Arm(f)
	}
	answer(w, http.StatusOK, map[string]int{"armed": len(list)})
}

func decodeFaults(raw json.RawMessage) ([]kit.Fault, error) {
	var keys map[string]json.RawMessage
	_ = json.Unmarshal(raw, &keys) // a list has none
	for _, p := range Processors() {
		if keys[p] != nil {
			var of map[string]Mixed
			if err := decode(raw, &of); err != nil {
				return nil, err
			}
			return mixtures(of)
		}
	}
	list, into := make([]kit.Fault, 1), any(nil)
	if into = &list[0]; bytes.HasPrefix(raw, []byte("[")) {
		into = &list
	}
	if err := decode(raw, into); err != nil {
		return nil, err
	}
	for i, f := range list {
		if err := checkFault(f); err != nil {
			return nil, fmt.Errorf("fault %d: %w", i+1, err)
		}
	}
	return list, nil
}
