package entry

// Created begins a log, at index 0, once.
type Created struct {
	Origin   string    `json:"origin"`
	VKey     string    `json:"vkey"`
	Hash     string    `json:"hash"` // rfc6962-sha256
	Succeeds *Succeeds `json:"succeeds,omitzero"`
}

// Succeeds names the log that this one goes on from.
type Succeeds struct {
	Origin string `json:"origin"`
	Size   int64  `json:"size"`
	Root   string `json:"root"`
	Cause  string `json:"cause"`
}

// Started begins a cycle.
type Started struct {
	Mode       string   `json:"mode"`
	Revision   string   `json:"revision"`
	Config     string   `json:"config"`
	Build      string   `json:"build"`
	Trigger    string   `json:"trigger"` // schedule, manual, once
	Instance   string   `json:"instance"`
	Processors []string `json:"processors"`
	Recovers   []string `json:"recovers,omitzero"`
}

// Finished ends a cycle.
type Finished struct {
	Result            string         `json:"result"` // done, stopped, failed
	Fault             string         `json:"fault,omitzero"`
	Persons           int            `json:"persons"`
	Verdicts          map[string]int `json:"verdicts"`
	Outcomes          map[string]int `json:"outcomes"`
	Findings          int            `json:"findings"`
	OldestOverdueDays int            `json:"oldest_overdue_days"`
	Decisions         string         `json:"decisions"` // digest of sorted lines "person verdict rule"
}

// SourceWasRead tells what one read of a processor was worth.
type SourceWasRead struct {
	Processor     string `json:"processor"`
	Object        string `json:"object"`
	Whole         bool   `json:"whole"`
	Contacts      int    `json:"contacts"`
	Digest        string `json:"digest"`
	AsOf          string `json:"as_of"`
	StalenessS    int64  `json:"staleness_s"`
	MaxStalenessS int64  `json:"max_staleness_s"`
	Region        string `json:"region,omitzero"`
	SkewS         int64  `json:"skew_s"`
	Unmapped      int    `json:"unmapped"`
}

// PolicyWasActivated makes a revision the one that decides.
type PolicyWasActivated struct {
	Revision   string         `json:"revision"`
	Version    string         `json:"version"`
	Effective  string         `json:"effective"`
	Supersedes string         `json:"supersedes,omitzero"`
	Impact     map[string]int `json:"impact"`
}

// ConfigWasChanged names key paths, never values.
type ConfigWasChanged struct {
	Config  string   `json:"config"`
	Changed []string `json:"changed"`
}

// Decision is what the policy said of a person.
type Decision struct {
	ID       string   `json:"id"`
	Person   string   `json:"person"`
	Aka      []string `json:"aka"`
	Revision string   `json:"revision"`
	Verdict  string   `json:"verdict"`
	Demands  []string `json:"demands"` // verb.processor[.extent[.topic]]
	Rules    []string `json:"rules"`
	Reasons  []string `json:"reasons"`
	Facts    string   `json:"facts"` // commitment
}

// Joined keeps the pseudonyms of persons that became one findable.
type Joined struct {
	Person string   `json:"person"`
	Joins  []string `json:"joins"`
	Cause  string   `json:"cause"` // merge, link, address
}
