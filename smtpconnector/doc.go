//go:generate go tool -modfile=../tools/go.mod mdatagen metadata.yaml

// Package smtpconnector is the smtp connector: it turns records that the smtp processor enriched into metrics.
package smtpconnector // import "github.com/otelcol-smtp/otelcol-smtp/smtpconnector"
