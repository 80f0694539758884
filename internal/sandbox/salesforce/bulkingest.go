package salesforce

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"net/http"
	"slices"
	"strings"
)

// startIngest judges a new ingest job.
func (o *Org) startIngest(_ *call, j *job) *apiError {
	t := o.table(j.object)
	if t == nil {
		return fail(http.StatusBadRequest, "INVALIDJOB", "Unable to find object: "+j.object)
	}
	j.object = t.name
	switch j.operation {
	case "insert", "update", "delete":
	case "hardDelete":
		if !o.conduct.HardDelete {
			return fail(http.StatusBadRequest, "FEATURENOTENABLED", "hardDelete needs the permission Bulk API Hard Delete")
		}
	default:
		return fail(http.StatusBadRequest, "INVALIDJOB", "operation "+j.operation+" is not simulated")
	}
	j.state = "Open"
	return nil
}

// upload is PUT of a job's data, which works once.
func (o *Org) upload(c *call) answer {
	j, err := o.job(c)
	if err != nil {
		return err.answer()
	}
	if j.state != "Open" || j.uploaded {
		return failed(http.StatusBadRequest, "INVALIDJOBSTATE", "the job takes no further data")
	}
	j.upload, j.uploaded = c.body, true
	return answer{status: http.StatusCreated}
}

// ingest carries a job out.
func (o *Org) ingest(c *call, j *job) {
	r := csv.NewReader(bytes.NewReader(bytes.TrimPrefix(j.upload, []byte("\xEF\xBB\xBF"))))
	r.Comma = delimiterOf(j.delimiter)
	lines, err := r.ReadAll()
	j.upload = nil
	if err != nil || len(lines) == 0 {
		j.state = "Failed"
		return
	}
	j.columns = lines[0]
	if (j.operation == "delete" || j.operation == "hardDelete") && (len(j.columns) != 1 || !strings.EqualFold(j.columns[0], "Id")) {
		j.state = "Failed" // deletions take the ids and nothing else
		return
	}
	for _, line := range lines[1:] {
		id, created, err := o.ingestLine(c, j, line)
		if err != nil {
			j.broken = append(j.broken, append([]string{id, err.code + ":" + err.message + ":" + strings.Join(err.fields, ",") + " --"}, line...))
			continue
		}
		j.done = append(j.done, append([]string{id, fmt.Sprint(created)}, line...))
	}
	c.items = len(lines) - 1
}

func (o *Org) ingestLine(c *call, j *job, line []string) (id string, created bool, err *apiError) {
	fields := map[string]any{}
	for i, name := range j.columns {
		switch {
		case line[i] == "": // an empty cell is ignored
		case line[i] == "#N/A":
			fields[name] = nil
		default:
			fields[name] = line[i]
		}
	}
	id = take(fields, "Id")
	if j.operation == "insert" {
		id, err = o.add(c, o.table(j.object), fields, decodeCSV)
		return id, err == nil, err
	}
	p, err := o.reference(j.object, id)
	switch {
	case err != nil:
	case j.operation == "update":
		err = o.write(c, p, fields, decodeCSV)
	default:
		err = o.erase(c, p, j.operation == "hardDelete")
	}
	return id, false, err
}

func decodeCSV(f *field, x any) (value, error) {
	s, isText := x.(string)
	if f.kind == boolean && isText {
		switch strings.ToLower(s) {
		case "true", "1":
			return boolValue(true), nil
		case "false", "0":
			return boolValue(false), nil
		}
	}
	return toValue(f.kind, x)
}

// outcomes is GET of successfulResults, failedResults or unprocessedrecords. The
// header line stands even above nothing.
func (o *Org) outcomes(c *call) answer {
	j, err := o.job(c)
	if err != nil {
		return err.answer()
	}
	head, lines := []string{"sf__Id", "sf__Created"}, j.done
	switch strings.ToLower(c.vars["outcome"]) {
	case "successfulresults":
	case "failedresults":
		head, lines = []string{"sf__Id", "sf__Error"}, j.broken
	case "unprocessedrecords":
		head, lines = nil, nil
	default:
		return notFound().answer()
	}
	if j.state != "JobComplete" && j.state != "Failed" && j.state != "Aborted" {
		return failed(http.StatusBadRequest, "INVALIDJOBSTATE", "the job is in state "+j.state)
	}
	b := appendCSV(nil, j, slices.Concat(head, j.columns))
	for _, line := range lines {
		b = appendCSV(b, j, line)
	}
	return reply(http.StatusOK, csvType, b)
}
