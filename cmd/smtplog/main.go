// Command smtplog answers questions about mail from log files alone: what was delivered, what failed and why, who sends, who waits. It has the engine and the
// table of metrics of the collector's components in it, and no collector.
package main

import (
	"os"
	"runtime/debug"

	"github.com/otelcol-smtp/otelcol-smtp/cmd/smtplog/internal/command"
)

// version is set by the build (-ldflags -X main.version=).
var version = "dev"

func main() {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(garbage)
	}
	os.Exit(command.Run(version, os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
}

// garbage is how much of it may lie about, in percent of what is in use: what is in use is little, and collecting twice as often costs a twentieth of a report.
const garbage = 200
