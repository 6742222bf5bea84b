package record

import (
	"strings"

	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
	"github.com/otelcol-smtp/otelcol-smtp/internal/header"
	"github.com/otelcol-smtp/otelcol-smtp/internal/scan"
)

// cutTag splits a tag that the carrier left whole: "postfix/smtpd[540]:".
func (v *View) cutTag() {
	name, rest, ok := scan.Cut(v.Program, '[')
	if !ok || name == "" {
		if n := len(v.Program); n > 1 && v.Program[n-1] == ':' {
			v.Program = v.Program[:n-1]
		}
		return
	}
	v.Program = name
	if v.TagID == "" {
		v.TagID, _, _ = scan.Cut(rest, ']')
	}
	if n, _, digits := scan.Digits(rest); digits && v.PID == 0 {
		v.PID = n
	}
}

// unname takes a name off that is no program's: a container's with a number, or a file's (rsyslog's imfile), where no mail server
// writes under it. The process is then the log driver's. Words of a container may stand behind it as they are, those of a file with
// the stamp of their own.
func (v *View) unname(c header.Clock, h *header.Header) {
	if h.Program == "" || v.Lines == nil {
		return
	}
	container, path := header.IsNumbered(h.Program), strings.IndexByte(h.Program, '/') >= 0
	switch {
	case !container && !path && !header.NamesLog(h.Program), v.Lines.Claims(h.Program):
	case path: // "containers/mail": of a driver whose tags have a slash
		if header.IsMailPath(h.Program) {
			h.Behind(c)
		}
	case container:
		h.Program, h.PID, h.TagID = "", 0, ""
	default:
		var inner header.Header
		if header.Parse(h.Text, c, &inner) && inner.Program == "" && inner.Resolution >= event.ResolutionSecond {
			inner.Host = h.Host
			*h = inner
		}
	}
}

// carries says whether the program that the carrier names is a container's, whose line has no tag: then its name and process are
// not the line's.
func (v *View) carries(found bool, h *header.Header) bool {
	if !header.IsContainer(v.Program) {
		return false
	}
	if !found || h.Resolution < event.ResolutionSecond {
		*h = header.Header{Host: v.Host, Text: scan.TrimLeft(h.Text)}
	}
	return true
}

// precedes says whether a header with this program may stand behind the one that the carrier took off.
func (v *View) precedes(program string) bool {
	return v.container || sameProgram(program, v.Program) || header.MayCarry(v.Program)
}

// sameProgram says whether two names are of one program: a carrier may have only the part in front of the slash.
func sameProgram(a, b string) bool {
	if len(a) < len(b) {
		a, b = b, a
	}
	return strings.HasPrefix(a, b) && (len(a) == len(b) || a[len(b)] == '/')
}
