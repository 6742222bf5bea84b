package miltergreylist

import (
	"strings"

	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
)

// service is what the milter says of itself and of its peers.
func service(s string) event.Kind {
	for _, begin := range [...]string{
		"loading config file ", "loaded config file ", "reloading config file ", "reloaded config file ", "config file ", "Final database dump",
		"milter-greylist-", "Connection to ", "Incoming MX sync connection from ",
		"load list type ", "LDAP URL ", "parent died, ", "starting with an empty greylist", "started urlcheck helper ", "killing helper ",
	} {
		if strings.HasPrefix(s, begin) && !strings.HasSuffix(s, " unavailable") && !strings.Contains(s, " unreachable") {
			return event.KindLifecycle
		}
	}
	for _, begin := range [...]string{
		"cannot ", "Cannot ", "lost connection with peer ", "Lost connection with peer ", "closing connection with peer ",
		"too many read error with peer ", "Unexpected reply ", "Remote host ", "incoming connection ", "peer ",
		"config file ", "LDAP URL ", "ldap_", "Bad LDAP URL ", "ignored ", "GeoIP ", "p0f ", "Unexpected p0f magic ", "DKIM failed: ", "dkim_",
		"spamd ", "urlcheck ", "Internal error: ", "unexpected ", "ACL evaluation failure",
		"unknown ", "bad ", "Multiple ", "invalid ", "IPv6 ", "FQDN in peer ", "malloc", "strdup", "SPF_", "smfi_", "fd_pool: ", "fclose_ext: ",
		"fopen_ext: ", "fdopen_ext: ", "sync_", "libcurl ", "pool too small ",
		"domainexact option overrides ", "unable to ", "Unable to ", "getservbyname(", "writing to ", "reading from ",
		"pthread_", "realloc", "fork() failed", "pipe() failed", "curl_easy_", "chmod(", "mkstemp(", "dbopen ", "signal(", "socket", "res_ninit ",
		"ns_", "local_addr: ", "iptostring failed", "Invalid ", "No LDAP URL ", "dump error at line ", "config error at line ", "corrupted ",
		"conf malloc failed", "acl malloc failed", "ACL malloc failed", "acl strdup failed", "check_drac",
	} {
		if strings.HasPrefix(s, begin) {
			return event.KindWarning
		}
	}
	return event.KindNone
}
