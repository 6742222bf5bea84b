// Package errno reads the operating system's words for why a connection did not come to be, or broke, as mail servers copy them into their
// lines (strerror(3), the codes of Windows Sockets, the names that Node.js prints).
package errno

import "strings"

// The values of error.type that the system's words come to. Refused alone is an answer of the host that was called; NoRoute is the
// network's or this host's word that there is no way to it, Local what this host lacks or forbids.
const (
	Refused = "connection_refused"
	Timeout = "timeout"
	Lost    = "connection_lost"
	NoRoute = "no_route"
	Local   = "local_error"
	// Other is a failure in words that are nobody's we know (https://opentelemetry.io/docs/specs/semconv/registry/attributes/error/).
	Other = "_OTHER"
)

// An entry is one error: its name in errno.h, its number in winsock2.h where it has one, and its words in the libraries of GNU,
// musl, BSD and Solaris.
type entry struct {
	name, winsock, errorType string
	words                    []string
}

var entries = [...]entry{
	{"ECONNREFUSED", "10061", Refused, []string{"Connection refused"}},
	{"ETIMEDOUT", "10060", Timeout, []string{"Connection timed out", "Operation timed out", "Connection timeout"}},
	{"ECONNRESET", "10054", Lost, []string{"Connection reset"}},
	{"EPIPE", "", Lost, []string{"Broken pipe"}},
	{"ECONNABORTED", "10053", Lost, []string{"Software caused connection abort", "Connection aborted"}},
	{"ENOTCONN", "10057", Lost, []string{"Transport endpoint is not connected", "Socket is not connected", "Socket not connected"}},
	{"ESHUTDOWN", "10058", Lost, []string{
		"Cannot send after transport endpoint shutdown", "Cannot send after socket shutdown", "Can't send after socket shutdown",
	}},
	{"ENETRESET", "10052", Lost, []string{"Network dropped connection on reset", "Network dropped connection because of reset"}},
	{"EHOSTUNREACH", "10065", NoRoute, []string{"No route to host", "Host is unreachable", "Host unreachable"}},
	{"ENETUNREACH", "10051", NoRoute, []string{"Network is unreachable", "Network unreachable"}},
	{"EHOSTDOWN", "10064", NoRoute, []string{"Host is down"}},
	{"ENETDOWN", "10050", NoRoute, []string{"Network is down"}},
	{
		"EADDRNOTAVAIL", "10049", NoRoute,
		[]string{"Cannot assign requested address", "Can't assign requested address", "Address not available"},
	},
	{"EAFNOSUPPORT", "10047", NoRoute, []string{"Address family not supported"}},
	{"EPFNOSUPPORT", "10046", NoRoute, []string{"Protocol family not supported"}},
	{"EPROTONOSUPPORT", "10043", NoRoute, []string{"Protocol not supported"}},
	{"ESOCKTNOSUPPORT", "10044", NoRoute, []string{"Socket type not supported"}},
	{"ENOPROTOOPT", "10042", NoRoute, []string{"Protocol not available", "Bad protocol option", "Option not supported by protocol"}},
	{"EOPNOTSUPP", "10045", NoRoute, []string{"Operation not supported"}},
	{"ENONET", "", NoRoute, []string{"Machine is not on the network"}},
	{"EPERM", "", Local, []string{"Operation not permitted", "Not owner"}},
	{"EACCES", "10013", Local, []string{"Permission denied"}},
	{"ENOBUFS", "10055", Local, []string{"No buffer space available"}},
	{"EAGAIN", "10035", Local, []string{"Resource temporarily unavailable", "Operation would block"}},
	{"EMFILE", "10024", Local, []string{"Too many open files", "No file descriptors available"}},
	{"ENFILE", "", Local, []string{"File table overflow"}},
	{"ENOMEM", "", Local, []string{"Cannot allocate memory", "Out of memory"}},
	{"ENOSR", "", Local, []string{"Out of streams resources"}},
	{"ENOENT", "", Local, []string{"No such file or directory"}},
	{"ENOTDIR", "10003", Local, []string{"Not a directory"}},
	{"EADDRINUSE", "10048", Local, []string{"Address already in use", "Address in use"}},
	{"EINVAL", "10022", Local, []string{"Invalid argument"}},
	{"EINTR", "10004", Local, []string{"Interrupted system call"}},
	{"EINPROGRESS", "10036", Local, []string{"Operation now in progress", "Operation in progress"}},
	{"EALREADY", "10037", Local, []string{"Operation already in progress"}},
	{"EISCONN", "10056", Local, []string{"Transport endpoint is already connected", "Socket is already connected", "Socket is connected"}},
	{"EBADF", "10009", Local, []string{"Bad file"}},
	{"ENOTSOCK", "10038", Local, []string{"Socket operation on non-socket", "Not a socket"}},
	{"EPROTOTYPE", "10041", Local, []string{"Protocol wrong type for socket"}},
	{"EIO", "", Local, []string{"Input/output error", "I/O error"}},
	{"ENOSPC", "", Local, []string{"No space left on device"}},
	{"EROFS", "", Local, []string{"Read-only file system"}},
	{"ENODEV", "", Local, []string{"No such device"}},
	{"EFBIG", "", Local, []string{"File too large"}},
}

// Type is the error.type of words that begin with those of the system, empty where they are not the system's.
func Type(words string) string {
	for i := range entries {
		for _, w := range entries[i].words {
			if strings.HasPrefix(words, w) {
				return entries[i].errorType
			}
		}
	}
	return ""
}

// TypeFold is Type for writers that begin the words in small letters, as Go does.
func TypeFold(words string) string {
	for i := range entries {
		for _, w := range entries[i].words {
			if len(words) >= len(w) && strings.EqualFold(words[:len(w)], w) {
				return entries[i].errorType
			}
		}
	}
	return ""
}

// TypeOfCode is the error.type of a name such as ECONNREFUSED, or of a number of Windows Sockets; empty for others.
func TypeOfCode(code string) string {
	if code == "" {
		return ""
	}
	for i := range entries {
		if e := &entries[i]; code == e.name || code == e.winsock {
			return e.errorType
		}
	}
	return ""
}
