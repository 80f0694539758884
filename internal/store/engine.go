package store

import (
	"database/sql"
	"encoding/json"
)

// engine is all in which the two databases differ once they are open; every
// query is one text for both, with $N for its parameters.
type engine struct {
	lock     string             // first statement of a transaction that writes, "" if it begins with the lock
	snapshot sql.IsolationLevel // of a transaction that reads
	numbers  string             // what a JSON list of whole numbers, parameter $1, is as a query
	texts    string             // the same of texts
	larger   string             // function of the larger of two numbers
	share    string             // what lets a read row not change hands until the transaction ends
	clock    string             // query of the server's time, Unix milliseconds, "" if it is this machine's
}

var sqliteEngine = engine{
	numbers: `SELECT value FROM json_each($1)`,
	texts:   `SELECT value FROM json_each($1)`,
	larger:  `MAX`,
}

// postgresEngine lets one transaction write at a time, as SQLite does: most
// append to the log, whose head is one row, and all are short.
var postgresEngine = engine{
	lock:     `SELECT 1 FROM audit_head WHERE id = 1 FOR UPDATE`,
	snapshot: sql.LevelRepeatableRead,
	numbers:  `SELECT CAST(value AS bigint) FROM json_array_elements_text(CAST($1 AS json))`,
	texts:    `SELECT value FROM json_array_elements_text(CAST($1 AS json))`,
	larger:   `GREATEST`,
	share:    ` FOR KEY SHARE`,
	clock:    `SELECT CAST(extract(epoch FROM clock_timestamp()) * 1000 AS bigint)`,
}

// listed is a list as the parameter of engine.numbers and engine.texts: there is
// no bound on its length, as there is on the number of parameters.
func listed[T int64 | string](list []T) (string, error) {
	if list == nil {
		list = []T{} // not null
	}
	b, err := json.Marshal(list)
	return string(b), err
}
