package deploy_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"gopkg.in/yaml.v3" //nolint:depguard // others' YAML: anchors, empty maps and octal modes are theirs to use

	"github.com/lapsed/lapsed/config"
	"github.com/lapsed/lapsed/internal/metrics"
)

// exported maps each metric that the program exports to its labels.
func exported(t *testing.T) map[string][]string {
	t.Helper()
	now := time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)
	m := metrics.New("test", func() time.Time { return now })
	one := map[string]int{"x": 1}
	m.Cycle(metrics.CycleFacts{Mode: "observe", Result: "done", Finished: now, Sources: []metrics.Source{{Name: "x", WholeAt: now, ReadAt: now}}, Rules: map[string]time.Time{"x": now},
		Duties: one, Demands: one, Findings: one, Log: metrics.Log{PublishedAt: now}})
	m.Call("x", "", time.Second)
	m.Budget("x", 1)
	m.Notified("x", "sent")
	w := httptest.NewRecorder()
	m.Handler().ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), "GET", "/metrics", nil))
	out := map[string][]string{}
	for _, line := range regexp.MustCompile(`(?m)^(lapsed_[a-z_]+)(?:\{(.*)\})? `).FindAllStringSubmatch(w.Body.String(), -1) {
		for _, l := range regexp.MustCompile(`([a-z_]+)="`).FindAllStringSubmatch(line[2], -1) {
			out[line[1]] = append(out[line[1]], l[1])
		}
		if out[line[1]] == nil {
			out[line[1]] = []string{}
		}
	}
	return out
}

// query checks what of PromQL can be checked without its parser: that each
// metric is exported, that it has the labels that are asked for, and that what
// was opened is closed.
func query(t *testing.T, where, expr string, known map[string][]string) {
	t.Helper()
	for _, pair := range []string{"()", "{}", "[]"} {
		if strings.Count(expr, pair[:1]) != strings.Count(expr, pair[1:]) {
			t.Errorf("%s: %s is not closed in %s", where, pair[:1], expr)
		}
	}
	used := regexp.MustCompile(`(lapsed_[a-z_]+)(?:\{([^}]*)\})?`).FindAllStringSubmatch(expr, -1)
	if len(used) == 0 {
		t.Errorf("%s asks for nothing of ours: %s", where, expr)
	}
	var has []string
	for _, u := range used {
		labels, ok := known[u[1]]
		if !ok {
			t.Errorf("%s: nobody exports %s", where, u[1])
		}
		has = append(has, labels...)
		for _, l := range regexp.MustCompile(`([a-z_]+)(?:=|!=|=~|!~)"`).FindAllStringSubmatch(u[2], -1) {
			if !slices.Contains(labels, l[1]) {
				t.Errorf("%s: %s has no label %s", where, u[1], l[1])
			}
		}
	}
	for _, by := range regexp.MustCompile(`(?:by|on) \(([^)]*)\)`).FindAllStringSubmatch(expr, -1) {
		for l := range strings.SplitSeq(by[1], ", ") {
			if !slices.Contains(has, l) {
				t.Errorf("%s: no metric of %s has a label %s", where, expr, l)
			}
		}
	}
}

type rules struct {
	Groups []struct {
		Name  string
		Rules []struct {
			Alert, Expr, For    string
			Labels, Annotations map[string]string
		}
	}
}

func TestAlerts(t *testing.T) {
	var r rules
	d := yaml.NewDecoder(bytes.NewReader(read(t, "alerts.yaml")))
	d.KnownFields(true)
	if err := d.Decode(&r); err != nil {
		t.Fatal(err)
	}
	known, names := exported(t), map[string]bool{}
	for _, g := range r.Groups {
		for _, a := range g.Rules {
			if names[a.Alert] || !strings.HasPrefix(a.Alert, "Lapsed") {
				t.Errorf("%q is there twice, or is no name", a.Alert)
			}
			names[a.Alert] = true
			query(t, a.Alert, a.Expr, known)
			if !slices.Contains([]string{"critical", "warning", "info"}, a.Labels["severity"]) || a.Annotations["summary"] == "" || a.Annotations["description"] == "" {
				t.Errorf("%s lacks a severity, a summary or what to do", a.Alert)
			}
			for _, l := range regexp.MustCompile(`\$labels\.([a-z_]+)`).FindAllStringSubmatch(a.Annotations["summary"]+a.Annotations["description"], -1) {
				if !regexp.MustCompile(`by \([a-z_, ]*\b` + l[1] + `\b`).MatchString(a.Expr) {
					t.Errorf("%s names a label %s that its expression drops", a.Alert, l[1])
				}
			}
		}
	}
	if len(names) < 20 {
		t.Errorf("%d alerts", len(names))
	}
}

func TestDashboard(t *testing.T) {
	var d struct {
		Panels []struct {
			ID         int
			Title      string
			Datasource struct{ UID string }
			Targets    []struct{ Expr string }
			GridPos    struct{ X, Y, W, H int }
		}
	}
	if err := json.Unmarshal(read(t, "dashboard.json"), &d); err != nil {
		t.Fatal(err)
	}
	known, used := exported(t), string(read(t, "dashboard.json"))+string(read(t, "alerts.yaml"))
	ids := map[int]bool{}
	for _, p := range d.Panels {
		if ids[p.ID] || p.Title == "" || len(p.Targets) == 0 || p.Datasource.UID != "${datasource}" || p.GridPos.X+p.GridPos.W > 24 {
			t.Errorf("panel %d %q", p.ID, p.Title)
		}
		ids[p.ID] = true
		for _, q := range p.Targets {
			query(t, p.Title, q.Expr, known)
		}
	}
	// And the other way round: what is exported is worth being looked at.
	for name := range known {
		base := regexp.MustCompile(`_(bucket|sum|count)$`).ReplaceAllString(name, "")
		if !strings.Contains(used, base) {
			t.Errorf("neither dashboard nor alerts look at %s", name)
		}
	}
}

func TestEveryYAMLParses(t *testing.T) {
	n := 0
	err := filepath.WalkDir(".", func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() || filepath.Ext(path) != ".yaml" {
			return err
		}
		n++
		d := yaml.NewDecoder(bytes.NewReader(read(t, path)))
		for docs := 0; ; docs++ {
			var v map[string]any
			if err := d.Decode(&v); errors.Is(err, io.EOF) {
				if docs != 1 {
					t.Errorf("%s holds %d documents", path, docs)
				}
				return nil
			} else if err != nil {
				t.Errorf("%s: %v", path, err)
				return nil
			}
			kubernetes := filepath.Dir(path) == "kubernetes" && filepath.Base(path) != "lapsed.yaml"
			if kubernetes && (v["apiVersion"] == nil || v["kind"] == nil) {
				t.Errorf("%s is no manifest", path)
			}
		}
	})
	if err != nil || n < 10 {
		t.Errorf("%d files, %v", n, err)
	}
}

// The example of the README says whom to tell.
func TestReadmesNotify(t *testing.T) {
	t.Setenv("SMTP_PASSWORD", "x")
	m := regexp.MustCompile("(?s)```yaml\n(notify:\n.*?)```").FindSubmatch(read(t, "../README.md"))
	if m == nil {
		t.Fatal("the README has no example")
	}
	dir := t.TempDir()
	for name, text := range map[string]string{"secret": "x", "lapsed.yaml": string(read(t, "sandbox.yaml")) + strings.ReplaceAll(string(m[1]), "/run/secrets/webhook", "./secret")} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if c, problems := config.Load(filepath.Join(dir, "lapsed.yaml")); len(problems) > 0 || c.Notify.Webhook == nil || c.Notify.Mail == nil {
		t.Error(problems)
	}
}

// The configs load, once their credentials are there.
func TestConfigs(t *testing.T) {
	for _, f := range []string{"sandbox.yaml", "postgres.yaml", "kubernetes/lapsed.yaml"} {
		dir := t.TempDir()
		text := regexp.MustCompile(`/(?:run/)?secrets/([a-z_-]+)`).ReplaceAllStringFunc(string(read(t, f)), func(s string) string {
			path := filepath.Join(dir, filepath.Base(s))
			if err := os.WriteFile(path, []byte("x\n"), 0o600); err != nil {
				t.Fatal(err)
			}
			return path
		})
		path := filepath.Join(dir, "lapsed.yaml")
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		c, problems := config.Load(path)
		if len(problems) > 0 {
			t.Errorf("%s: %v", f, problems)
			continue
		}
		if c.Mode != config.Observe || c.Listen != "0.0.0.0:8080" || c.Keys != "/keys" || c.Log != "/data/log" || c.Policy != "/etc/lapsed/policy.yaml" {
			t.Errorf("%s: %s %s %s %s %s", f, c.Mode, c.Listen, c.Keys, c.Log, c.Policy)
		}
	}
}

// What runs has no root, no writable root and no capability.
func TestConfined(t *testing.T) {
	docker := string(read(t, "../Dockerfile"))
	for _, want := range []string{"FROM scratch", "USER 65532:65532", "CGO_ENABLED=0", "HEALTHCHECK", `CMD ["/lapsed", "health"`} {
		if !strings.Contains(docker, want) {
			t.Errorf("the Dockerfile has no %s", want)
		}
	}
	for _, f := range []string{"compose.yaml", "compose.postgres.yaml"} {
		var c struct {
			Services map[string]struct {
				Image   string
				Caps    []string `yaml:"cap_drop"`
				RO      bool     `yaml:"read_only"`
				Volumes []string
				Deploy  struct{ Replicas int }
			}
		}
		if err := yaml.Unmarshal(read(t, f), &c); err != nil {
			t.Fatal(err)
		}
		ours := 0
		for name, s := range c.Services {
			if s.Image == "lapsed" {
				ours++
				if !s.RO || !slices.Equal(s.Caps, []string{"ALL"}) {
					t.Errorf("%s: %s may do too much", f, name)
				}
			}
			for _, v := range s.Volumes {
				from, _, _ := strings.Cut(v, ":")
				if _, err := os.Stat(from); strings.HasPrefix(from, ".") && err != nil && from != "./policy.yaml" {
					t.Errorf("%s mounts %s, which isn't there", f, from)
				}
			}
		}
		if ours < 2 || f == "compose.postgres.yaml" && c.Services["lapsed"].Deploy.Replicas != 3 {
			t.Errorf("%s runs %d of ours", f, ours)
		}
	}
	pod := string(read(t, "kubernetes/deployment.yaml"))
	for _, want := range []string{"runAsNonRoot: true", "readOnlyRootFilesystem: true", "allowPrivilegeEscalation: false", "drop: [ALL]", "path: /healthz", "path: /readyz", "replicas: 1", "type: Recreate"} {
		if !strings.Contains(pod, want) {
			t.Errorf("the deployment has no %s", want)
		}
	}
}

func TestKustomizationNamesWhatIsThere(t *testing.T) {
	var k struct{ Resources []string }
	if err := yaml.Unmarshal(read(t, "kubernetes/kustomization.yaml"), &k); err != nil {
		t.Fatal(err)
	}
	there, err := filepath.Glob("kubernetes/*.yaml")
	if err != nil || len(there) != len(k.Resources)+2 { // itself and the config
		t.Errorf("%d files, %d resources, %v", len(there), len(k.Resources), err)
	}
	for _, r := range k.Resources {
		read(t, filepath.Join("kubernetes", r))
	}
}

func read(t *testing.T, path string) []byte {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return b
}
