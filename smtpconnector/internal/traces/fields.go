package traces

import (
	"github.com/otelcol-smtp/otelcol-smtp/internal/attrs"
	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
)

// field is the place of an attribute that spans are made from.
type field uint8

// The fields.
const (
	fEvent field = iota
	fDialect
	fHost
	fInstance
	fDuplicate
	fPartial

	fUID
	fParentUID
	fQueueID
	fRemoteQueueID
	fChildQueueID
	fMessageID
	fKind
	fHop
	fMailFrom
	fSize
	fRecipients
	fDirection
	fMessageDuration
	fDelivered
	fDeferred
	fBounced
	fExpired
	fDiscarded
	fDeleted
	fHeld
	fAborted
	fHandedOn

	fSession
	fOrigin
	fRole
	fEnd
	fSessionDuration
	fMessages
	fAccepted
	fRefused
	fSessionPartial

	fCommand
	fArgument
	fLatency
	fCode
	fEnhanced
	fText
	fReason
	fError

	fStatus
	fRoute
	fFinal
	fAttempt
	fDeliveryDuration
	fQueue
	fConnection
	fTransmission
	fRcptTo
	fRcptToList
	fProvider

	fClient
	fServer
	fPeer
	fHelo
	fProtocol
	fTLS
	fUser
	fMechanism
	fAuth
	fFilter
	fVerdict
	fFilterDuration

	fieldCount
	noField = fieldCount
)

// names are the fields' attributes.
var names = [fieldCount]string{
	fEvent: attrs.Event, fDialect: attrs.Dialect, fHost: attrs.HostName,
	fInstance: attrs.Instance, fDuplicate: attrs.Duplicate, fPartial: attrs.MessagePartial,
	fUID: attrs.MessageUID, fParentUID: attrs.ParentMessageUID, fQueueID: attrs.QueueID,
	fRemoteQueueID: attrs.RemoteQueueID, fChildQueueID: attrs.ChildQueueID,
	fMessageID: attrs.MessageID, fKind: attrs.MessageKind, fHop: attrs.MessageHop,
	fMailFrom: attrs.MailFrom, fSize: attrs.MessageSize, fRecipients: attrs.RecipientCount,
	fDirection: attrs.Direction, fMessageDuration: attrs.MessageDuration,
	fDelivered: total(event.StatusDelivered), fDeferred: total(event.StatusDeferred),
	fBounced: total(event.StatusBounced), fExpired: total(event.StatusExpired),
	fDiscarded: total(event.StatusDiscarded), fDeleted: total(event.StatusDeleted),
	fHeld: total(event.StatusHeld), fAborted: total(event.StatusAborted),
	fHandedOn: attrs.RecipientHandedOn,
	fSession:  attrs.SessionID, fOrigin: attrs.OriginSessionID, fRole: attrs.SessionRole,
	fEnd: attrs.SessionEnd, fSessionDuration: attrs.SessionDuration,
	fMessages: attrs.SessionMessages, fAccepted: attrs.SessionAccepted, fRefused: attrs.SessionRefused, fSessionPartial: attrs.SessionPartial,
	fCommand: attrs.Command, fArgument: attrs.Argument, fLatency: attrs.Latency, fCode: attrs.ReplyCode, fEnhanced: attrs.ReplyEnhancedCode,
	fText: attrs.ReplyText, fReason: attrs.FailureReason, fError: attrs.ErrorType,
	fStatus: attrs.DeliveryStatus, fRoute: attrs.DeliveryRoute, fFinal: attrs.DeliveryFinal,
	fAttempt: attrs.DeliveryAttempt, fDeliveryDuration: attrs.DeliveryDuration,
	fQueue: attrs.DelayInQueue, fConnection: attrs.DelaySetup,
	fTransmission: attrs.DelayTransmission, fRcptTo: attrs.RcptTo, fRcptToList: attrs.RcptToList,
	fProvider: attrs.Provider,
	fClient:   attrs.ClientAddress, fServer: attrs.ServerAddress, fPeer: attrs.PeerAddress,
	fHelo: attrs.Helo, fProtocol: attrs.Protocol, fTLS: attrs.TLSVersion,
	fUser: attrs.UserName, fMechanism: attrs.AuthMechanism, fAuth: attrs.AuthResult,
	fFilter: attrs.FilterName, fVerdict: attrs.FilterVerdict, fFilterDuration: attrs.FilterDuration,
}

func total(s event.Status) string { return attrs.RecipientTotal + s.String() }

// set is a choice of fields.
type set [fieldCount]bool

func of(fields ...field) (s set) {
	for _, f := range fields {
		s[f] = true
	}
	return s
}

// What spans carry besides their ids. What a message is, stands on its own span alone.
var (
	ofMessage = of(
		fUID, fParentUID, fQueueID, fMessageID, fKind, fHop, fMailFrom, fSize, fRecipients,
		fDirection, fDelivered, fDeferred, fBounced, fExpired, fDiscarded, fDeleted, fHeld,
		fAborted, fHandedOn, fOrigin, fClient, fPeer, fHelo, fUser, fDialect, fInstance, fPartial,
	)
	ofTry = of(
		fSession, fRemoteQueueID, fChildQueueID, fCommand, fArgument, fCode,
		fEnhanced, fText, fReason, fError, fStatus, fRoute, fAttempt, fRcptTo,
		fRcptToList, fProvider, fServer, fPeer, fTLS, fFilter, fVerdict,
	)
	ofHop     = of(fUID, fQueueID, fClient, fServer)
	ofSession = of(fSession, fClient, fPeer, fHelo, fProtocol, fTLS, fUser, fMechanism,
		fEnd, fMessages, fAccepted, fRefused, fSessionPartial, fDialect, fInstance)
	ofEvent = of(fCommand, fArgument, fCode, fEnhanced, fText, fReason, fError, fRcptTo, fTLS, fUser, fMechanism, fAuth, fFilter, fVerdict)
)

// places finds a field by its attribute.
var places = attrs.NewFinder(names[:])
