//go:generate go tool -modfile=../../tools/go.mod mdatagen metadata.yaml

// Package filestorageextension is contrib's file_storage, with its name and its configuration, which a damaged file does not keep from starting.
package filestorageextension // import "github.com/otelcol-smtp/otelcol-smtp/extension/filestorageextension"
