package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/user"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"github.com/lapsed/lapsed/internal/app"
)

// common are the flags of commands that touch an installation.
type common struct {
	config string
	output string
}

func (f *common) add(c *cobra.Command) {
	c.Flags().StringVar(&f.config, "config", "", "the daemon's config file")
	_ = c.MarkFlagRequired("config")
	addOutput(c, &f.output)
}

func addOutput(c *cobra.Command, into *string) {
	c.Flags().StringVarP(into, "output", "o", "text", "text or json")
}

// open opens the installation; with is called with it.
func (f *common) open(c *cobra.Command, with func(context.Context, *app.App) error) error {
	return f.opened(c, app.Options{}, with)
}

// openActive does so on the active policy if the policy's file has problems.
func (f *common) openActive(c *cobra.Command, with func(context.Context, *app.App) error) error {
	return f.opened(c, app.Options{Active: true}, with)
}

func (f *common) opened(c *cobra.Command, o app.Options, with func(context.Context, *app.App) error) (err error) {
	if err := checkOutput(f.output); err != nil {
		return err
	}
	o.Config, o.Logger, o.Progress, o.Build = f.config, logger(), progress(), version
	a, err := app.Open(c.Context(), o)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, a.Close()) }()
	return with(c.Context(), a)
}

func checkOutput(o string) error {
	if o != "text" && o != "json" {
		return usageError{fmt.Errorf("-o is text or json, not %q", o)}
	}
	return nil
}

// logger logs to stderr: text on a terminal, JSON elsewhere.
func logger() *slog.Logger {
	if term.IsTerminal(int(os.Stderr.Fd())) {
		return slog.New(slog.NewTextHandler(os.Stderr, nil))
	}
	return slog.New(slog.NewJSONHandler(os.Stderr, nil))
}

// printJSON prints v as the one document on stdout.
func printJSON(w io.Writer, v any) error {
	e := json.NewEncoder(w)
	e.SetIndent("", "  ")
	e.SetEscapeHTML(false)
	return e.Encode(v)
}

// account is who runs the command, for the log; --by overrides it.
func account() string {
	if u, err := user.Current(); err == nil {
		return u.Username
	}
	return "unknown"
}
