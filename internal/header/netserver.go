package header

import "github.com/otelcol-smtp/otelcol-smtp/internal/scan"

// parseServer reads what daemons that are made with Net::Server put in front of the lines of a file of their own, as Policyd does: "2014/09/08-21:32:39 - 4871] "
// behind a bracket, the date by slashes and the process.
func parseServer(s string, c Clock, h *Header) bool {
	if len(s) < len("2014/09/08-21:32:39 - 1] ") || s[4] != '/' || s[7] != '/' || s[10] != '-' {
		return false
	}
	var st stamp
	var ok [3]bool
	st.year, _, ok[0] = scan.Fixed(s, 4)
	st.month, _, ok[1] = scan.Fixed(s[5:], 2)
	st.day, _, ok[2] = scan.Fixed(s[8:], 2)
	if !ok[0] || !ok[1] || !ok[2] {
		return false
	}
	st.style = styleBlank
	rest, isClock := st.readClock(s[11:])
	if !isClock || !st.valid() || len(rest) < 3 || rest[:3] != " - " {
		return false
	}
	pid, rest, isNumber := scan.Digits(rest[3:])
	if !isNumber || len(rest) < 2 || rest[:2] != "] " {
		return false
	}
	st.fill(c, h)
	h.Shape |= inBrackets
	h.PID, h.Text = pid, rest[2:]
	return true
}
