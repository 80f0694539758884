package salesforce

import (
	"net/http"
	"strings"
)

// describeGlobal is GET /sobjects.
func (o *Org) describeGlobal(c *call) answer {
	var list []map[string]any
	for _, t := range o.tables {
		if o.shown(t.name) == nil {
			continue
		}
		list = append(list, t.summary(c.base()))
	}
	return jsonAnswer(http.StatusOK, map[string]any{"encoding": "UTF-8", "maxBatchSize": 200, "sobjects": list})
}

// summary is what both describes tell of an object.
func (t *table) summary(base string) map[string]any {
	url := base + "/sobjects/" + t.name
	return map[string]any{
		"name": t.name, "label": t.name, "labelPlural": t.plural, "keyPrefix": t.prefix, "custom": strings.HasSuffix(t.name, "__c"),
		"queryable": true, "retrieveable": true, "searchable": true, "createable": t.writable, "updateable": t.writable, "deletable": t.writable,
		"undeletable": t.recyclable, "replicateable": true, "mergeable": t.field("MasterRecordId") != nil, "triggerable": true, "layoutable": true,
		"urls": map[string]string{"sobject": url, "describe": url + "/describe", "rowTemplate": url + "/{ID}"},
	}
}

// describe is GET /sobjects/{object}/describe: what the token's user may see.
func (o *Org) describe(c *call) answer {
	t := o.shown(c.vars["object"])
	if t == nil {
		return notFound().answer()
	}
	m := t.summary(c.base())
	fields := []map[string]any{}
	for _, f := range o.visible(t) {
		fields = append(fields, f.describe(t))
	}
	m["fields"], m["childRelationships"], m["recordTypeInfos"] = fields, o.childRelationships(t), []any{}
	return jsonAnswer(http.StatusOK, m)
}

func (f *field) describe(t *table) map[string]any {
	references := append([]string{}, f.targets...)
	soap := map[kind]string{text: "xsd:string", ident: "tns:ID", boolean: "xsd:boolean", date: "xsd:date", instant: "xsd:dateTime", number64: "xsd:double", compound: "urn:address"}[f.kind]
	m := map[string]any{
		"name": f.name, "label": f.name, "type": f.typ, "soapType": soap, "length": f.length, "byteLength": 3 * f.length, "custom": f.custom,
		"updateable": t.writable && !f.readOnly, "createable": t.writable && !f.readOnly, "nillable": !f.required && f.kind != boolean && f.read != idRead,
		"filterable": !f.noFilter, "sortable": !f.noSort, "groupable": !f.noSort && f.kind != instant, "calculated": f.read == bouncedRead, "aggregatable": f.aggregatable(),
		"defaultedOnCreate": f.kind == boolean, "nameField": f.name == "Name", "referenceTo": references, "relationshipName": nil,
		"picklistValues": []any{}, "restrictedPicklist": false, "unique": false, "externalId": false, "permissionable": f.read == cellRead, "idLookup": f.read == idRead,
	}
	if f.relation != "" {
		m["relationshipName"] = f.relation
	}
	return m
}

// childRelationships tells what follows and what forbids a deletion: the same
// rules that deletions go by.
func (o *Org) childRelationships(t *table) []map[string]any {
	list := []map[string]any{}
	for _, c := range o.children[t.name] {
		if o.hidden[c.f] {
			continue
		}
		list = append(list, map[string]any{
			"childSObject": c.t.name, "field": c.f.name, "relationshipName": c.t.plural, "deprecatedAndHidden": false,
			"cascadeDelete": c.f.rule == cascade || c.f.rule == guarded, "restrictedDelete": c.f.rule == restrict || c.f.rule == portal,
		})
	}
	return list
}
