// Package console serves what machines ask of a running daemon: is it alive, is
// it ready, what are its figures.
//
//	/healthz  200 as long as the process answers. It asks nothing: a database that
//	          is down is no reason to restart the daemon, which would not mend it.
//	/readyz   200 if each check passes, 503 with the names of those that don't. The
//	          answer has no details: they are in the process log and in `lapsed
//	          doctor`. One answer serves for a second, whoever asks how often.
//	/metrics  Prometheus' format.
//
// Nothing here changes anything, holds a person or needs a login. On an address of
// this machine a request must also name this machine, so that no web page in an
// admin's browser can reach it by a name of its own (DNS rebinding).
package console
