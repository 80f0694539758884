package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"lapsed": func() {
		ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
		defer stop()
		os.Exit(run(ctx, os.Args[1:]))
	}})
}

func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{Dir: "testdata/script", RequireExplicitExec: true, Cmds: map[string]func(*testscript.TestScript, bool, []string){
		// waitfile waits until a background command has written a file.
		"waitfile": func(ts *testscript.TestScript, _ bool, args []string) {
			tick := time.NewTicker(20 * time.Millisecond)
			defer tick.Stop()
			for range 500 {
				if _, err := os.Stat(ts.MkAbs(args[0])); err == nil {
					return
				}
				<-tick.C
			}
			ts.Fatalf("%s did not come", args[0])
		},
	}})
}
