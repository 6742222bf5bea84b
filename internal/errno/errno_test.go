package errno

import "testing"

func TestTypeOfTheSystemsWords(t *testing.T) {
	for words, want := range map[string]string{
		"Connection refused":                                     Refused,
		"Connection refused (os error 111)":                      Refused,
		"Connection timed out":                                   Timeout,
		"Operation timed out":                                    Timeout,
		"Connection reset by peer":                               Lost,
		"Broken pipe":                                            Lost,
		"No route to host":                                       NoRoute,
		"Network is down":                                        NoRoute,
		"Can't assign requested address":                         NoRoute,
		"Address family not supported by protocol family":        NoRoute,
		"Operation not permitted":                                Local,
		"No buffer space available":                              Local,
		"Resource temporarily unavailable":                       Local,
		"No such file or directory":                              Local,
		"server dropped connection without sending the greeting": "",
		"": "",
	} {
		if got := Type(words); got != want {
			t.Errorf("%q is %q, want %q", words, got, want)
		}
	}
}

func TestTypeFold(t *testing.T) {
	for words, want := range map[string]string{
		"connection refused": Refused, "network is unreachable": NoRoute, "Permission denied": Local, "no such host": "",
	} {
		if got := TypeFold(words); got != want {
			t.Errorf("%q is %q, want %q", words, got, want)
		}
	}
}

func TestTypeOfCode(t *testing.T) {
	for code, want := range map[string]string{
		"ECONNREFUSED": Refused, "10061": Refused, "10060": Timeout, "ENETDOWN": NoRoute, "10049": NoRoute, "EPERM": Local, "10055": Local, "": "", "0": "", "ECONN": "",
	} {
		if got := TypeOfCode(code); got != want {
			t.Errorf("%q is %q, want %q", code, got, want)
		}
	}
}

// TestWordsAreToldApart: no error's words are the beginning of another's with another type.
func TestWordsAreToldApart(t *testing.T) {
	for i := range entries {
		for _, w := range entries[i].words {
			if got := Type(w); got != entries[i].errorType {
				t.Errorf("%q of %s is %q", w, entries[i].name, got)
			}
		}
	}
}
