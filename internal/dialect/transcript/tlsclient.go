package transcript

import (
	"strings"

	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
	"github.com/otelcol-smtp/otelcol-smtp/internal/scan"
)

// readOpenSSL reads s_client's "New, TLSv1.3, Cipher is NAME", or "Reused, ...".
func readOpenSSL(s string, ev *event.Event) bool {
	rest, ok := strings.CutPrefix(s, "New, TLSv")
	if !ok {
		if rest, ok = strings.CutPrefix(s, "Reused, TLSv"); !ok {
			return false
		}
	}
	version, cipher, ok := strings.Cut(rest, ", Cipher is ")
	if !ok || version == "" || cipher == "" {
		return false
	}
	ev.Kind, ev.Role, ev.TLS, ev.TLSVersion, ev.TLSCipher = event.KindTLS, event.RoleClient, event.Yes, version, cipher
	return true
}

// readOpenSSLBrief reads the two lines that s_client -brief prints in its place, "Protocol version: TLSv1.3" and "Ciphersuite: NAME"
// (apps/lib/s_cb.c). The first stands for the handshake.
func readOpenSSLBrief(s string, ev *event.Event) bool {
	if version, ok := strings.CutPrefix(s, "Protocol version: TLSv"); ok && version != "" && !strings.Contains(version, " ") {
		ev.TLS, ev.TLSVersion = event.Yes, version
	} else if cipher, ok := strings.CutPrefix(s, "Ciphersuite: "); ok && cipher != "" && !strings.Contains(cipher, " ") {
		ev.TLSCipher = cipher
	} else {
		return false
	}
	ev.Kind, ev.Role = event.KindTLS, event.RoleClient
	return true
}

// readOpenSSLSecret conceals what a session's words could be decrypted with, or the session be taken up again: "Master-Key: 4EB1..." and
// "Resumption PSK: 4EB1..." (ssl/ssl_txt.c).
func readOpenSSLSecret(s string, ev *event.Event) bool {
	for _, name := range [...]string{"Master-Key: ", "Resumption PSK: "} {
		if secret, ok := strings.CutPrefix(s, name); ok && secret != "" && secret != "None" {
			ev.Kind, ev.Role = event.KindTLS, event.RoleClient
			ev.Hide(secret)
			return true
		}
	}
	return false
}

// readGnuTLS reads msmtp's "(TLS1.3)-(ECDHE-SECP256R1)-(RSA-PSS-RSAE-SHA256)-(AES-256-GCM)": version, key exchange, signature, cipher
// (gnutls_session_get_desc).
func readGnuTLS(s string, ev *event.Event) bool {
	rest, ok := strings.CutPrefix(s, "(TLS")
	version, rest, closed := scan.Cut(rest, ')')
	if !ok || !closed || !strings.HasPrefix(rest, "-(") || !strings.HasSuffix(rest, ")") || version == "" {
		return false
	}
	_, cipher, _ := scan.CutLast(rest[:len(rest)-1], '(')
	ev.Kind, ev.Role, ev.TLS, ev.TLSVersion, ev.TLSCipher = event.KindTLS, event.RoleClient, event.Yes, version, cipher
	return true
}
