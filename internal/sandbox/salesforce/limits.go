package salesforce

import (
	"fmt"
	"net/http"
	"strings"
)

// usage counts the calls of the last 24 hours, by the hour.
type usage struct {
	hours [25]struct{ hour, calls int64 }
}

func (u *usage) add(now int64) {
	h := now / 3600
	b := &u.hours[h%25]
	if b.hour != h {
		b.hour, b.calls = h, 0
	}
	b.calls++
}

func (u *usage) count(now int64) int {
	n := int64(0)
	for _, b := range u.hours {
		if b.hour > now/3600-24 {
			n += b.calls
		}
	}
	return int(n)
}

// withUsage puts the count of calls into an answer's header.
func (o *Org) withUsage(a answer) answer {
	if a.header == nil {
		a.header = map[string]string{}
	}
	a.header["Sforce-Limit-Info"] = fmt.Sprintf("api-usage=%d/%d", o.usage.count(o.now()), o.opt.DailyCalls)
	return a
}

// limits is GET /limits.
func (o *Org) limits(*call) answer {
	type limit struct{ Max, Remaining int }
	all := func(n int) limit { return limit{n, n} }
	return jsonAnswer(http.StatusOK, map[string]any{
		"DailyApiRequests": map[string]any{"Max": o.opt.DailyCalls, "Remaining": o.opt.DailyCalls - o.usage.count(o.now()),
			"Lapsed Integration": limit{}},
		"DailyBulkV2QueryJobs": all(10_000), "DailyBulkV2QueryFileStorageMB": all(976_562), "DailyBulkApiBatches": all(15_000),
		"ConcurrentAsyncGetReportInstances": all(200), "DataStorageMB": all(10_000),
	})
}

// recordCount is GET /limits/recordCount: approximate, blind to sharing.
func (o *Org) recordCount(c *call) answer {
	type count struct {
		Count int    `json:"count"`
		Name  string `json:"name"`
	}
	if o.conduct.NoViewSetup {
		return failed(http.StatusForbidden, "INSUFFICIENT_ACCESS", "insufficient access rights: View Setup and Configuration")
	}
	list := []count{}
	for name := range strings.SplitSeq(c.query.Get("sObjects"), ",") {
		if t := o.table(strings.TrimSpace(name)); t != nil {
			n := 0
			for _, r := range t.rows {
				if r != nil && r.deleted == 0 {
					n++
				}
			}
			list = append(list, count{n, t.name})
		}
	}
	return jsonAnswer(http.StatusOK, map[string]any{"sObjects": list})
}

// instanceStatus is the public status API, which tells where an instance is.
func (o *Org) instanceStatus(c *call) answer {
	key := c.vars["key"]
	if !strings.EqualFold(key, o.table("Organization").rows[0].cell(o.table("Organization").field("InstanceName").col).s) {
		return jsonAnswer(http.StatusNotFound, map[string]string{"message": "Instance not found"})
	}
	status := "OK"
	if o.readOnly {
		status = "MAINTENANCE_CORE"
	}
	return jsonAnswer(http.StatusOK, map[string]any{
		"key": key, "location": location(key), "environment": "production", "releaseVersion": "Winter '27 Patch 4", "releaseNumber": "262.4.1",
		"status": status, "isActive": true, "Services": []any{}, "Incidents": []any{}, "Maintenances": []any{},
	})
}

// location is the status API's word for where an instance is. EMEA is wider than the EU.
func location(instance string) string {
	for prefix, where := range map[string]string{"NA": "NA", "USA": "NA", "CAN": "NA", "BRA": "LATAM", "AP": "APAC", "JPN": "APAC", "IND": "APAC", "AUS": "APAC", "SGP": "APAC"} {
		if strings.HasPrefix(strings.ToUpper(instance), prefix) {
			return where
		}
	}
	return "EMEA"
}
