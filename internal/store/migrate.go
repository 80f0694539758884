package store

import (
	"context"
	"database/sql"
	"embed"
	"fmt"
	"io/fs"

	"github.com/pressly/goose/v3"
)

//go:embed migrations
var migrations embed.FS

// migrate brings the database to this program's version, and refuses a newer
// one, which goose by itself would take.
func migrate(ctx context.Context, db *sql.DB, dialect goose.Dialect, dir string, options ...goose.ProviderOption) error {
	files, err := fs.Sub(migrations, "migrations/"+dir)
	if err != nil {
		return err
	}
	p, err := goose.NewProvider(dialect, db, files, append(options, goose.WithLogger(goose.NopLogger()))...)
	if err != nil {
		return fmt.Errorf("read the migrations: %w", err)
	}
	have, err := p.GetDBVersion(ctx)
	if err != nil {
		return fmt.Errorf("read the state's version: %w", err)
	}
	list := p.ListSources()
	switch newest := list[len(list)-1].Version; {
	case have > newest:
		return fmt.Errorf("the state is of version %d, newer than this program's %d: run the program that wrote it, or a later one", have, newest)
	case have == newest:
		return nil
	}
	_, err = p.Up(ctx)
	for last := have; err != nil; {
		// Another process that starts may have done this step: SQLite has no lock that
		// outlasts one migration, and each of them happens once.
		now, e := p.GetDBVersion(ctx)
		if e != nil || now <= last {
			return fmt.Errorf("migrate the state from version %d: %w", have, err)
		}
		last = now
		_, err = p.Up(ctx)
	}
	return nil
}
