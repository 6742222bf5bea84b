package metrics

import (
	"strconv"

	"github.com/otelcol-smtp/otelcol-smtp/internal/attrs"
)

// Complete fills in what a record leaves out because the rest of it says so (docs/attributes.md), so that both sets of attributes count alike.
func (s *Sample) Complete() {
	s.imply(AtInstance, s.Text[AtDialect], true)
	s.imply(AtMailFromDomain, attrs.Domain(s.Text[AtMailFrom]), s.Has[AtMailFrom])
	event := s.Text[AtEvent]
	s.imply(AtKind, "mail", !s.IsTrue(AtPartial) && (s.IsDelivery() || event == "report" || event == "notification"))
	s.imply(AtDaemon, attrs.DaemonOf(s.Text[AtDialect], event, s.Text[AtRoute]), !s.IsTrue(AtSynthetic))
	s.imply(AtTLS, "true", s.Has[AtVersion])
	if refused := s.Is(AtClass, "4xx") || s.Is(AtClass, "5xx"); refused {
		s.imply(AtError, s.Text[AtCode], s.Has[AtCode])
		s.imply(AtPermanent, strconv.FormatBool(s.Is(AtClass, "5xx")), event == "reject")
	}
	if s.Has[AtSession] {
		s.imply(AtRole, "server", event == "connect" || event == "message.opened")
	}
	if !s.IsDelivery() {
		return
	}
	s.imply(AtRole, "client", s.Has[AtCode])
	s.imply(AtCommand, "EOM", s.Is(AtStatus, "delivered") && s.Has[AtCode])
	if s.imply(AtTried, "true", !s.IsTrue(AtSynthetic)) {
		s.imply(AtAttempt, "1", true)
	}
}

// imply gives an attribute that the record does not have the value that it stands for.
func (s *Sample) imply(at Slot, text string, applies bool) bool {
	if !applies || s.Has[at] || text == "" {
		return false
	}
	n := 0.0
	if text == "true" || text == "1" {
		n = 1
	}
	s.Put(at, text, n)
	return true
}
