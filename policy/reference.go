package policy

import _ "embed"

// Reference is the published notice that lapsed was built for, as a policy.
//
//go:embed reference.yaml
var Reference []byte
