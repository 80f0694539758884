package policy

import (
	_ "embed"
	"testing"
)

func TestReferenceParses(t *testing.T) {
	_, _, problems := Parse("reference.yaml", Reference)
	for _, p := range problems {
		t.Error(p.Long())
	}
}
