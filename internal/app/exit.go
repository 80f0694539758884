package app

import (
	"errors"

	"github.com/lapsed/lapsed/internal/audit"
	"github.com/lapsed/lapsed/internal/document"
)

// The exit codes of every command.
const (
	Done     = 0
	Failed   = 1
	Usage    = 2 // usage, config or policy invalid
	Waits    = 3 // something waits for an approval
	Tampered = 4 // the audit log does not verify
)

// ErrTampered tells that the audit log does not verify.
var ErrTampered = errors.New("the audit log does not verify")

// ExitCode is the exit code for an error.
func ExitCode(err error) int {
	var problems document.Problems
	switch {
	case err == nil:
		return Done
	case errors.Is(err, audit.ErrBroken), errors.Is(err, ErrTampered):
		return Tampered
	case errors.As(err, &problems), errors.Is(err, ErrUsage):
		return Usage
	default:
		return Failed
	}
}
