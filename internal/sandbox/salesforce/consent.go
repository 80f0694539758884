package salesforce

import (
	"net/http"
	"slices"
	"strings"
)

// consent is the Consent API's read: for each id or address whether an action
// may proceed. It answers 200 even where it has only errors.
func (o *Org) consent(c *call) answer {
	actions := split(c.query.Get("actions"))
	if a := c.vars["action"]; a != "" {
		actions = []string{a}
	}
	for _, a := range actions {
		if !slices.Contains([]string{"email", "fax", "geotrack", "mailing", "phone", "portability", "process", "profile", "shouldforget", "social", "solicit", "storepiielsewhere", "track", "web"}, a) {
			return failed(http.StatusBadRequest, "INVALID_ACTION", "action "+a+" is not known")
		}
	}
	ids := split(c.query.Get("ids"))
	c.items = len(ids)
	out := map[string]any{}
	for _, id := range ids {
		out[id] = o.proceed(id, actions)
	}
	return jsonAnswer(http.StatusOK, out)
}

func (o *Org) proceed(id string, actions []string) map[string]any {
	linked, code := o.linked(id)
	result, proceed := "Success", map[string]string{}
	if code != "" {
		result = code
	}
	for _, a := range actions {
		proceed[a], proceed[a+"Result"] = "false", result
		if code == "" && !slices.ContainsFunc(linked, func(p place) bool { return o.optedOut(p, a) }) {
			proceed[a] = "true"
		}
	}
	return map[string]any{"result": result, "proceed": proceed}
}

// linked returns the records that speak for an id or an address: the leads,
// contacts and Individuals with the same address or the same Individual. It
// scans: nobody calls this for many.
func (o *Org) linked(id string) ([]place, string) {
	address, individual := strings.ToLower(id), ""
	if !strings.Contains(id, "@") {
		p, code := o.subject(id)
		if code != "" {
			return nil, code
		}
		address, individual = strings.ToLower(p.cell("Email").s), p.cell("IndividualId").s
		if p.t.name == "Individual" {
			individual = p.id()
		}
	}
	var list []place
	for _, name := range []string{"Lead", "Contact"} {
		t := o.table(name)
		for slot := range t.rows {
			p := place{t, slot}
			if r := t.seen(slot, o.now()); r == nil || r.deleted != 0 || p.cell("IsConverted").isTrue() {
				continue
			}
			own := p.cell("IndividualId").s
			if address != "" && strings.ToLower(p.cell("Email").s) == address || individual != "" && own == individual {
				list = append(list, p)
				if i := o.table("Individual"); i != nil && own != "" {
					if slot, ok := i.slot(own); ok && i.rows[slot] != nil {
						list = append(list, place{i, slot})
					}
				}
			}
		}
	}
	if len(list) == 0 {
		return nil, "INFO_NOT_FOUND"
	}
	return list, ""
}

func (o *Org) subject(id string) (place, string) {
	for _, name := range []string{"Lead", "Contact", "Individual"} {
		if o.table(name) == nil {
			continue
		}
		if p, err := o.find(name, id); err == nil {
			if p.cell("IsConverted").isTrue() {
				return place{}, "CONVERTED_LEAD_IS_INVALID"
			}
			return p, ""
		}
	}
	return place{}, "INVALID_ID"
}

// cell is the stored content of a field, null if the object has none of this name.
func (p place) cell(name string) value {
	f := p.t.field(name)
	if f == nil || p.t.rows[p.slot] == nil {
		return value{}
	}
	return p.t.rows[p.slot].cell(f.col)
}

// optedOut is the most restrictive reading of one record, consent objects included.
func (o *Org) optedOut(p place, action string) bool {
	flags := map[string][]string{"email": {"HasOptedOutOfEmail"}, "fax": {"HasOptedOutOfFax"}, "phone": {"DoNotCall"}, "process": {"HasOptedOutProcessing"},
		"profile": {"HasOptedOutProfiling"}, "solicit": {"HasOptedOutSolicit"}, "track": {"HasOptedOutTracking"}, "geotrack": {"HasOptedOutGeoTracking"}}
	if p.t.name == "Individual" {
		t := o.table("ContactPointTypeConsent")
		for _, slot := range t.pointing(t.field("PartyId"), p.id()) {
			c := place{t, int(slot)}
			if c.cell("PrivacyConsentStatus").s == "OptOut" && strings.EqualFold(c.cell("ContactPointType").s, action) {
				return true
			}
		}
	}
	return slices.ContainsFunc(flags[action], func(name string) bool { return p.cell(name).isTrue() })
}
