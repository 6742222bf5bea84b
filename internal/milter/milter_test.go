package milter_test

import (
	"testing"

	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
	"github.com/otelcol-smtp/otelcol-smtp/internal/milter"
)

func TestWhatAFilterSaysOfItself(t *testing.T) {
	for line, want := range map[string]event.Kind{
		"OpenDKIM Filter v2.11.0 starting (args: -f)":                             event.KindLifecycle,
		"OpenDKIM Filter v2.11.0 terminating with status 0, errno = 0":            event.KindLifecycle,
		"OpenDKIM Filter: Opening listen socket on conn inet:8891@localhost":      event.KindLifecycle,
		"OpenDKIM Filter: mi_stop=1":                                              event.KindLifecycle,
		"OpenDKIM Filter: Unable to bind to port local:/run/x: Permission denied": event.KindWarning,
		"OpenDKIM Filter: mi_rd_cmd: read returned -1: Connection reset by peer":  event.KindWarning,
		"OpenDKIM Filter vanished":                                                event.KindNone,
		"OpenDMARC Filter v1.4.2 starting":                                        event.KindNone,
	} {
		if got := milter.Service("OpenDKIM Filter", line); got != want {
			t.Errorf("%s: %v", line, got)
		}
	}
}

func TestTrouble(t *testing.T) {
	for line, want := range map[string]bool{
		"fork(): Cannot allocate memory": true, "[child] sigaction(): Invalid argument": true, "mlfi_negotiate(): malloc(): x": true,
		"curl_easy_perform() to https://x.example failed: 7": true, "exited with status 64": true,
		"example.com pass": false, "SPF(mailfrom): a@example.com pass": false, "no signature data": false, "fork": false, "a(b": false, "": false,
	} {
		if milter.IsTrouble(line) != want {
			t.Errorf("%s: %v", line, !want)
		}
	}
}
