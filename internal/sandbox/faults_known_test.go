package sandbox

import (
	"go/ast"
	"go/parser"
	gotoken "go/token"
	"maps"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// A failure that a simulator knows is in its processor's mixture: whoever tries
// them all forgets none.
func TestEveryFaultThatIsCodedIsInTheMixture(t *testing.T) {
	for _, processor := range Processors() {
		if coded := coded(t, processor); !slices.Equal(coded, kinds(processor)) {
			t.Errorf("%s: the code knows\n%v\nand the mixture\n%v", processor, coded, kinds(processor))
		}
	}
}

// coded are the kinds that a simulator's source asks a request's fault for.
func coded(t *testing.T, folder string) []string {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join(folder, "*.go"))
	if err != nil {
		t.Fatal(err)
	}
	names, values := map[string]bool{}, map[string]string{}
	ask := func(e ast.Expr) {
		switch x := e.(type) {
		case *ast.Ident:
			names[x.Name] = true
		case *ast.BasicLit:
			names[x.Value], values[x.Value] = true, x.Value
		}
	}
	for _, path := range paths {
		if strings.HasSuffix(path, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(gotoken.NewFileSet(), path, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(file, func(n ast.Node) bool {
			switch x := n.(type) {
			case *ast.ValueSpec: // the name of a kind
				for i, v := range x.Values {
					if l, ok := v.(*ast.BasicLit); ok && len(x.Values) == len(x.Names) {
						values[x.Names[i].Name] = l.Value
					}
				}
			case *ast.CallExpr: // hit("slow"), met(faultSlow)
				if s, ok := x.Fun.(*ast.SelectorExpr); ok && (s.Sel.Name == "hit" || s.Sel.Name == "met") {
					ask(x.Args[0])
				}
			case *ast.SwitchStmt: // switch call.fault.Kind
				if s, ok := x.Tag.(*ast.SelectorExpr); ok && s.Sel.Name == "Kind" && strings.HasSuffix(source(s.X), "fault") {
					for _, c := range x.Body.List {
						for _, e := range c.(*ast.CaseClause).List {
							ask(e)
						}
					}
				}
			}
			return true
		})
	}
	kinds := map[string]bool{}
	for n := range names {
		if kind, err := strconv.Unquote(values[n]); err == nil { // else a method of that name that asks for something else
			kinds[kind] = true
		}
	}
	return slices.Sorted(maps.Keys(kinds))
}

// source is the last name of an expression like q.fault.
func source(e ast.Expr) string {
	switch x := e.(type) {
	case *ast.SelectorExpr:
		return x.Sel.Name
	case *ast.Ident:
		return x.Name
	}
	return ""
}
