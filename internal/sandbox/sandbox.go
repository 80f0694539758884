package sandbox

import (
	"errors"
	"fmt"
	"net"
	"net/http"
	"strconv"
	"sync"
	"time"

	"github.com/lapsed/lapsed/internal/sandbox/hubspot"
	"github.com/lapsed/lapsed/internal/sandbox/kit"
	"github.com/lapsed/lapsed/internal/sandbox/population"
	"github.com/lapsed/lapsed/internal/sandbox/salesforce"
)

// What the sandbox's servers let in. They are on loopback and guard nothing.
const (
	clientID     = "sandbox-app"
	clientSecret = "sandbox-secret"
	token        = hubspot.DefaultToken
)

// Options say which world is simulated. Zero values mean the defaults beside them.
type Options struct {
	Listen   string    // host to listen on; default 127.0.0.1
	BasePort int       // control, Salesforce and HubSpot take this and the next two; 0 = any free ports
	People   int       // default population.DefaultPeople
	Seed     uint64    // decides people and ids
	Now      time.Time // where the sandbox's clock starts; default the machine's time
	Faults   string    // armed at the start, see ParseFaults
}

// Sandbox is a running world. It is safe for concurrent use.
type Sandbox struct {
	stage      *kit.Stage
	salesforce *salesforce.Org
	hubspot    *hubspot.Portal
	truth      population.Truth
	ready      ready
	servers    []*http.Server
	serving    sync.WaitGroup

	mu   sync.Mutex // one mutation at a time
	made []string   // HubSpot ids that mutations made
}

// Start seeds the people and serves. It returns when the addresses answer; the
// caller must Close. Errors are of options, of ports that are taken, or name the
// faults that can't be read.
func Start(o Options) (*Sandbox, error) {
	faults, err := ParseFaults(o.Faults)
	if err != nil {
		return nil, err
	}
	if o.Listen == "" {
		o.Listen = "127.0.0.1"
	}
	if o.BasePort < 0 || o.BasePort > 65533 {
		return nil, fmt.Errorf("sandbox: base port %d: it must be 0 to 65533", o.BasePort)
	}
	if o.Now.IsZero() {
		o.Now = time.Now()
	}
	s := &Sandbox{stage: kit.NewStage(o.Now.UTC().Truncate(time.Second))}
	if err := s.seed(o); err != nil {
		return nil, err
	}
	for _, f := range faults {
		s.stage.Faults.Arm(f)
	}
	if err := s.serve(o); err != nil {
		return nil, errors.Join(err, s.Close())
	}
	return s, nil
}

// seed builds the processors and the people. The account and the org are as the
// reference policy describes them.
func (s *Sandbox) seed(o Options) error {
	release := s.stage.Clock.Hold()
	defer release()
	s.salesforce = salesforce.New(salesforce.Options{
		Stage: s.stage, Seed: o.Seed, ClientID: clientID, ClientSecret: clientSecret, Instance: "USA744", Consent: true,
	})
	s.hubspot = hubspot.New(hubspot.Options{
		Stage: s.stage, Seed: o.Seed, Token: token, Hosting: "eu1", TimeZone: "Europe/Oslo",
		Enterprise: true, PerTenSeconds: hubspot.DefaultPerTenSeconds,
	})
	truth, err := population.Build(population.Options{People: o.People, Seed: o.Seed, Now: s.stage.Clock.Now()}, s.salesforce, s.hubspot)
	s.truth = truth
	return err
}

// serve opens all addresses, then tells them.
func (s *Sandbox) serve(o Options) error {
	urls := [3]string{}
	for i, h := range []http.Handler{s.control(), s.salesforce, s.hubspot} {
		port := 0
		if o.BasePort != 0 {
			port = o.BasePort + i
		}
		l, err := net.Listen("tcp", net.JoinHostPort(o.Listen, strconv.Itoa(port)))
		if err != nil {
			return fmt.Errorf("sandbox: %w", err)
		}
		server := &http.Server{Handler: h, ReadHeaderTimeout: 10 * time.Second}
		s.servers = append(s.servers, server)
		s.serving.Go(func() {
			_ = server.Serve(l) // ends with ErrServerClosed at Close
		})
		urls[i] = "http://" + l.Addr().String()
	}
	s.ready = newReady(s.stage.Clock.Now(), len(s.truth.People), o.Seed, urls)
	return nil
}

// Close ends all servers and their connections, and waits for them.
func (s *Sandbox) Close() error {
	var errs []error
	for _, server := range s.servers {
		errs = append(errs, server.Close())
	}
	s.serving.Wait()
	return errors.Join(errs...)
}

// Stage is the clock, the book and the faults of all processors.
func (s *Sandbox) Stage() *kit.Stage { return s.stage }

// Truth is the fates of the people. It must not be changed.
func (s *Sandbox) Truth() population.Truth { return s.truth }

// Salesforce is the simulated org, for acts at the vendor's side.
func (s *Sandbox) Salesforce() *salesforce.Org { return s.salesforce }

// HubSpot is the simulated account, for acts at the vendor's side.
func (s *Sandbox) HubSpot() *hubspot.Portal { return s.hubspot }

// Advance moves the clock forward by d ≥ 0.
func (s *Sandbox) Advance(d time.Duration) { s.stage.Clock.Advance(d) }
