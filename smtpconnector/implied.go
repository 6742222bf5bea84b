package smtpconnector

import (
	"strconv"

	"github.com/otelcol-smtp/otelcol-smtp/internal/attrs"
)

// complete fills in what a record leaves out because the rest of it says so (docs/attributes.md), so that both sets of attributes count alike.
func (s *sample) complete() {
	s.imply(sInstance, s.text[sDialect], true)
	s.imply(sMailFromDomain, attrs.Domain(s.text[sMailFrom]), s.has[sMailFrom])
	event := s.text[sEvent]
	s.imply(sKind, "mail", !s.isTrue(sPartial) && (s.isDelivery() || event == "report" || event == "notification"))
	s.imply(sDaemon, attrs.DaemonOf(s.text[sDialect], event, s.text[sRoute]), !s.isTrue(sSynthetic))
	s.imply(sTLS, "true", s.has[sVersion])
	if refused := s.is(sClass, "4xx") || s.is(sClass, "5xx"); refused {
		s.imply(sError, s.text[sCode], s.has[sCode])
		s.imply(sPermanent, strconv.FormatBool(s.is(sClass, "5xx")), event == "reject")
	}
	if s.has[sSession] {
		s.imply(sRole, "server", event == "connect" || event == "message.opened")
	}
	if !s.isDelivery() {
		return
	}
	s.imply(sRole, "client", s.has[sCode])
	s.imply(sCommand, "EOM", s.is(sStatus, "delivered") && s.has[sCode])
	if s.imply(sTried, "true", !s.isTrue(sSynthetic)) {
		s.imply(sAttempt, "1", true)
	}
}

// imply gives an attribute that the record does not have the value that it stands for.
func (s *sample) imply(at slot, text string, applies bool) bool {
	if !applies || s.has[at] || text == "" {
		return false
	}
	n := 0.0
	if text == "true" || text == "1" {
		n = 1
	}
	s.put(at, text, n)
	return true
}
