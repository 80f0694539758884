package api

import (
	"strconv"
	"strings"

	"github.com/simpleforce/simpleforce"
)

// filled reads the one row that answers how many rows fill each column.
func (c *Client) filled(k call, s Select, p *simpleforce.QueryResult, r Result) (Result, error) {
	if !p.Done || p.TotalSize != 1 || len(p.Records) != 1 {
		return Result{}, c.nonsense(k)
	}
	r.Filled = make([]int, len(s.Filled))
	for i := range s.Filled {
		n, ok := p.Records[0]["expr"+strconv.Itoa(i)].(float64)
		if !ok || n < 0 {
			return Result{}, c.nonsense(k)
		}
		r.Filled[i] = int(n)
	}
	return r, nil
}

// counts tells whether COUNT() takes fields of a type (SOQL reference, "Support
// for Field Types in Aggregate Functions").
func counts(typ string) bool {
	switch typ {
	case "base64", "boolean", "byte", "time", "address", "anyType", "encryptedstring", "location", "multipicklist":
		return false
	}
	return true
}

// NotIn is the condition that a column is none of some texts. Rows in which it is
// empty may meet it or not.
func NotIn(column string, texts []string) string {
	quoted := make([]string, len(texts))
	for i, t := range texts {
		quoted[i] = "'" + strings.NewReplacer(`\`, `\\`, `'`, `\'`).Replace(t) + "'"
	}
	return column + " NOT IN (" + strings.Join(quoted, ",") + ")"
}
