// Package connectortest owns the suite that every connector passes: each
// subtest is named after a sentence of the contract in package connectors, and
// breaks that sentence as a vendor would.
//
// A vendor's test file starts its simulator in an [Env] and calls [Run]. The
// suite knows no vendor: what differs (how a person gets into the account, which
// faults a simulator knows) is in the Env. Truth is asked of the simulator, not
// of the connector.
//
// Behind every subtest stand two checks of the simulator's book: nothing that is
// forbidden was changed, and no error showed a canary.
package connectortest
