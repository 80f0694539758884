package salesforce

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/lapsed/lapsed/connectors/salesforce/internal/api"
	"github.com/lapsed/lapsed/internal/fault"
)

// telling is an org that answers questions by the text that follows SELECT.
func telling(t *testing.T, answer func(soql string) string) *surveyor {
	t.Helper()
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch {
		case strings.HasSuffix(r.URL.Path, "/oauth2/token"):
			_, _ = fmt.Fprintf(w, `{"access_token":"CANARYtoken","instance_url":"http://%s"}`, r.Host)
		case strings.HasSuffix(r.URL.Path, "/composite"):
			var want struct {
				CompositeRequest []struct{ URL, ReferenceID string }
			}
			if err := json.NewDecoder(r.Body).Decode(&want); err != nil {
				t.Error(err)
			}
			var subs []string
			for _, q := range want.CompositeRequest {
				req, err := http.NewRequest(http.MethodGet, q.URL, nil)
				if err != nil {
					t.Error(err)
					continue
				}
				subs = append(subs, fmt.Sprintf(`{"httpStatusCode":200,"referenceId":%q,"body":%s}`, q.ReferenceID, answer(req.URL.Query().Get("q"))))
			}
			_, _ = io.WriteString(w, `{"compositeResponse":[`+strings.Join(subs, ",")+`]}`)
		default:
			_, _ = io.WriteString(w, answer(r.URL.Query().Get("q")))
		}
	}))
	t.Cleanup(srv.Close)
	return &surveyor{c: connect(t, srv.URL, Options{})}
}

func counting(n int) string { return fmt.Sprintf(`{"totalSize":%d,"done":true,"records":[]}`, n) }

// Somebody who is hired between a count and its rows is no error; rows that stay
// away are.
func TestRowsAgainstTheCount(t *testing.T) {
	for after, good := range map[int]bool{2: true, 3: false} {
		counted := 0
		v := telling(t, func(soql string) string {
			if !strings.HasPrefix(soql, "SELECT COUNT()") {
				return `{"totalSize":2,"done":true,"records":[{"Id":"005000000000001AAA"},{"Id":"005000000000002AAA"}]}`
			}
			if counted++; counted == 1 {
				return counting(1)
			}
			return counting(after)
		})
		rows, err := v.all(t.Context(), api.Select{Object: "User", Columns: []string{"Id"}})
		if (err == nil) != good || good && len(rows) != 2 || !good && !fault.Is(err, fault.Transient) {
			t.Errorf("counted 1 and then %d: %d rows, %v", after, len(rows), err)
		}
	}
}

// Tokens that are counted and never shown are no reason to ask for ever.
func TestTokensThatAreNeverShown(t *testing.T) {
	rounds := 0
	v := telling(t, func(soql string) string {
		switch {
		case strings.HasPrefix(soql, "SELECT COUNT()"):
			if rounds++; rounds > 5 {
				return counting(0)
			}
			return counting(3)
		case strings.Contains(soql, "UserPermissionAccess"):
			return `{"totalSize":1,"done":true,"records":[{"Id":"x"}]}`
		}
		return `{"totalSize":3,"done":true,"records":[{"AppName":"Outlook","UserId":"005000000000001AAA"}]}`
	})
	if err := v.apps(t.Context()); !fault.Is(err, fault.Transient) || rounds != 2 {
		t.Errorf("%v after %d rounds", err, rounds)
	}
}
