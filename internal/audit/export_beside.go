package audit

import (
	"errors"
	"os"

	"github.com/go-json-experiment/json"

	"github.com/lapsed/lapsed/internal/audit/entry"
)

// vkey writes the log's newest key.
func (p publication) vkey() error {
	rows, err := p.tx.QueryContext(p.ctx, `SELECT bytes FROM audit_entry WHERE idx < $1 AND (idx = 0 OR kind = $2) ORDER BY idx`, p.size, string(entry.KeyRotated))
	if err != nil {
		return err
	}
	defer func() { _ = rows.Close() }()
	var vkey string
	for rows.Next() {
		var b []byte
		if err := rows.Scan(&b); err != nil {
			return err
		}
		switch k, err := keyIn(b); {
		case err != nil:
			return err
		case k != "":
			vkey = k
		}
	}
	if err := rows.Err(); err != nil || vkey == "" {
		return err
	}
	return p.put("vkey", []byte(vkey+"\n"))
}

// keyIn is the log key that an entry names, "" if it names none.
func keyIn(b []byte) (string, error) {
	e, err := entry.Parse(b)
	if err != nil {
		return "", err
	}
	switch body := entry.NewBody(e.Kind).(type) {
	case *entry.Created:
		err = e.Into(body)
		return body.VKey, err
	case *entry.KeyWasRotated:
		err = e.Into(body)
		return body.VKey, err
	default:
		return "", nil
	}
}

// checkpoints writes every signed note. One that has got cosignatures since is
// longer, and written again.
func (p publication) checkpoints() error {
	return p.rows(`SELECT 'checkpoints/' || size, note FROM audit_checkpoint WHERE size <= $1 ORDER BY size`, p.size)
}

func (p publication) policies() error {
	return p.rows(`SELECT 'policies/' || revision || '.yaml', text FROM policy WHERE activated <> 0 ORDER BY revision`)
}

// rows writes the files that a query names, but for those that are there in the
// same length.
func (p publication) rows(query string, args ...any) error {
	rows, err := p.tx.QueryContext(p.ctx, query, args...)
	if err != nil {
		return err
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var name string
		var content []byte
		if err := rows.Scan(&name, &content); err != nil {
			return err
		}
		if have, err := os.Stat(p.path(name)); err == nil && have.Size() == int64(len(content)) {
			continue
		}
		if err := p.put(name, content); err != nil {
			return err
		}
	}
	return rows.Err()
}

// batches writes the sorted duties of each batch; its digest is their name.
func (p publication) batches() error {
	rows, err := p.tx.QueryContext(p.ctx, `SELECT batch, duty FROM batch_duty ORDER BY batch, duty`)
	if err != nil {
		return err
	}
	defer func() { _ = rows.Close() }()
	var digest string
	var ids []string
	flush := func() error {
		name := "batches/" + digest + ".json"
		if _, err := os.Stat(p.path(name)); len(ids) == 0 || err == nil {
			return nil
		}
		b, err := json.Marshal(ids)
		if err != nil {
			return err
		}
		return p.put(name, b)
	}
	for rows.Next() {
		var batch, duty string
		if err := rows.Scan(&batch, &duty); err != nil {
			return err
		}
		if batch != digest {
			if err := flush(); err != nil {
				return err
			}
			digest, ids = batch, nil
		}
		ids = append(ids, duty)
	}
	return errors.Join(rows.Err(), flush())
}
