package api

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
)

// RecordCounts reads the org's own record of how many rows objects have (REST
// guide, "resources-record-count"): cached, so perhaps old, without deleted and
// archived rows, and blind to sharing. An object that the org doesn't list is
// not in the answer.
func (c *Client) RecordCounts(ctx context.Context, objects []string) (map[string]int, error) {
	k := call{
		method: http.MethodGet, path: base + "/limits/recordCount?sObjects=" + url.QueryEscape(strings.Join(objects, ",")),
		route: "GET /limits/recordCount",
	}
	a, err := c.send(ctx, k)
	if err != nil {
		return nil, err
	}
	var list struct {
		Objects *[]struct {
			Name  string
			Count *int
		} `json:"sObjects"`
	}
	if json.Unmarshal(a.body, &list) != nil || list.Objects == nil {
		return nil, c.nonsense(k)
	}
	counts := map[string]int{}
	for _, o := range *list.Objects {
		if o.Count == nil {
			return nil, c.nonsense(k)
		}
		counts[o.Name] = *o.Count
	}
	return counts, nil
}
