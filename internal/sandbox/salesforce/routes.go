package salesforce

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"github.com/lapsed/lapsed/internal/sandbox/kit"
)

// route is one method and path template; its string is what the book and the
// faults call it by.
type route struct {
	method, template string
	parts            []string
	purpose          kit.Purpose
	open             bool // no session needed, no call counted
	serve            func(*call) answer
}

func (r route) String() string { return r.method + " " + r.template }

const data = "/services/data/v{version}"

func (o *Org) routeTable() []route {
	var list []route
	add := func(method, template string, p kit.Purpose, open bool, serve func(*call) answer) {
		list = append(list, route{method, template, strings.Split(template, "/")[1:], p, open, serve})
	}
	add("POST", "/services/oauth2/token", kit.Session, true, o.token)
	add("POST", "/services/oauth2/revoke", kit.Session, true, o.revoke)
	add("GET", "/id/{organization}/{user}", kit.Describe, true, o.identity)
	add("GET", "/services/data", kit.Describe, true, o.versions)
	add("GET", "/v1/instances/{key}/status", kit.Describe, true, o.instanceStatus)

	api := func(method, template string, p kit.Purpose, serve func(*call) answer) {
		add(method, data+template, p, false, serve)
	}
	api("GET", "", kit.Describe, o.resources)
	api("GET", "/limits", kit.Describe, o.limits)
	api("GET", "/limits/recordCount", kit.Describe, o.recordCount)
	api("GET", "/sobjects", kit.Describe, o.describeGlobal)
	api("GET", "/sobjects/{object}/describe", kit.Describe, o.describe)
	api("GET", "/query", kit.Read, func(c *call) answer { return o.query(c, false) })
	api("GET", "/queryAll", kit.Read, func(c *call) answer { return o.query(c, true) })
	api("GET", "/query/{locator}", kit.Read, o.more)
	api("GET", "/queryAll/{locator}", kit.Read, o.more)
	api("GET", "/sobjects/{object}/deleted", kit.Read, o.deletedIDs)
	api("GET", "/sobjects/{object}/updated", kit.Read, o.updatedIDs)
	api("POST", "/sobjects/{object}", kit.Write, o.create)
	api("GET", "/sobjects/{object}/{id}", kit.Reread, o.retrieve)
	api("PATCH", "/sobjects/{object}/{id}", kit.Write, o.patch)
	api("DELETE", "/sobjects/{object}/{id}", kit.Write, o.remove)
	api("GET", "/composite/sobjects/{object}", kit.Reread, o.retrieveMany)
	api("POST", "/composite/sobjects/{object}", kit.Reread, o.retrieveMany)
	api("PATCH", "/composite/sobjects", kit.Write, o.patchMany)
	api("DELETE", "/composite/sobjects", kit.Write, o.removeMany)
	api("POST", "/composite", kit.Read, o.composite)
	api("GET", "/consent/action/{action}", kit.Reread, o.consent)
	api("GET", "/consent/multiaction", kit.Reread, o.consent)
	for _, kind := range []string{"query", "ingest"} {
		purpose := kit.Read
		if kind == "ingest" {
			purpose = kit.Write
		}
		api("GET", "/jobs/"+kind, purpose, o.jobList)
		api("POST", "/jobs/"+kind, purpose, o.createJob)
		api("GET", "/jobs/"+kind+"/{job}", purpose, o.jobInfo)
		api("PATCH", "/jobs/"+kind+"/{job}", purpose, o.changeJob)
		api("DELETE", "/jobs/"+kind+"/{job}", purpose, o.dropJob)
	}
	api("GET", "/jobs/query/{job}/results", kit.Read, o.jobResults)
	api("PUT", "/jobs/ingest/{job}/batches", kit.Write, o.upload)
	api("GET", "/jobs/ingest/{job}/{outcome}", kit.Write, o.outcomes)
	return list
}

// match finds the route of a request. The error says what is wrong with its path.
func (o *Org) match(method, path string) (*route, map[string]string, *apiError) {
	if strings.Contains(path, "//") {
		return nil, nil, notFound()
	}
	parts := strings.Split(strings.TrimSuffix(path, "/"), "/")[1:]
	known := false
	for i := range o.routes {
		r := &o.routes[i]
		vars, ok := fit(r.parts, parts)
		if !ok {
			continue
		}
		if err := supported(vars["version"]); err != nil && strings.HasPrefix(r.template, data) {
			return nil, nil, err
		}
		if r.method == method {
			return r, vars, nil
		}
		known = true
	}
	if known {
		return nil, nil, fail(http.StatusMethodNotAllowed, "METHOD_NOT_ALLOWED", "HTTP Method '"+method+"' not allowed.")
	}
	if len(parts) > 2 && parts[0] == "services" && parts[1] == "data" {
		if err := supported(strings.TrimPrefix(parts[2], "v")); err != nil {
			return nil, nil, err
		}
	}
	return nil, nil, notFound()
}

func fit(template, parts []string) (map[string]string, bool) {
	if len(template) != len(parts) {
		return nil, false
	}
	vars := map[string]string{}
	for i, t := range template {
		before, name, isVar := strings.Cut(t, "{")
		switch {
		case !isVar && t != parts[i], isVar && (!strings.HasPrefix(parts[i], before) || parts[i] == before):
			return nil, false
		case isVar:
			vars[strings.TrimSuffix(name, "}")] = parts[i][len(before):]
		}
	}
	return vars, true
}

// The API versions that the org speaks; older ones are retired.
const (
	oldestVersion = 31
	newestVersion = 68
)

func supported(version string) *apiError {
	number, ok := strings.CutSuffix(version, ".0")
	n, err := strconv.Atoi(number)
	switch {
	case !ok || err != nil || n < 1 || n > newestVersion || strconv.Itoa(n) != number:
		return notFound()
	case n < oldestVersion:
		return fail(http.StatusGone, "UNSUPPORTED_API_VERSION", "version "+version+" is retired")
	}
	return nil
}

// versions is GET /services/data.
func (o *Org) versions(c *call) answer {
	if o.conduct.VersionsNeedLogin {
		if err := o.authorize(c); err != nil {
			return err.answer()
		}
	}
	type version struct {
		Label   string `json:"label"`
		URL     string `json:"url"`
		Version string `json:"version"`
	}
	var list []version
	for v := oldestVersion; v <= newestVersion; v++ {
		season, year := [...]string{"Spring", "Summer", "Winter"}[v%3], 27-(newestVersion-v)/3
		if season != "Winter" {
			year = 26 - (newestVersion-1-v)/3
		}
		list = append(list, version{fmt.Sprintf("%s '%02d", season, year), fmt.Sprintf("/services/data/v%d.0", v), fmt.Sprintf("%d.0", v)})
	}
	return jsonAnswer(http.StatusOK, list)
}

// resources is GET /services/data/vNN.0.
func (o *Org) resources(c *call) answer {
	list := map[string]string{}
	for _, name := range []string{"composite", "consent", "jobs", "limits", "query", "queryAll", "sobjects"} {
		list[name] = c.base() + "/" + name
	}
	return jsonAnswer(http.StatusOK, list)
}
