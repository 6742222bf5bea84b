package record

import (
	"strings"
	"testing"
)

func TestWithoutRotation(t *testing.T) {
	for path, want := range map[string]string{
		"":                                   "",
		"mail.log":                           "mail.log",
		"/var/log/mail.log":                  "/var/log/mail.log",
		"/var/log/mail.log.1":                "/var/log/mail.log",
		"/var/log/mail.log.2.gz":             "/var/log/mail.log",
		"/var/log/mail.log.old":              "/var/log/mail.log",
		"/var/log/mail.log.0.bz2":            "/var/log/mail.log",
		"/var/log/maillog-20261123":          "/var/log/maillog",
		"/var/log/mail.log-20261123.gz":      "/var/log/mail.log",
		"/var/log/mail.log-2026-11-23.xz":    "/var/log/mail.log",
		"/var/log/mail.log-2026112315":       "/var/log/mail.log",
		"/var/log/mail.log-20261123-1795447": "/var/log/mail.log-20261123-1795447",
		"mail.log-20261123-1795447947.zst":   "mail.log",
		"/var/log/exim4/mainlog.01":          "/var/log/exim4/mainlog",
		"/var/log/exim4/mainlog-20261123":    "/var/log/exim4/mainlog",
		"/var/log/mailhost-1":                "/var/log/mailhost-1",
		"/var/log/mx-12":                     "/var/log/mx-12",
		"/var/log/.1":                        "/var/log/.1",
		"/var/log/20261123":                  "/var/log/20261123",
		"1":                                  "1",
		".1":                                 ".1",
		"-20261123":                          "-20261123",
		"2026-11-23":                         "2026-11-23",
		"/var/log/192.0.2.1/mail.log":        "/var/log/192.0.2.1/mail.log",
		`C:\logs\mail.log.1`:                 `C:\logs\mail.log`,
	} {
		if got := WithoutRotation(path); got != want {
			t.Errorf("%q: %q, want %q", path, got, want)
		}
	}
}

func FuzzWithoutRotation(f *testing.F) {
	f.Add("/var/log/mail.log-2026-11-23.xz")
	f.Add("x-11-23")
	f.Fuzz(func(t *testing.T, path string) {
		if got := WithoutRotation(path); !strings.HasPrefix(path, got) || path != "" && got == "" && path[0] != '.' {
			t.Errorf("%q: %q", path, got)
		}
	})
}

func TestSegmentsThatAreNamedByTheirBeginningAreOfTheirFolder(t *testing.T) {
	for path, want := range map[string]string{
		"/var/log/kumomta/20261123-153227":             "/var/log/kumomta",
		"/var/log/kumomta/20261123-153227.611330":      "/var/log/kumomta",
		"/var/log/kumomta/20261123-153227.611330_recv": "/var/log/kumomta",
		`C:\logs\20261123-153227.csv`:                  `C:\logs`,
		"/var/log/kumomta/20261123-153227x":            "/var/log/kumomta/20261123-153227x",
		"/var/log/kumomta/20261123-15322":              "/var/log/kumomta/20261123-15322",
		"20261123-153227":                              "20261123-153227",
		"/20261123-153227":                             "/20261123-153227",
		"/var/log/mail.log":                            "/var/log/mail.log",
	} {
		if got := withoutSegment(path); got != want {
			t.Errorf("%q: %q, want %q", path, got, want)
		}
	}
}
