package app

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"github.com/lapsed/lapsed/internal/sandbox"
	"github.com/lapsed/lapsed/policy"
)

// SandboxOptions say which world is simulated, and where a config for it goes.
type SandboxOptions struct {
	Listen      string
	BasePort    int
	People      int
	Seed        uint64
	Now         time.Time
	Faults      string
	WriteConfig string
}

// Sandbox serves simulated accounts until ctx ends. When it is ready it writes
// one line of JSON.
func Sandbox(ctx context.Context, o SandboxOptions, out io.Writer) (err error) {
	world, err := sandbox.Start(sandbox.Options{Listen: o.Listen, BasePort: o.BasePort, People: o.People, Seed: o.Seed, Now: o.Now, Faults: o.Faults})
	if err != nil {
		return usage("%s", err.Error())
	}
	defer func() { err = errors.Join(err, world.Close()) }()
	if o.WriteConfig != "" {
		if err := world.WriteConfig(o.WriteConfig); err != nil {
			return usage("%s", err.Error())
		}
		path := filepath.Join(filepath.Dir(o.WriteConfig), "policy.yaml")
		f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
		switch {
		case errors.Is(err, os.ErrExist): // the admin's own stays
		case err != nil:
			return fmt.Errorf("write the policy: %w", err)
		default:
			_, err = f.Write(policy.Reference)
			if err := errors.Join(err, f.Close()); err != nil {
				return fmt.Errorf("write the policy: %w", err)
			}
		}
	}
	if _, err := fmt.Fprintln(out, world.Ready()); err != nil {
		return err
	}
	<-ctx.Done()
	return nil
}
