package salesforce

import (
	"fmt"
	"net/http"
	"slices"
	"time"
)

// span reads start and end of a replication call, whose seconds don't count.
func (o *Org) span(c *call) (start, end int64, err *apiError) {
	var at [2]int64
	for i, name := range []string{"start", "end"} {
		t, parsed := parseTime(instant, c.query.Get(name))
		if parsed != nil {
			return 0, 0, fail(http.StatusBadRequest, "INVALID_REPLICATION_DATE", name+" is no date-time")
		}
		at[i] = t.Unix() / 60 * 60
	}
	if at[1]-at[0] < 60 {
		return 0, 0, fail(http.StatusBadRequest, "INVALID_REPLICATION_DATE", "start must be more than a minute before end")
	}
	return at[0], at[1], nil
}

// deletedIDs is GET /sobjects/{object}/deleted: what is still in the bin, by the
// time of its deletion. It knows no reason: a merge looks the same.
func (o *Org) deletedIDs(c *call) answer {
	t := o.table(c.vars["object"])
	if t == nil {
		return notFound().answer()
	}
	start, end, err := o.span(c)
	if err != nil {
		return err.answer()
	}
	type gone struct {
		ID   string `json:"id"`
		Date string `json:"deletedDate"`
	}
	list := []gone{}
	earliest := o.binWindow()
	for _, b := range o.bin {
		if b.t != t || b.at < max(start, earliest.Unix()) || b.at >= end || b.t.rows[b.slot].marks&Unshared != 0 {
			continue
		}
		list = append(list, gone{t.idAt(b.slot), time.Unix(b.at, 0).UTC().Format(jsonLayout)})
	}
	if len(list) > o.conduct.MaxReplicated {
		return o.tooManyIDs().answer()
	}
	c.items = len(list)
	return jsonAnswer(http.StatusOK, map[string]any{
		"deletedRecords": list, "earliestDateAvailable": earliest.Format(jsonLayout), "latestDateCovered": o.covered(end),
	})
}

func (o *Org) tooManyIDs() *apiError {
	return fail(http.StatusBadRequest, "EXCEEDED_ID_LIMIT", fmt.Sprintf("more than %d ids", o.conduct.MaxReplicated))
}

// covered is the end of what an answer is complete for.
func (o *Org) covered(end int64) string {
	return time.Unix(min(end, o.now()/60*60), 0).UTC().Format(jsonLayout)
}

// updatedIDs is GET /sobjects/{object}/updated.
func (o *Org) updatedIDs(c *call) answer {
	t := o.table(c.vars["object"])
	if t == nil {
		return notFound().answer()
	}
	start, end, err := o.span(c)
	if err != nil {
		return err.answer()
	}
	if start < o.clock().AddDate(0, 0, -30).Unix() {
		return failed(http.StatusBadRequest, "INVALID_REPLICATION_DATE", "start is more than 30 days back")
	}
	ids := []string{}
	w := view{o: o, t: t, now: o.now()}
	for slot := range t.rows {
		if r := w.open(slot); r != nil && r.stamp >= start && r.stamp < end {
			ids = append(ids, r.id)
		}
	}
	if len(ids) > o.conduct.MaxReplicated {
		return o.tooManyIDs().answer()
	}
	c.items = len(ids)
	return jsonAnswer(http.StatusOK, map[string]any{"ids": slices.Clip(ids), "latestDateCovered": o.covered(end)})
}
