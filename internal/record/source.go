package record

import (
	"cmp"
	"strings"

	"github.com/otelcol-smtp/otelcol-smtp/internal/scan"
)

// locate fills in the source, the file's id, and the host for lines that name none.
func (v *View) locate(f *fields) {
	if v.Host == "" { // the host that the carrier runs on goes before the address that the line came from
		v.Host = cmp.Or(f.machine, f.peer)
	}
	if v.File.ID == "" {
		v.File.ID = v.File.Path
	}

	// name
	inFile := f.filePath != "" || f.fileName != ""
	switch {
	case f.source != "":
		v.Source.Name = f.source
	case inFile:
		v.Source.Name = sourceOf(f.filePath, f.fileName)
	case f.containerID != "":
		v.Source.Name = f.containerID
	default:
		v.Source.Name = f.tag
	}

	// host
	v.home, v.fallback = f.hostName, f.hostName
	if v.fallback == "" && inFile {
		v.fallback = base(v.Source.Name)
	}
	if v.Source.Host = v.Host; v.Source.Host == "" {
		v.Source.Host = f.hostName
	}
}

// WithoutRotation cuts off a file name what logrotate, newsyslog or Exim's cycling put behind it: "mail.log.2.gz",
// "mail.log-20261123", "mail.log-2026-11-23-1795447947.zst", "mainlog.01", "mail.log.old". The result is a part of path.
func WithoutRotation(path string) string {
	for _, packed := range [...]string{".gz", ".bz2", ".xz", ".zst", ".Z", ".lz4"} {
		if cut, ok := strings.CutSuffix(path, packed); ok {
			path = cut
			break
		}
	}
	if cut, ok := strings.CutSuffix(path, ".old"); ok && named(cut) {
		return cut
	}

	// a number behind a dot
	digits := trailingDigits(path)
	if cut := len(path) - digits - 1; digits > 0 && cut > 0 && path[cut] == '.' && named(path[:cut]) {
		return path[:cut]
	}

	// a date behind a dash, with the time of day in it or behind it
	if cut, ok := cutDate(path); ok {
		path = cut
		if cut, ok = cutDate(path); ok {
			path = cut
		}
	}
	return path
}

// withoutSegment cuts off the name of a file that has none but the moment it began, "kumomta/20261123-153227.611330_recv": such
// segments are one stream of their folder's, and that is the machine's name before such a number is.
func withoutSegment(path string) string {
	const date, length = len("20261123"), len("20261123-153227")
	slash := strings.LastIndexAny(path, `/\`)
	name := path[slash+1:]
	if slash < 1 || len(name) < length || name[date] != '-' ||
		trailingDigits(name[:date]) != date || trailingDigits(name[:length]) != length-date-1 {
		return path
	}
	if rest := name[length:]; rest != "" && rest[0] != '.' && rest[0] != '_' {
		return path
	}
	return path[:slash]
}

// cutDate cuts off "-20261123", "-2026112315", "-1795447947" or "-2026-11-23".
func cutDate(path string) (string, bool) {
	digits := trailingDigits(path)
	cut := len(path) - digits - 1
	if digits == 2 && cut >= len("-2026-11") {
		cut -= len("-2026-11")
		if date := path[cut:]; trailingDigits(date[:5]) != 4 || date[5] != '-' || trailingDigits(date[:8]) != 2 {
			return path, false
		}
	} else if digits < 8 {
		return path, false
	}
	if cut <= 0 || path[cut] != '-' || !named(path[:cut]) {
		return path, false
	}
	return path[:cut], true
}

// named says whether a path still has a file name.
func named(path string) bool {
	return path != "" && path[len(path)-1] != '/' && path[len(path)-1] != '\\'
}

// trailingDigits counts the digits at the end.
func trailingDigits(s string) int {
	n := 0
	for n < len(s) && scan.IsDigit(s[len(s)-1-n]) {
		n++
	}
	return n
}

// Names says whether host is a name that somebody gave, not one that a file's name stands in for.
func (v *View) Names(host string) bool { return v.home != "" || host != v.fallback }

// HostName is what a record of this host's line carries as host.name beside its resource: nothing where the resource names the same
// host, or where no host is known and the file's name stands for one.
func (v *View) HostName(host string) string {
	if host == v.home || !v.Names(host) {
		return ""
	}
	return host
}
