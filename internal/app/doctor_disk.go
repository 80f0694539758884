//go:build linux || darwin

package app

import (
	"os"
	"path/filepath"
	"syscall"
)

// freeSpace is what is left for us, in bytes, where a directory is or will be.
func freeSpace(dir string) (bytes uint64, told bool) {
	for {
		var fs syscall.Statfs_t
		err := syscall.Statfs(dir, &fs)
		if err == nil {
			return fs.Bavail * uint64(fs.Bsize), true
		}
		if up := filepath.Dir(dir); !os.IsNotExist(err) || up == dir {
			return 0, false
		}
		dir = filepath.Dir(dir)
	}
}
