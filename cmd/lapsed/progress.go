package main

import (
	"fmt"
	"os"
	"sync"

	"github.com/vbauerster/mpb/v8"
	"github.com/vbauerster/mpb/v8/decor"
	"golang.org/x/term"

	"github.com/lapsed/lapsed/internal/app"
)

// progress shows how far a cycle is, on a terminal; elsewhere it is quiet.
func progress() app.Progress {
	if !term.IsTerminal(int(os.Stderr.Fd())) {
		return nil
	}
	return &bars{p: mpb.New(mpb.WithOutput(os.Stderr), mpb.WithWidth(40)), by: map[string]*mpb.Bar{}}
}

// bars draws one line for each thing that is going on.
type bars struct {
	mu sync.Mutex
	p  *mpb.Progress
	by map[string]*mpb.Bar
}

// set moves a bar. A total of 0 is unknown as yet.
func (b *bars) set(name string, n, total int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	bar := b.by[name]
	if bar == nil {
		bar = b.p.AddBar(int64(total), mpb.BarRemoveOnComplete(), mpb.PrependDecorators(decor.Name(fmt.Sprintf("%-24s", name))), mpb.AppendDecorators(decor.CurrentNoUnit("%d")))
		b.by[name] = bar
	}
	bar.SetTotal(int64(total), false)
	bar.SetCurrent(int64(n))
	if total > 0 && n >= total {
		bar.SetTotal(int64(total), true)
		delete(b.by, name)
	}
}

// end takes a bar away.
func (b *bars) end(name string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if bar := b.by[name]; bar != nil {
		bar.Abort(true)
		delete(b.by, name)
	}
}

func (b *bars) Reading(processor string, contacts int) { b.set("reading "+processor, contacts, 0) }
func (b *bars) Read(processor string, _ int, _ error)  { b.end("reading " + processor) }
func (b *bars) Deciding(persons, of int)               { b.set("deciding", persons, of) }
func (b *bars) Writing(done, of int)                   { b.set("writing", done, of) }
