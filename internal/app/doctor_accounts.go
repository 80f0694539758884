package app

import (
	"cmp"
	"context"
	"errors"
	"strings"
	"time"

	"github.com/lapsed/lapsed/config"
	"github.com/lapsed/lapsed/connectors"
	"github.com/lapsed/lapsed/internal/fault"
	"github.com/lapsed/lapsed/policy"
)

const (
	accountWait = 30 * time.Second
	// Above these our clock warns and fails: a cycle plans nothing from five minutes on.
	clockWarns = time.Minute
	clockFails = 5 * time.Minute
)

// accounts asks each processor what it is, and by the answers whether our clock
// is right.
func (x *examination) accounts(ctx context.Context) {
	told := false
	var off time.Duration
	for _, e := range x.config.Processors {
		within, cancel := context.WithTimeout(ctx, cmp.Or(x.opt.Wait, accountWait))
		d, asked := x.account(within, e.Name, e.Value)
		cancel()
		if asked && !d.Clock.IsZero() {
			told = true
			if o := x.clock().Sub(d.Clock); o.Abs() > off.Abs() {
				off = o
			}
		}
	}
	x.time(told, off)
}

// time judges our clock.
func (x *examination) time(told bool, off time.Duration) {
	const set = "set the machine's clock, and keep it right (NTP): a clock a year ahead makes everybody look inactive"
	behind := x.head.Sub(x.clock())
	switch {
	case behind > clockFails:
		x.fail("clock", set, "it is %s behind the log's newest entry", behind.Round(time.Second))
	case !told:
		x.skip("clock", "no processor told the time")
	case off.Abs() > clockFails:
		x.fail("clock", set, "it is %s off a processor's: nothing would be planned", off.Round(time.Second))
	case off.Abs() > clockWarns:
		x.warn("clock", set, "it is %s off a processor's", off.Round(time.Second))
	default:
		x.fine("clock", "it agrees with the processors'")
	}
}

// account asks one processor, with what the policy needs of it if there is one.
func (x *examination) account(ctx context.Context, name string, c config.Processor) (d connectors.Description, asked bool) {
	var p policy.Processor
	var fields, topics []string
	if x.policy != nil {
		var listed bool
		if p, listed = x.policy.Processors.Get(name); !listed {
			x.fail(name, "list it in the policy, or take it out of the config", "it is configured, and the policy has no such processor")
			return d, false
		}
		fields, topics = x.policy.Needs(name, Binding(x.config)[name])
	}
	conn, err := connector(name, c, p, fields, topics, x.opt.HTTP)
	if err != nil {
		x.fail(name, "mend its part of the config", "%v", err)
		return d, false
	}
	if d, err = conn.Describe(ctx); err != nil {
		x.fail(name, remedy(err), "it can't be asked: %v", err)
		return d, false
	}
	x.described(name, p, d)
	x.budget(name, conn)
	return d, true
}

// remedy says what a person can do about an account that can't be asked.
func remedy(err error) string {
	var e *fault.Error
	if errors.As(err, &e) && e.Kind == fault.RateLimited {
		return "wait until the processor's budget is free again"
	}
	switch fault.KindOf(err) {
	case fault.Auth:
		return "renew the credential in the config's env or file, and see what it may do (README, Connect your accounts)"
	case fault.Transient:
		return "see that this machine reaches the host (network, proxy, DNS), and ask again"
	default:
		return "see that the config's address is this account's"
	}
}

// described tells what is missing at an account.
func (x *examination) described(name string, p policy.Processor, d connectors.Description) {
	good := true
	for _, m := range d.Missing {
		good = false
		x.add(severity(m.For), name, m.Hint, "%s is missing: %s", m.What, stopped(m.For))
	}
	if len(d.Unreadable) > 0 {
		good = false
		x.fail(name, "let the account read them, or take them out of the policy: until then nobody is deleted for lapsing", "fields that the policy needs can't be read: %s", strings.Join(d.Unreadable, ", "))
	}
	if x.policy == nil {
		x.skip(name, "it answers (account %s); what the policy needs of it can't be asked while the policy doesn't read", d.Account)
		return
	}
	if region := p.Region; d.Region != "" && region != "" && !strings.EqualFold(d.Region, region) {
		x.warn(name, "if it is right so, change the region in the policy and in the notice", "the policy says %s, and it is hosted in %s (%s)", region, d.Region, d.Hosting)
	}
	if good {
		x.fine(name, "it answers (account %s), and all that the policy needs can be read", d.Account)
	}
}

// budget warns when so much of the account's day of calls is used that whole
// reads don't begin.
func (x *examination) budget(name string, c connectors.Connector) {
	m, ok := c.(connectors.Metered)
	if !ok {
		return
	}
	if b, told := m.Budget(); told && b.Used*5 >= b.Most*4 {
		x.warn(name, "wait, and see which other program uses the account's calls", "%d of %d calls of the day are used: whole reads wait until some are free", b.Used, b.Most)
	}
}

func severity(n connectors.Need) Verdict {
	if n == connectors.ForRegion || n == connectors.ForSurvey {
		return Warns
	}
	return Fails
}

func stopped(n connectors.Need) string {
	return [...]string{"contacts can't be read whole", "nobody can be unsubscribed", "nothing can be deleted", "the region can't be told", "not all of the account is seen"}[n]
}
