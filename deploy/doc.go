// Package deploy holds what is needed to run and to watch lapsed: compose files,
// Kubernetes manifests, alerts, a dashboard, and the page on backups. There is no
// code in it; its tests hold the files against the program, so that an alert on a
// metric that was renamed, or a probe by a flag that is gone, fails the build.
package deploy
