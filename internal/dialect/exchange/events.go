package exchange

import "github.com/otelcol-smtp/otelcol-smtp/internal/event"

// track is what a row of the message tracking log tells: its event-id.
type track uint8

const (
	trackNone track = iota
	trackReceive
	trackSend
	trackDeliver
	trackSubmit
	trackFail
	trackDefer
	trackDSN
	trackExpand
	trackRedirect
	trackResolve
	trackTransfer
	trackBadmail
	trackPoison
	trackAgentInfo
	trackDrop
	trackThrottle
	trackSubmitDefer
	trackSubmitFail
	trackResubmit
	trackResubmitDefer
	trackResubmitFail
	trackLoad
	trackProcess
	trackNotify
	trackClientSubmission
	trackShadow
	trackDuplicateDeliver
	trackDuplicateOther
	trackDeliverFail
	trackSuppressed
	trackInitMessage
	trackModeratorApprove
	trackModeratorReject
	trackModerationExpire
	trackModeratorsAllNDR
	trackMeeting
)

// eventOf finds an event by its name ("Event types in the message tracking log").
func eventOf(name string) track {
	switch name {
	case "RECEIVE":
		return trackReceive
	case "SEND", "SENDEXTERNAL":
		return trackSend
	case "DELIVER":
		return trackDeliver
	case "SUBMIT":
		return trackSubmit
	case "FAIL":
		return trackFail
	case "DEFER":
		return trackDefer
	case "DSN":
		return trackDSN
	case "EXPAND":
		return trackExpand
	case "REDIRECT":
		return trackRedirect
	case "RESOLVE":
		return trackResolve
	case "TRANSFER":
		return trackTransfer
	case "BADMAIL":
		return trackBadmail
	case "POISONMESSAGE":
		return trackPoison
	case "AGENTINFO":
		return trackAgentInfo
	case "DROP":
		return trackDrop
	case "THROTTLE":
		return trackThrottle
	case "SUBMITDEFER":
		return trackSubmitDefer
	case "SUBMITFAIL":
		return trackSubmitFail
	case "RESUBMIT":
		return trackResubmit
	case "RESUBMITDEFER":
		return trackResubmitDefer
	case "RESUBMITFAIL":
		return trackResubmitFail
	case "LOAD":
		return trackLoad
	case "PROCESS":
		return trackProcess
	case "NOTIFYMAPI":
		return trackNotify
	case "CLIENTSUBMISSION":
		return trackClientSubmission
	case "HARECEIVE", "HAREDIRECT", "HAREDIRECTFAIL", "HADISCARD", "NOTIFYSHADOW":
		return trackShadow
	case "DUPLICATEDELIVER":
		return trackDuplicateDeliver
	case "DUPLICATEEXPAND", "DUPLICATEREDIRECT":
		return trackDuplicateOther
	case "DELIVERFAIL":
		return trackDeliverFail
	case "SUPPRESSED":
		return trackSuppressed
	case "INITMESSAGECREATED":
		return trackInitMessage
	case "MODERATORAPPROVE":
		return trackModeratorApprove
	case "MODERATORREJECT":
		return trackModeratorReject
	case "MODERATIONEXPIRE":
		return trackModerationExpire
	case "MODERATORSALLNDR":
		return trackModeratorsAllNDR
	case "PROCESSMEETINGMESSAGE":
		return trackMeeting
	}
	return trackNone
}

// kind is the event that the row becomes.
func (t track) kind() event.Kind {
	switch t {
	case trackReceive:
		return event.KindMessageReceived
	case trackSend, trackSubmit, trackDeliver, trackFail, trackDefer, trackDrop, trackThrottle,
		trackSubmitDefer, trackSubmitFail, trackResubmitDefer, trackDuplicateDeliver,
		trackSuppressed, trackModeratorReject, trackModerationExpire:
		return event.KindDelivery
	case trackDSN:
		return event.KindNotification
	case trackExpand, trackRedirect, trackResolve:
		return event.KindMessageRedirected
	case trackTransfer, trackLoad, trackResubmit:
		return event.KindMessageQueued
	case trackBadmail:
		return event.KindMessageDiscarded
	case trackPoison, trackInitMessage:
		return event.KindMessageHeld
	case trackModeratorApprove:
		return event.KindMessageReleased
	case trackAgentInfo:
		return event.KindFilter
	case trackNotify, trackClientSubmission:
		return event.KindMessageOpened
	case trackDeliverFail, trackResubmitFail, trackModeratorsAllNDR:
		return event.KindWarning
	}
	return event.KindLifecycle
}

// isOurs says whether the row is about a message that this server carries. A shadow copy is kept for another one, and ends here without a
// word.
func (t track) isOurs() bool { return t != trackShadow }

// isSource says whether s is a value of the source column ("Source values in the message tracking log").
func isSource(s string) bool {
	switch s {
	case "SMTP", "STOREDRIVER", "ROUTING", "AGENT", "DNS", "DSN", "QUEUE", "ADMIN", "APPROVAL",
		"BOOTLOADER", "GATEWAY", "MAILBOXRULE", "MEETINGMESSAGEPROCESSOR", "ORAR", "PICKUP",
		"POISONMESSAGE", "PUBLICFOLDER", "REDUNDANCY", "SAFETYNET", "AGGREGATION":
		return true
	}
	return false
}
