// Package tail knows log files: which of them are one, how far each was handed on, and in which order they were written. What
// tells two files apart is where their bytes lie (Place) and what stands in front of a Mark, never a name or a first line alone.
package tail // import "github.com/otelcol-smtp/otelcol-smtp/receiver/maillogreceiver/internal/tail"
