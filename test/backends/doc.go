// Package backends holds the pages in docs/backends against what they speak of. With the build tag backends it starts the servers that can be had
// (build/servers, made by `make backends`), runs the built collector with our examples in front of them, and executes every query of the pages.
package backends
