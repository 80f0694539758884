package app

import (
	"context"
	"fmt"
	"path/filepath"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/lapsed/lapsed/config"
	"github.com/lapsed/lapsed/internal/httpx"
	"github.com/lapsed/lapsed/internal/pseudonym"
	"github.com/lapsed/lapsed/policy"
)

// Verdict is what a check came to.
type Verdict string

// The verdicts, the worst last.
const (
	Fine    Verdict = "ok"
	Skipped Verdict = "not checked" // because something before it fails
	Warns   Verdict = "warning"
	Fails   Verdict = "failed"
)

// Checked is one thing that the doctor looked at.
type Checked struct {
	Name    string  `json:"check"`
	Verdict Verdict `json:"verdict"`
	Says    string  `json:"says"`
	Do      string  `json:"do,omitzero"` // what a person should do; set if it warns or fails
}

// Diagnosis is all that the doctor found. OK means that nothing fails.
type Diagnosis struct {
	OK     bool      `json:"ok"`
	Checks []Checked `json:"checks"`
}

// Text is the diagnosis as a table.
func (d Diagnosis) Text() string {
	var b strings.Builder
	w := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
	for _, c := range d.Checks {
		_, _ = fmt.Fprintf(w, "%s\t%s\t%s\n", c.Verdict, c.Name, c.Says)
		if c.Do != "" {
			_, _ = fmt.Fprintf(w, "\t\t→ %s\n", c.Do)
		}
	}
	_ = w.Flush()
	return b.String()
}

// DoctorOptions say what is examined.
type DoctorOptions struct {
	Config string
	Clock  func() time.Time // nil = the machine's, or LAPSED_NOW
	HTTP   httpx.Options
	Wait   time.Duration // for the state's lock and for each account; 0 = 5 s and 30 s
}

// Doctor examines an installation without changing it: it makes no keys, writes
// nothing that stays, and asks the processors only what they are. What fails
// doesn't end it: the rest is looked at as far as it goes. A config that can't be
// read is an error, because it says where everything is.
//
// It opens the state as every command does, and so brings an older one to this
// program's version.
func Doctor(ctx context.Context, o DoctorOptions) (Diagnosis, error) {
	c, problems := config.Load(o.Config)
	if len(problems) > 0 {
		return Diagnosis{}, problems
	}
	now, err := clock(Options{Clock: o.Clock}, c)
	if err != nil {
		return Diagnosis{}, err
	}
	x := &examination{opt: o, config: c, clock: now}
	x.fine("config", "%s reads well", filepath.Base(o.Config))
	x.policyFile()
	x.disk()
	x.keys()
	x.stateAndLog(ctx)
	x.accounts(ctx)
	d := Diagnosis{OK: true, Checks: x.checks}
	for _, k := range d.Checks {
		d.OK = d.OK && k.Verdict != Fails
	}
	return d, nil
}

// examination is a doctor at work.
type examination struct {
	opt    DoctorOptions
	config *config.Config
	clock  func() time.Time
	checks []Checked

	policy *policy.Policy  // nil: neither the file's nor the active one can be used
	ring   *pseudonym.Ring // nil: there is none, or it can't be read
	vkey   string          // of the log; "" = not known
	noKeys bool            // neither file of keys is there
	head   time.Time       // time of the log's newest entry; zero = none
}

func (x *examination) add(v Verdict, name, do, says string, args ...any) {
	line := strings.Join(strings.Fields(fmt.Sprintf(says, args...)), " ") // errors of libraries may have several
	x.checks = append(x.checks, Checked{name, v, line, do})
}

func (x *examination) fine(name, says string, args ...any)     { x.add(Fine, name, "", says, args...) }
func (x *examination) skip(name, says string, args ...any)     { x.add(Skipped, name, "", says, args...) }
func (x *examination) warn(name, do, says string, args ...any) { x.add(Warns, name, do, says, args...) }
func (x *examination) fail(name, do, says string, args ...any) { x.add(Fails, name, do, says, args...) }
