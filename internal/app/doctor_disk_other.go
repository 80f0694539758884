//go:build !linux && !darwin

package app

// freeSpace isn't told on this system.
func freeSpace(string) (bytes uint64, told bool) { return 0, false }
