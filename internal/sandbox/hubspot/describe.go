package hubspot

import (
	"net/http"
	"slices"
	"strings"
	"time"
)

// details is GET /account-info/{v}/details.
func (p *Portal) details(*request) answer {
	_, offset := time.UnixMilli(p.now).In(p.zone).Zone()
	return reply(http.StatusOK, map[string]any{
		"portalId": p.portalID(), "accountType": "STANDARD", "timeZone": p.opt.TimeZone, "companyCurrency": "EUR",
		"additionalCurrencies": []string{}, "utcOffset": time.UnixMilli(p.now).In(p.zone).Format("-07:00"),
		"utcOffsetMilliseconds": offset * 1000, "uiDomain": "app-" + p.opt.Hosting + ".hubspot.com",
		"dataHostingLocation": p.opt.Hosting,
	}, 0)
}

// usage is GET /account-info/{v}/api-usage/daily/private-apps.
func (p *Portal) usage(*request) answer {
	y, m, d := time.UnixMilli(p.now).In(p.zone).Date()
	midnight := time.Date(y, m, d+1, 0, 0, 0, 0, p.zone).UnixMilli()
	return reply(http.StatusOK, map[string]any{"results": []map[string]any{{
		"name": "private-apps-api-calls-daily", "usageLimit": p.opt.Daily, "currentUsage": p.daily,
		"collectedAt": stamp(p.now), "fetchStatus": "SUCCESS", "resetsAt": stamp(midnight),
	}}}, 0)
}

type choice struct {
	Label  string `json:"label"`
	Value  string `json:"value"`
	Hidden bool   `json:"hidden"`
	Order  int    `json:"displayOrder"`
}

type definition struct {
	Name         string          `json:"name"`
	Label        string          `json:"label"`
	Type         string          `json:"type"`
	FieldType    string          `json:"fieldType"`
	Description  string          `json:"description"`
	Group        string          `json:"groupName"`
	Options      []choice        `json:"options"`
	Calculated   bool            `json:"calculated"`
	Hidden       bool            `json:"hidden"`
	Own          bool            `json:"hubspotDefined"`
	Archived     bool            `json:"archived"`
	Unique       bool            `json:"hasUniqueValue"`
	Sensitivity  string          `json:"dataSensitivity"`
	Modification map[string]bool `json:"modificationMetadata"`
}

var fieldTypes = map[string]string{
	"string": "text", "number": "number", "datetime": "date", "date": "date", "enumeration": "select", "bool": "booleancheckbox",
}

func define(d property, group string) definition {
	out := definition{
		Name: d.name, Label: title(d.name), Type: d.typ, FieldType: fieldTypes[d.typ], Group: group, Options: []choice{},
		Calculated: d.computed, Hidden: d.hidden, Own: !d.custom, Archived: d.removed, Unique: d.unique, Sensitivity: d.level,
		Modification: map[string]bool{"archivable": d.custom, "readOnlyDefinition": !d.custom, "readOnlyValue": d.readOnly},
	}
	values := choices[d.name]
	if d.typ == "bool" || d.topic != 0 {
		values = []string{"true", "false"}
	}
	for i, v := range values {
		out.Options = append(out.Options, choice{Label: v, Value: v, Order: i})
	}
	return out
}

func title(name string) string {
	text := strings.ReplaceAll(strings.TrimPrefix(name, "hs_"), "_", " ")
	return strings.ToUpper(text[:1]) + text[1:]
}

// contactProperties is GET /crm/properties/{v}/contacts. Sensitive properties are
// shown only to who asks for their level.
func (p *Portal) contactProperties(q *request) answer {
	level := q.query("dataSensitivity")
	if level == "" {
		level = Plain
	}
	if !oneOf(level, Plain, Sensitive, HighlySensitive) {
		return q.invalid("Unknown dataSensitivity %q", level)
	}
	archived := q.query("archived") == "true"
	rows := []definition{}
	for _, d := range p.properties {
		if d.level == level && d.removed == archived {
			rows = append(rows, define(d, "contactinformation"))
		}
	}
	if q.met(faultEmpty) {
		rows = []definition{}
	}
	return reply(http.StatusOK, map[string]any{"results": rows}, 0)
}

// contactProperty is GET /crm/properties/{v}/contacts/{name}.
func (p *Portal) contactProperty(q *request) answer {
	c, ok := p.column(q.vars["name"])
	if !ok {
		return q.notFound(q.vars["name"])
	}
	return reply(http.StatusOK, define(p.properties[c], "contactinformation"), 0)
}

// dealProperties is GET /crm/properties/{v}/deals.
func (p *Portal) dealProperties(*request) answer {
	rows := []definition{}
	for _, r := range dealCatalogue {
		rows = append(rows, define(property{
			name: r.name, typ: r.typ, level: Plain, readOnly: strings.Contains(r.flags, "r"), computed: strings.Contains(r.flags, "c"),
		}, "dealinformation"))
	}
	return reply(http.StatusOK, map[string]any{"results": rows}, 0)
}

// stages are those of the one pipeline. "Closed lost" says that it is open, as in
// the vendor's own sample: the deal's hs_is_closed is what counts.
var stages = []struct{ id, label, closed, probability string }{
	{"appointmentscheduled", "Appointment scheduled", "false", "0.2"},
	{"qualifiedtobuy", "Qualified to buy", "false", "0.4"},
	{"contractsent", "Contract sent", "false", "0.9"},
	{"closedwon", "Closed won", "true", "1.0"},
	{"closedlost", "Closed lost", "false", "0.0"},
}

// pipelines is GET /crm/pipelines/{v}/deals.
func (p *Portal) pipelines(*request) answer {
	var rows []map[string]any
	for i, s := range stages {
		rows = append(rows, map[string]any{
			"id": s.id, "label": s.label, "displayOrder": i, "archived": false,
			"metadata": map[string]string{"isClosed": s.closed, "probability": s.probability},
		})
	}
	return reply(http.StatusOK, map[string]any{"results": []map[string]any{{
		"id": "default", "label": "Sales pipeline", "displayOrder": 0, "archived": false, "stages": slices.Clip(rows),
	}}}, 0)
}
