package app

import (
	"github.com/lapsed/lapsed/config"
	"github.com/lapsed/lapsed/connectors"
	"github.com/lapsed/lapsed/connectors/hubspot"
	"github.com/lapsed/lapsed/connectors/salesforce"
	"github.com/lapsed/lapsed/internal/contact"
	"github.com/lapsed/lapsed/internal/document"
	"github.com/lapsed/lapsed/internal/httpx"
	"github.com/lapsed/lapsed/policy"
)

// Catalogues are what the built-in connectors know of their vendors' fields.
func Catalogues() map[string]contact.Catalogue {
	return map[string]contact.Catalogue{"salesforce": salesforce.Catalogue(), "hubspot": hubspot.Catalogue()}
}

// Binding binds the config's processors to their connectors' catalogues.
func Binding(c *config.Config) policy.Binding {
	b, all := policy.Binding{}, Catalogues()
	for _, e := range c.Processors {
		b[e.Name] = all[e.Value.Kind]
	}
	return b
}

// DefaultBinding binds each connector to the processor of its own name, for
// looking at a policy without a config.
func DefaultBinding(d *policy.Document) policy.Binding {
	b := policy.Binding{}
	for name, c := range Catalogues() {
		if _, ok := d.Processors.Get(name); ok {
			b[name] = c
		}
	}
	return b
}

// connect makes the connectors. It asks no processor anything.
func (a *App) connect(binding policy.Binding) error {
	a.connectors = map[string]connectors.Connector{}
	var problems document.Problems
	for _, e := range a.Config.Processors {
		p, inPolicy := a.Policy.Processors.Get(e.Name)
		if !inPolicy {
			problems = append(problems, a.Config.Problem(e.Name, "%s is configured, and the policy has no such processor%s", e.Name, document.Nearest(e.Name, a.Policy.Processors.Names())))
			continue
		}
		fields, topics := a.Policy.Needs(e.Name, binding[e.Name])
		c, err := connector(e.Name, e.Value, p, fields, topics, a.tuning(e.Name))
		if err != nil {
			problems = append(problems, a.Config.Problem(e.Name, "%s", err.Error()))
			continue
		}
		a.connectors[e.Name] = c
	}
	return problems.Err()
}

// tuning is how a processor is called.
func (a *App) tuning(processor string) httpx.Options {
	o := a.opt.HTTP
	if a.opt.Metrics != nil {
		o.Seen = Observing(a.opt.Metrics, processor, o.Seen)
	}
	return o
}

func connector(name string, c config.Processor, p policy.Processor, fields, topics []string, tuning httpx.Options) (connectors.Connector, error) {
	if c.Kind == "hubspot" {
		return hubspot.New(hubspot.Options{Name: name, BaseURL: c.BaseURL.String(), Token: c.Token.Secret(), Fields: fields, Topics: topics,
			Archive: p.DeleteWith == policy.DeleteOrdinarily, HTTP: tuning})
	}
	return salesforce.New(salesforce.Options{Name: name, LoginURL: c.LoginURL.String(), ClientID: c.ClientID.Secret(), ClientSecret: c.ClientSecret.Secret(),
		Fields: fields, Topics: topics, HTTP: tuning})
}
