package secrets

import "strings"

// userinfos looks for the passwords of URLs, "mysql://mail:secret@db.example/mail" (RFC 3986 section 3.2.1): what stands between the first
// colon and the last @ of the authority, which ends at a slash, a blank or a quote. A name alone is left: it logs nobody in.
func (f *finder) userinfos() {
	s := f.s
	for at := 0; ; {
		i := strings.IndexByte(s[at:], '/')
		if i < 0 {
			return
		}
		from := at + i + len("/")
		if from < len("://") || s[from-2] != '/' || s[from-3] != ':' {
			at = from
			continue
		}
		to, colon, sign := from, -1, -1
		for ; to < len(s) && inAuthority[s[to]]; to++ {
			switch s[to] {
			case ':':
				if colon < 0 {
					colon = to
				}
			case '@':
				sign = to
			}
		}
		if colon >= 0 && sign > colon+1 {
			f.add(colon+1, sign)
		}
		at = to
	}
}

// inAuthority are the bytes that a URL's authority may have, but for those that as often end the URL in a text: a list goes on behind a
// comma or a semicolon.
var inAuthority = func() (table [256]bool) {
	for c := '!'; c <= '~'; c++ {
		table[c] = true
	}
	for _, c := range []byte(`/?#<>"'` + "`,;()[]{}|\\") {
		table[c] = false
	}
	return table
}()
