package api

import (
	"context"
	"encoding/json"
	"net/http"
	"time"
)

// Object is what our user may see and do of one object of the org.
type Object struct {
	Name                             string
	Queryable, Updateable, Deletable bool
	Fields                           map[string]Field
}

// Field is one field that our user may read.
type Field struct {
	Type       string // "boolean", "date", "datetime", "reference" …; "" if not told
	Updateable bool
	Parent     string // name of the relationship that a reference opens: "RecordType"
	Custom     bool   // made by the org's admins or a package
	Calculated bool   // a formula: it holds nothing of its own
	// Conditions can name it, COUNT() can. The org says so; where it doesn't, a
	// question that can't be asked is refused.
	Filterable, Aggregatable bool
}

// Describe reads an object's fields and permissions. Field-level security
// leaves out what our user may not read, so what is here is what can be asked.
func (c *Client) Describe(ctx context.Context, object string) (Object, time.Time, error) {
	k := call{method: http.MethodGet, path: base + "/sobjects/" + object + "/describe", route: "GET /sobjects/" + object + "/describe"}
	a, err := c.send(ctx, k)
	if err != nil {
		return Object{}, time.Time{}, err
	}
	var d struct {
		Queryable, Updateable, Deletable *bool
		Fields                           []struct {
			Name, Type, RelationshipName string
			Updateable                   *bool
			Custom, Calculated           bool
			Filterable, Aggregatable     *bool
		}
	}
	if json.Unmarshal(a.body, &d) != nil || len(d.Fields) == 0 {
		return Object{}, time.Time{}, c.nonsense(k)
	}
	o := Object{Name: object, Queryable: told(d.Queryable), Updateable: told(d.Updateable), Deletable: told(d.Deletable), Fields: map[string]Field{}}
	for _, f := range d.Fields {
		o.Fields[f.Name] = Field{Type: f.Type, Updateable: told(f.Updateable), Parent: f.RelationshipName,
			Custom: f.Custom, Calculated: f.Calculated, Filterable: told(f.Filterable), Aggregatable: told(f.Aggregatable) && counts(f.Type)}
	}
	return o, a.at, nil
}

// told reads a flag that stops something when it is false; one that is left out stops nothing.
func told(flag *bool) bool { return flag == nil || *flag }

// Versions lists the API versions that the org serves, nil if it won't say.
func (c *Client) Versions(ctx context.Context) ([]string, error) {
	a, err := c.send(ctx, call{method: http.MethodGet, path: "/services/data", route: "GET /services/data"})
	if err != nil {
		return nil, err
	}
	var list []struct{ Version string }
	if json.Unmarshal(a.body, &list) != nil {
		return nil, nil //nolint:nilerr // an org that lists no versions won't say
	}
	vs := make([]string, len(list))
	for i, v := range list {
		vs[i] = v.Version
	}
	return vs, nil
}
