package salesforce

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"time"
)

// job is a Bulk API 2.0 job. A query job holds the versions of the rows that it
// saw; an ingest job its upload and what became of it.
type job struct {
	id        string
	ingest    bool
	operation string
	object    string
	version   string
	delimiter string
	ending    string
	query     string
	state     string
	polls     int
	made      int64

	s    *statement
	all  bool
	rows []*row

	upload       []byte
	uploaded     bool
	done, broken [][]string
	columns      []string
}

// jobRun is how much sandbox time finishes a job that nobody polls.
const jobRun = 30 * time.Second

// resultLife is how long results are kept.
const resultLife = 7 * 24 * time.Hour

func isIngest(c *call) bool { return strings.Contains(c.route.template, "/jobs/ingest") }

// createJob is POST /jobs/query and /jobs/ingest.
func (o *Org) createJob(c *call) answer {
	var want struct {
		Operation       string `json:"operation"`
		Query           string `json:"query"`
		Object          string `json:"object"`
		ColumnDelimiter string `json:"columnDelimiter"`
		LineEnding      string `json:"lineEnding"`
		ContentType     string `json:"contentType"`
	}
	if json.Unmarshal(c.body, &want) != nil {
		return failed(http.StatusBadRequest, "JSON_PARSER_ERROR", "no object that describes a job")
	}
	j := &job{operation: want.Operation, query: want.Query, object: want.Object, version: c.vars["version"], delimiter: "COMMA", ending: "LF", ingest: isIngest(c), made: o.now()}
	if want.ColumnDelimiter != "" {
		j.delimiter = want.ColumnDelimiter
	}
	if want.LineEnding != "" {
		j.ending = want.LineEnding
	}
	if delimiterOf(j.delimiter) == 0 || j.ending != "LF" && j.ending != "CRLF" {
		return failed(http.StatusBadRequest, "INVALIDJOB", "columnDelimiter or lineEnding is not known")
	}
	start := o.startQuery
	if j.ingest {
		start = o.startIngest
	}
	if err := start(c, j); err != nil {
		return err.answer()
	}
	o.serials++
	j.id = newID("750", podOf(o.opt.Seed), mix(o.opt.Seed, "job")%(1<<40)+o.serials)
	o.jobs[j.id] = j
	return jsonAnswer(http.StatusOK, o.jobView(j, c))
}

func delimiterOf(name string) rune {
	switch name {
	case "COMMA":
		return ','
	case "TAB":
		return '\t'
	case "SEMICOLON":
		return ';'
	case "PIPE":
		return '|'
	case "CARET":
		return '^'
	case "BACKQUOTE":
		return '`'
	}
	return 0
}

// jobView is what a job's own answers tell of it.
func (o *Org) jobView(j *job, c *call) map[string]any {
	stamp := time.Unix(j.made, 0).UTC().Format(jsonLayout)
	n, _, _ := strings.Cut(j.version, ".")
	m := map[string]any{
		"id": j.id, "operation": j.operation, "object": j.object, "createdById": o.users.api, "createdDate": stamp, "systemModstamp": stamp,
		"state": j.state, "concurrencyMode": "Parallel", "contentType": "CSV", "apiVersion": json.Number(n + ".0"), "lineEnding": j.ending, "columnDelimiter": j.delimiter,
	}
	if j.ingest {
		m["contentUrl"] = fmt.Sprintf("services/data/v%s/jobs/ingest/%s/batches", j.version, j.id)
	}
	if c.r.Method != http.MethodGet {
		return m
	}
	m["jobType"], m["retries"], m["totalProcessingTime"] = "V2Query", 0, 100*j.polls
	m["numberRecordsProcessed"] = 0
	if j.state == "JobComplete" {
		m["numberRecordsProcessed"] = len(j.rows) + len(j.done) + len(j.broken)
	}
	if j.ingest {
		m["jobType"], m["numberRecordsFailed"] = "V2Ingest", len(j.broken)
	}
	return m
}

// job finds the job of a request's path.
func (o *Org) job(c *call) (*job, *apiError) {
	id, _ := canonical(c.vars["job"])
	j := o.jobs[id]
	if j == nil || j.ingest != isIngest(c) || o.now()-j.made > int64(resultLife/time.Second) {
		return nil, fail(http.StatusNotFound, "NOT_FOUND", "The requested resource does not exist")
	}
	return j, nil
}

// jobInfo is GET of a job: each poll moves it on, and so does time.
func (o *Org) jobInfo(c *call) answer {
	j, err := o.job(c)
	if err != nil {
		return err.answer()
	}
	if j.state == "UploadComplete" || j.state == "InProgress" {
		j.polls++
		j.state = "InProgress"
		if j.polls > o.conduct.JobPolls || o.now()-j.made >= int64(jobRun/time.Second) {
			j.state = "JobComplete"
		}
	}
	return jsonAnswer(http.StatusOK, o.jobView(j, c))
}

// jobList is GET /jobs/query and /jobs/ingest, in one page.
func (o *Org) jobList(c *call) answer {
	list := []map[string]any{}
	for n := uint64(1); n <= o.serials; n++ {
		if j := o.jobs[newID("750", podOf(o.opt.Seed), mix(o.opt.Seed, "job")%(1<<40)+n)]; j != nil && j.ingest == isIngest(c) {
			list = append(list, o.jobView(j, c))
		}
	}
	return jsonAnswer(http.StatusOK, map[string]any{"done": true, "records": list, "nextRecordsUrl": nil})
}

// changeJob is PATCH of a job's state.
func (o *Org) changeJob(c *call) answer {
	j, err := o.job(c)
	if err != nil {
		return err.answer()
	}
	var want struct {
		State string `json:"state"`
	}
	bad := json.Unmarshal(c.body, &want) != nil
	open := j.state == "Open"
	switch {
	case !bad && want.State == "Aborted" && (open || j.state == "UploadComplete" || j.state == "InProgress"):
		j.state = "Aborted"
	case !bad && want.State == "UploadComplete" && j.ingest && open && j.uploaded:
		j.state = "UploadComplete"
		o.ingest(c, j)
	default:
		return failed(http.StatusBadRequest, "INVALIDJOBSTATE", "a job in state "+j.state+" can not become "+want.State)
	}
	return jsonAnswer(http.StatusOK, o.jobView(j, c))
}

// dropJob is DELETE of a job.
func (o *Org) dropJob(c *call) answer {
	j, err := o.job(c)
	if err != nil {
		return err.answer()
	}
	delete(o.jobs, j.id)
	return noContent()
}
