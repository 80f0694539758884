package entry

// KeyWasRotated begins a key; the first one of each use too.
type KeyWasRotated struct {
	Use        string `json:"use"` // log, subject, reader, signer
	KID        string `json:"kid,omitzero"`
	VKey       string `json:"vkey,omitzero"`
	Commitment string `json:"commitment,omitzero"`
	Replaces   string `json:"replaces,omitzero"`
	Cause      string `json:"cause"`
}

// KeyWasDestroyed ends one.
type KeyWasDestroyed struct {
	Use   string `json:"use"`
	KID   string `json:"kid"`
	Cause string `json:"cause"`
}

// Pinned is a checkpoint that somebody else holds.
type Pinned struct {
	Size  int64  `json:"size"`
	Root  string `json:"root"`
	Place string `json:"place"` // file, log, witness, tsa
	Name  string `json:"name"`
	Proof string `json:"proof"`
}

// Stepped tells of a clock that jumped.
type Stepped struct {
	Was string `json:"was"`
	Now string `json:"now"`
}

// Verified tells of a check of the log itself.
type Verified struct {
	Size     int64  `json:"size"`
	Root     string `json:"root"`
	OK       bool   `json:"ok"`
	Problems int    `json:"problems"`
}
