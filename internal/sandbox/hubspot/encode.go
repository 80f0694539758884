package hubspot

import (
	"encoding/json"
	"slices"
)

// view is how a request wants contacts shown.
type view struct {
	columns []column
	past    []column // with history
	deals   bool     // associations=deals
	at      int64    // the instant whose values count: latest, or the index's
}

// always are in every answer, standard are the answer when none is asked.
var (
	always   = []string{"createdate", "hs_object_id", "lastmodifieddate"}
	standard = []string{"createdate", "email", "firstname", "hs_object_id", "lastmodifieddate", "lastname"}
)

// view resolves property names once. Unknown ones, and sensitive ones that the
// token may not read, are left out without a word.
func (p *Portal) view(q *request, names, past []string) view {
	if len(names) == 0 {
		names = standard
	}
	v := view{at: latest, past: p.readable(q, past)}
	for _, c := range p.readable(q, append(slices.Clone(always), names...)) {
		if !slices.Contains(v.columns, c) {
			v.columns = append(v.columns, c)
		}
	}
	return v
}

func (p *Portal) readable(q *request, names []string) []column {
	var out []column
	for _, name := range names {
		c, ok := p.column(name)
		if !ok || !q.key.sees(p.properties[c].level) {
			continue
		}
		out = append(out, c)
	}
	return out
}

func (k *key) sees(level string) bool {
	switch level {
	case Sensitive:
		return k.has(sensitiveRead)
	case HighlySensitive:
		return k.has(highlyRead)
	}
	return true
}

// appendRecord writes a contact as the API does. It is by hand because a whole
// pull writes millions of values.
func (p *Portal) appendRecord(b []byte, r *record, v view) []byte {
	modified, _ := r.modifiedAt(v.at)
	b = append(b, `{"id":"`...)
	b = append(b, itoa(r.id)...)
	b = append(b, `","properties":{`...)
	for i, c := range v.columns {
		if i > 0 {
			b = append(b, ',')
		}
		b = appendText(b, p.properties[c].name)
		b = append(b, ':')
		b = appendValue(b, r.text(c, v.at))
	}
	b = append(b, '}')
	if len(v.past) > 0 {
		b = append(b, `,"propertiesWithHistory":`...)
		b = p.appendHistory(b, r, v.past)
	}
	b = append(b, `,"createdAt":"`+stamp(r.created)+`","updatedAt":"`+stamp(modified)+`"`...)
	if r.archived != 0 {
		b = append(b, `,"archived":true,"archivedAt":"`+stamp(r.archived)+`"`...)
	} else {
		b = append(b, `,"archived":false`...)
	}
	if v.deals && len(r.deals) > 0 {
		b = append(b, `,"associations":{"deals":{"results":[`...)
		for i, d := range r.deals {
			if i > 0 {
				b = append(b, ',')
			}
			b = append(b, `{"id":"`+itoa(d)+`","type":"contact_to_deal"}`...)
		}
		b = append(b, `]}}`...)
	}
	return append(b, '}')
}

type pastValue struct {
	Value       string `json:"value"`
	Timestamp   string `json:"timestamp"`
	SourceType  string `json:"sourceType"`
	SourceID    string `json:"sourceId,omitempty"`
	SourceLabel string `json:"sourceLabel,omitempty"`
}

func (p *Portal) appendHistory(b []byte, r *record, cols []column) []byte {
	out := map[string][]pastValue{}
	for _, c := range cols {
		list := []pastValue{}
		for _, h := range r.history(c) {
			list = append(list, pastValue{Value: h.text, Timestamp: stamp(h.at), SourceType: sourceTypes[h.by]})
		}
		out[p.properties[c].name] = list
	}
	text, err := json.Marshal(out)
	if err != nil {
		panic("hubspot: " + err.Error())
	}
	return append(b, text...)
}

// appendValue writes a property's value: a string, or null when there is none.
func appendValue(b []byte, text string) []byte {
	if text == "" {
		return append(b, "null"...)
	}
	return appendText(b, text)
}

func appendText(b []byte, s string) []byte {
	for i := range len(s) {
		if c := s[i]; c < ' ' || c > '~' || c == '"' || c == '\\' {
			quoted, err := json.Marshal(s)
			if err != nil {
				panic("hubspot: " + err.Error())
			}
			return append(b, quoted...)
		}
	}
	b = append(b, '"')
	b = append(b, s...)
	return append(b, '"')
}

// appendRecords writes contacts as the elements of a JSON list.
func (p *Portal) appendRecords(b []byte, rs []*record, v view) []byte {
	for i, r := range rs {
		if i > 0 {
			b = append(b, ',')
		}
		b = p.appendRecord(b, r, v)
	}
	return b
}

// appendPaging writes the way to the next page. Its link shows another host and
// the old path, as HubSpot's does: whoever follows it goes astray.
func appendPaging(b []byte, after string) []byte {
	return append(b, `,"paging":{"next":{"after":"`+after+`","link":"https://api.hubspot.com/crm/v3/objects/contacts?after=`+after+`"}}`...)
}
