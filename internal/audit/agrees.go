package audit

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
)

// Agrees tells whether what was published into a directory is a beginning of this
// log. ErrBroken if it is not: the state was restored from a backup, or one of
// the two was changed. A directory without a checkpoint agrees.
func (l *Log) Agrees(ctx context.Context, tx *sql.Tx, dir string) error {
	var size int64
	err := tx.QueryRowContext(ctx, `SELECT size FROM audit_checkpoint ORDER BY size DESC LIMIT 1`).Scan(&size)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return err
	}
	if err := (publication{ctx, tx, dir, size}).extends(l.origin, size); err != nil {
		return fmt.Errorf("the published log in %s: %w", dir, err)
	}
	return nil
}
