package hubspot

import (
	"net/http"
	"strings"
)

var noContent = answer{status: http.StatusNoContent}

// archiveOne is DELETE …/contacts/{id}: 204 whatever the id.
func (p *Portal) archiveOne(q *request) answer {
	p.archiveID(q.vars["id"])
	a := noContent
	a.items = 1
	return a
}

// batchArchive is POST …/batch/archive: 204, and no word on single ids.
func (p *Portal) batchArchive(q *request) answer {
	body, bad := decode[readBody](q)
	if bad != nil {
		return *bad
	}
	if n := len(body.Inputs); n == 0 || n > batchMax {
		return q.invalid("Invalid number of inputs: %d, the limit is %d", n, batchMax)
	}
	for _, in := range body.Inputs {
		p.archiveID(string(in.ID))
	}
	a := noContent
	a.items = len(body.Inputs)
	return a
}

func (p *Portal) archiveID(id string) {
	if r := p.byText(id); r != nil && p.archive(r) {
		p.file("archive", itoa(r.id), "", false)
	}
}

// gdprDelete is POST …/gdpr-delete, by id or by address. An address that no
// contact has goes on the blocklist: a stranger is hit, which the book marks.
func (p *Portal) gdprDelete(q *request) answer {
	body, bad := decode[struct {
		ObjectID   label  `json:"objectId"`
		IDProperty string `json:"idProperty"`
	}](q)
	if bad != nil {
		return *bad
	}
	target := string(body.ObjectID)
	a := noContent
	a.items = 1
	if target == "" {
		return q.invalid("objectId is required")
	}
	if p.switches.EraseForbidden {
		return q.missing([]need{contactsWrite})
	}
	if body.IDProperty == "email" {
		if r := p.owner(target); r != nil {
			p.erase(r)
		} else {
			p.blocked[fold(target)] = p.now
			p.file("blocklist", "", "", true)
		}
		return a
	}
	if body.IDProperty != "" && body.IDProperty != "hs_object_id" {
		return q.invalid("Unknown idProperty %q", body.IDProperty)
	}
	if r := p.byText(target); r != nil {
		p.erase(r)
		return a
	}
	if id, _ := atoi(target); p.erased[id] != 0 && p.switches.RepeatErase204 {
		return a
	}
	return q.notFound(target)
}

// erase files the erasure and carries it out, at once or when Switches say so.
func (p *Portal) erase(r *record) {
	if _, fading := p.fading[r.id]; fading {
		return
	}
	p.file("delete", itoa(r.id), "", false)
	if d := p.switches.EraseHidesAfter; d > 0 {
		p.fading[r.id] = p.now + d.Milliseconds()
		return
	}
	p.purge(r, p.now)
}

type writeBody struct {
	Properties map[string]*string `json:"properties"`
}

// create is POST …/contacts. The blocklist does not stop it.
func (p *Portal) create(q *request) answer {
	props, a := p.writable(q)
	if a != nil {
		return *a
	}
	if r := p.owner(props["email"]); r != nil {
		return q.fail(http.StatusConflict, "CONFLICT", "Contact already exists. Existing ID: "+itoa(r.id))
	}
	r := p.insert(Contact{Properties: props}, byAPI)
	p.file("create", itoa(r.id), "", true)
	return answer{status: http.StatusCreated, typ: typeJSON, body: p.appendRecord(nil, r, p.view(q, nil, nil)), items: 1}
}

// update is PATCH …/contacts/{id}.
func (p *Portal) update(q *request) answer {
	r := p.lookUp(q.vars["id"], q.query("idProperty"), false)
	if r == nil {
		return q.notFound(q.vars["id"])
	}
	props, a := p.writable(q)
	if a != nil {
		return *a
	}
	if o := p.owner(props["email"]); o != nil && o != r {
		return q.fail(http.StatusConflict, "CONFLICT", "Contact already exists. Existing ID: "+itoa(o.id))
	}
	p.move(r, props, byAPI)
	p.file("update", itoa(r.id), "", true)
	return answer{status: http.StatusOK, typ: typeJSON, body: p.appendRecord(nil, r, p.view(q, nil, nil)), items: 1}
}

// writable reads the properties of a body and refuses what may not be written.
func (p *Portal) writable(q *request) (map[string]string, *answer) {
	body, bad := decode[writeBody](q)
	if bad != nil {
		return nil, bad
	}
	var errs []detail
	props := map[string]string{}
	for name, text := range body.Properties {
		c, ok := p.column(name)
		code := ""
		switch {
		case !ok:
			code = "PROPERTY_DOESNT_EXIST"
		case p.properties[c].readOnly:
			code = "READ_ONLY_VALUE"
		case text != nil:
			props[name] = *text
		default:
			props[name] = ""
		}
		if code != "" {
			errs = append(errs, detail{Message: `Property "` + name + `" can't be set`, Code: code, Context: map[string][]string{"propertyName": {name}}})
		}
	}
	if mail := props["email"]; mail != "" && !isAddress(mail) {
		errs = append(errs, detail{Message: "Email address " + mail + " is invalid", Code: "INVALID_EMAIL", Context: map[string][]string{"propertyName": {"email"}}})
	}
	if errs == nil {
		return props, nil
	}
	a := q.fail(http.StatusBadRequest, "VALIDATION_ERROR", "Property values were not valid", errs...)
	return nil, &a
}

// engage is the creation of a note, task, call or email: it counts as contact made.
func (p *Portal) engage(q *request) answer {
	p.file("engagement", "", q.route.path[strings.LastIndex(q.route.path, "/")+1:], true)
	return reply(http.StatusCreated, map[string]any{"id": itoa(p.mint()), "properties": map[string]string{}, "archived": false}, 1)
}
