//go:generate go tool -modfile=../../tools/go.mod mdatagen metadata.yaml

// Package maillogreceiver is the maillog receiver: it tails mail logs and makes one log record a line.
package maillogreceiver // import "github.com/otelcol-smtp/otelcol-smtp/receiver/maillogreceiver"
