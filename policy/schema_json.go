package policy

import _ "embed"

// Schema is the JSON Schema (2020-12) of a policy file. Editors read it: it
// completes keys, shows what they mean, and marks most mistakes while typing. A
// test writes it from the types of the grammar; what may stand in a file is
// decided by [Parse] alone, which sees more (a name that is nowhere, parts that
// exclude each other).
//
//go:embed policy.schema.json
var Schema []byte
