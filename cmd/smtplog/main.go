// Command smtplog answers questions about mail from log files alone: what was delivered, what failed and why, who sends, who waits. It has the engine and the
// table of metrics of the collector's components in it, and no collector.
package main

import (
	"os"

	"github.com/otelcol-smtp/otelcol-smtp/cmd/smtplog/internal/command"
)

// version is set by the build (-ldflags -X main.version=).
var version = "dev"

func main() { os.Exit(command.Run(version, os.Args[1:], os.Stdin, os.Stdout, os.Stderr)) }
