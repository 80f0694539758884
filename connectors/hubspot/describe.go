package hubspot

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"time"

	"github.com/lapsed/lapsed/connectors"
	"github.com/lapsed/lapsed/internal/fault"
)

const (
	// binnedFor is how long HubSpot keeps archived contacts restorable.
	binnedFor = 90 * 24 * time.Hour
	// nobody is an address that can't exist (RFC 2606), to see whether statuses
	// may be read at all.
	nobody = "nobody@lapsed.invalid"
)

// Describe reads the account's region, its properties and, by harmless reads,
// which scopes are missing. Scopes for writing can't be told without writing.
func (c *Connector) Describe(ctx context.Context) (connectors.Description, error) {
	var d connectors.Description
	if c.archive {
		d.BinnedFor = binnedFor
	}
	for _, p := range c.probes(&d) {
		err := p.read(ctx)
		if status(err) == http.StatusForbidden {
			d.Missing = append(d.Missing, p.missing...)
		} else if err != nil {
			return d, err
		}
	}
	return d, nil
}

// status returns the HTTP status that an error came from, 0 if none.
func status(err error) int {
	var e *fault.Error
	if errors.As(err, &e) {
		return e.Status
	}
	return 0
}

// probe is a read, and what is missing if HubSpot forbids it.
type probe struct {
	read    func(context.Context) error
	missing []connectors.Missing
}

// probes lists the reads that tell all about the account that the policy needs.
func (c *Connector) probes(d *connectors.Description) []probe {
	contacts := connectors.Missing{What: "crm.objects.contacts.read", Hint: "Grant the token the scope to read contacts", For: connectors.ForReading}
	ps := []probe{
		{func(ctx context.Context) error { return c.describeAccount(ctx, d) }, []connectors.Missing{{What: "oauth", For: connectors.ForRegion,
			Hint: "HubSpot doesn't tell this token where the account is hosted (basic account information, scope oauth): state the region by hand"}}},
		{func(ctx context.Context) error { return c.describeProperties(ctx, d) }, []connectors.Missing{{What: "crm.schemas.contacts.read",
			Hint: "Grant the token the scope to read the contacts' properties", For: connectors.ForReading}}},
		{func(ctx context.Context) error {
			_, err := c.api.List(ctx, []string{"hs_object_id"}, "", 1)
			return err
		}, []connectors.Missing{contacts}},
		{func(ctx context.Context) error {
			_, err := c.readBrands(ctx)
			return err
		}, subscriptionScope("subscriptions-definition-read", connectors.ForUnsubscribing)},
	}
	if c.need.subscriptions {
		ps = append(ps, probe{c.probeStatuses, subscriptionScope("subscriptions-status-read", connectors.ForReading)})
	}
	if c.need.deals {
		ps = append(ps, probe{func(ctx context.Context) error {
			_, _, err := c.api.Stages(ctx)
			return err
		}, []connectors.Missing{{What: "crm.objects.deals.read", Hint: "Grant the token the scope to read deals", For: connectors.ForReading}}})
	}
	return ps
}

// subscriptionScope names a scope in both ways that HubSpot's documents do.
func subscriptionScope(otherName string, n connectors.Need) []connectors.Missing {
	return []connectors.Missing{{What: "communication_preferences.read", For: n,
		Hint: "Grant the token communication_preferences.read, which HubSpot also calls " + otherName}}
}

func (c *Connector) describeAccount(ctx context.Context, d *connectors.Description) error {
	a, at, err := c.api.Account(ctx)
	if err != nil {
		return err
	}
	d.Account, d.Hosting, d.Region, d.Zone, d.Clock = string(a.PortalID), a.Hosting, region(a.Hosting), a.TimeZone, at
	zone, err := time.LoadLocation(a.TimeZone)
	if err != nil || a.TimeZone == "" {
		zone = time.FixedZone("", a.UTCOffsetMS/1000)
	}
	c.api.SetZone(zone)
	return nil
}

func (c *Connector) describeProperties(ctx context.Context, d *connectors.Description) error {
	s, err := c.define(ctx)
	if err != nil {
		return err
	}
	d.Unreadable = append(append(d.Unreadable, s.absent...), s.lacking...)
	for _, p := range s.props {
		if s.sensitive[p] && !c.provedReadable(p, "") {
			d.Unreadable = append(d.Unreadable, p)
			d.Missing = append(d.Missing, connectors.Missing{What: "crm.objects.contacts.sensitive.read.v2", For: connectors.ForReading,
				Hint: "HubSpot guards " + p + ": grant the token the scope for sensitive or highly sensitive values; this stays until one was seen"})
		}
	}
	if d.Clock.IsZero() {
		d.Clock = s.at
	}
	return nil
}

// probeStatuses asks for an address that nobody has. Anything but a refusal
// shows that the scope is there.
func (c *Connector) probeStatuses(ctx context.Context) error {
	_, err := c.api.Statuses(ctx, nobody, "")
	if fault.Is(err, fault.NotFound) || fault.Is(err, fault.Invalid) {
		return nil
	}
	return err
}

// region tells what HubSpot's name of a hosting location proves: "eu1" is the
// EU. An unknown name proves nothing (C9).
func region(hosting string) string {
	switch h := strings.ToLower(hosting); {
	case strings.HasPrefix(h, "eu"):
		return "EU"
	case strings.HasPrefix(h, "na"):
		return "US"
	case strings.HasPrefix(h, "ca"):
		return "CA"
	default:
		return "" // "ap" may be any of several countries
	}
}
