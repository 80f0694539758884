package api

import (
	"encoding/json"
	"slices"
	"testing"

	"github.com/simpleforce/simpleforce"
)

// Numbers come in one row. Anything else is no answer, and no zero.
func TestFilled(t *testing.T) {
	c, s := New(Options{}), Select{Object: "Lead", Filled: []string{"A__c", "B__c"}, Where: "X = true"}
	if got := s.soql(""); got != "SELECT COUNT(A__c),COUNT(B__c) FROM Lead WHERE X = true" {
		t.Error(got)
	}
	for answer, good := range map[string]bool{
		`{"totalSize":1,"done":true,"records":[{"expr0":3,"expr1":0}]}`:             true,
		`{"totalSize":0,"done":true,"records":[]}`:                                  false,
		`{"totalSize":3,"done":true,"records":[{"expr0":3,"expr1":0}]}`:             false,
		`{"totalSize":1,"done":false,"records":[{"expr0":3,"expr1":0}]}`:            false,
		`{"totalSize":1,"done":true,"records":[{"expr0":3}]}`:                       false,
		`{"totalSize":1,"done":true,"records":[{"expr0":3,"expr1":null}]}`:          false,
		`{"totalSize":1,"done":true,"records":[{"expr0":3,"expr1":-1}]}`:            false,
		`{"totalSize":1,"done":true,"records":[{"expr0":3,"expr1":0},{"expr0":1}]}`: false,
	} {
		var p simpleforce.QueryResult
		if err := json.Unmarshal([]byte(answer), &p); err != nil {
			t.Fatal(err)
		}
		r, err := c.filled(call{route: "GET /query Lead"}, s, &p, Result{})
		if (err == nil) != good || good && !slices.Equal(r.Filled, []int{3, 0}) {
			t.Errorf("%s: %v %v", answer, r.Filled, err)
		}
	}
}

func TestNotIn(t *testing.T) {
	if got, want := NotIn("AppName", []string{`It's`, `a\b`, "x') OR (Id != ''"}), `AppName NOT IN ('It\'s','a\\b','x\') OR (Id != \'\'')`; got != want {
		t.Errorf("%s, want %s", got, want)
	}
}
