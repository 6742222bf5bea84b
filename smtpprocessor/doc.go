//go:generate go tool -modfile=../tools/go.mod mdatagen metadata.yaml

// Package smtpprocessor is the smtp processor: it gives the log records of mail servers their meaning.
package smtpprocessor // import "github.com/otelcol-smtp/otelcol-smtp/smtpprocessor"
