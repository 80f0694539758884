package store

import (
	"database/sql"
	"encoding/json"
	"time"
)

// SourceState is what is known of the reads of one processor.
type SourceState struct {
	Processor  string
	Generation int64
	ReadAt     time.Time // when the newest read began
	Whole      bool      // the newest read saw everything
	WholeAt    time.Time // when the latest whole read began
	Wholes     int
	FirstAt    time.Time // when the first whole read began
	Contacts   int       // records in the latest whole read
	Signature  string
	Hosting    string
	Region     string
	Fault      string
	Mark       string    // where the next read of changes begins, "" = only a whole read will do
	Failures   int       // reads in a row that failed
	NotBefore  time.Time // it rests until then
	Notes      []Note    // findings of the newest read
	// Account is what the account shows beside its contacts, as JSON, as it was seen
	// last: "" = never. AccountFault says why the latest try showed nothing.
	Account      string
	AccountAt    time.Time
	AccountFault string
}

// Sources returns all that have ever been read, by name.
func (tx *Tx) Sources() (map[string]SourceState, error) {
	rows, err := tx.Query(`SELECT processor, generation, read_at, whole, whole_at, wholes, first_at, contacts, signature, hosting, region, fault, mark, failures, not_before, notes, account, account_at, account_fault FROM source`)
	out := map[string]SourceState{}
	_, err = scan(rows, err, func(r *sql.Rows) (struct{}, error) {
		var s SourceState
		var readAt, wholeAt, firstAt, notBefore, accountAt int64
		var notes sql.RawBytes
		err := r.Scan(&s.Processor, &s.Generation, &readAt, &s.Whole, &wholeAt, &s.Wholes, &firstAt, &s.Contacts, &s.Signature, &s.Hosting, &s.Region, &s.Fault,
			&s.Mark, &s.Failures, &notBefore, &notes, &s.Account, &accountAt, &s.AccountFault)
		if err != nil {
			return struct{}{}, err
		}
		s.ReadAt, s.WholeAt, s.FirstAt, s.NotBefore = fromMillis(readAt), fromMillis(wholeAt), fromMillis(firstAt), fromMillis(notBefore)
		s.AccountAt = fromMillis(accountAt)
		err = json.Unmarshal(notes, &s.Notes)
		out[s.Processor] = s
		return struct{}{}, err
	})
	return out, err
}

// PutSource stores the state of a processor's reads.
func (tx *Tx) PutSource(s SourceState) error {
	notes, err := json.Marshal(s.Notes)
	if err != nil {
		return err
	}
	_, err = tx.Exec(`INSERT INTO source (processor, generation, read_at, whole, whole_at, wholes, first_at, contacts, signature, hosting, region, fault, mark, failures, not_before, notes,
		account, account_at, account_fault)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19) ON CONFLICT (processor) DO UPDATE SET generation = excluded.generation, read_at = excluded.read_at,
		whole = excluded.whole, whole_at = excluded.whole_at, wholes = excluded.wholes, first_at = excluded.first_at, contacts = excluded.contacts, signature = excluded.signature,
		hosting = excluded.hosting, region = excluded.region, fault = excluded.fault,
		mark = excluded.mark, failures = excluded.failures, not_before = excluded.not_before, notes = excluded.notes,
		account = excluded.account, account_at = excluded.account_at, account_fault = excluded.account_fault`,
		s.Processor, s.Generation, millis(s.ReadAt), flag(s.Whole), millis(s.WholeAt), s.Wholes, millis(s.FirstAt), s.Contacts, s.Signature, s.Hosting, s.Region, s.Fault,
		s.Mark, s.Failures, millis(s.NotBefore), string(notes), s.Account, millis(s.AccountAt), s.AccountFault)
	return err
}
