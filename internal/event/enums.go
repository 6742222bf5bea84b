package event

// MailboxAction is what a program behind the handover on the same host did with a message, or with one recipient's copy of it.
type MailboxAction uint8

// The actions.
const (
	ActionNone MailboxAction = iota
	ActionDiscard
	ActionFileInto // a folder that is not the inbox
	ActionRedirect
	ActionReject
	ActionQuarantine
)

// String is the value of smtp.mailbox.action; empty for none.
func (a MailboxAction) String() string {
	return [...]string{"", "discard", "fileinto", "redirect", "reject", "quarantine"}[a]
}

// Role is the side of the conversation that wrote the log.
type Role uint8

// The roles.
const (
	RoleUnknown Role = iota
	RoleServer       // we were called
	RoleClient       // we called
)

// String is the value of smtp.session.role; empty when unknown.
func (r Role) String() string { return [...]string{"", "server", "client"}[r] }

// Status is the MTA's verdict on one recipient.
type Status uint8

// The statuses. Accepted by the next hop or put into the mailbox is delivered.
const (
	StatusNone Status = iota
	StatusDelivered
	StatusDeferred
	StatusBounced
	StatusExpired
	StatusDiscarded
	StatusDeleted
	StatusHeld
	StatusAborted
	statusCount
)

var statusNames = [statusCount]string{
	"", "delivered", "deferred", "bounced", "expired", "discarded", "deleted", "held", "aborted",
}

// String is the value of smtp.delivery.status.
func (s Status) String() string { return statusNames[s] }

// Ends says whether a recipient with this verdict is done, unless the hop was a filter or a forward.
func (s Status) Ends() bool {
	return s != StatusNone && s != StatusDeferred && s != StatusHeld
}

// Statuses is the number of statuses, for arrays indexed by Status.
const Statuses = int(statusCount)

// Route is how a delivery left this queue.
type Route uint8

// The routes.
const (
	RouteUnknown Route = iota
	RouteMX
	RouteRelayhost
	RouteLMTP
	RouteLocal
	RoutePipe
	RouteFilter  // a content filter or re-injection on this host: ends nothing
	RouteForward // becomes another queue id here: ends nothing
	RouteDiscard
	RouteNone // no host was asked
	routeCount
)

var routeNames = [routeCount]string{
	"", "mx", "relayhost", "lmtp", "local", "pipe", "filter", "forward", "discard", "none",
}

// String is the value of smtp.delivery.route.
func (r Route) String() string { return routeNames[r] }

// Direction is where a recipient's mail goes, seen from this server.
type Direction uint8

// The directions.
const (
	DirectionUnknown Direction = iota
	DirectionInbound
	DirectionOutbound
	DirectionForwarded
	DirectionMixed // of a message whose recipients differ
)

// String is the value of email.direction.
func (d Direction) String() string {
	return [...]string{"", "inbound", "outbound", "forwarded", "mixed"}[d]
}

// MessageKind tells mail from what an MTA makes itself.
type MessageKind uint8

// The message kinds.
const (
	MessageUnknown MessageKind = iota
	MessageMail
	MessageDSN   // null sender, made by an MTA
	MessageProbe // address verification
)

// String is the value of smtp.message.kind.
func (k MessageKind) String() string { return [...]string{"", "mail", "dsn", "probe"}[k] }

// MessageHop says which reception of a mail on its way through this host a message is.
type MessageHop uint8

// The hops.
const (
	HopUnknown  MessageHop = iota
	HopFirst               // from outside, or submitted here
	HopInternal            // made from another message of this host by a filter, a forward, an alias
)

// String is the value of smtp.message.hop; empty when unknown.
func (h MessageHop) String() string { return [...]string{"", "first", "internal"}[h] }

// End is how a session ended.
type End uint8

// The ends.
const (
	EndNone End = iota
	EndQuit
	EndClientClosed
	EndServerClosed
	EndLost
	EndTimeout
	EndRejected
	EndScreened
	EndTLSFailed
	EndAborted
	EndExpired
	EndShutdown
	endCount
)

var endNames = [endCount]string{
	"", "quit", "client_closed", "server_closed", "lost", "timeout", "rejected", "screened",
	"tls_failed", "aborted", "expired", "shutdown",
}

// String is the value of smtp.session.end.
func (e End) String() string { return endNames[e] }

// Resolution is how much a line's stamp tells.
type Resolution uint8

// The resolutions, fuller ones larger.
const (
	ResolutionNone      Resolution = iota // no stamp
	ResolutionTimeOfDay                   // no date: durations only, no Timestamp
	ResolutionSecond
	ResolutionSubsecond
)

// Result is what a parser made of a line.
type Result uint8

// The results. Malformed is a line that is the dialect's own but cut short or broken: what was understood is in the event.
const (
	Unknown Result = iota
	Parsed
	Malformed
)

// String names the result as the processor's own telemetry does.
func (r Result) String() string { return [...]string{"unknown", "parsed", "malformed"}[r] }

// Scope says by which key the line's conversation is found.
type Scope uint8

// The scopes.
const (
	ScopeNone   Scope = iota // part of no conversation
	ScopePID                 // the server process: host, instance, service, daemon and pid hold one conversation at a time
	ScopeID                  // ConnID, or PID where it is empty, names the conversation for its whole life; its words are logged
	ScopeConn                // likewise, and lines of the server's own say where it begins and ends, whichever program writes them
	ScopeSource              // no id in the line: one conversation at a time a source
	ScopePeer                // a client that logs results only: inferred from peer address, pid and ConnUse
	ScopeScreen              // a screening daemon in front of the server: by PeerIP and PeerPort
	// no id that lasts: one conversation at a time with what ConnID names (a socket), or with a peer's address, in either direction
	ScopeAddress
	ScopeFork // a process made for one conversation: a line may say where that begins, none says where it ends
	// ConnID names the conversation; the server's settings decide whether it has lines of its own: where none says that it began, it
	// is inferred
	ScopeCall
)

// Alias says which conversation a second name is given to.
type Alias uint8

// Where a second name stands: beside the line that connects its conversation, where one process writes both.
const (
	AliasKnown Alias = iota // it was given earlier
	AliasNext               // to the server's conversation that the next connect line begins
	AliasLast               // to the client's conversation that was connected last
)

// Tri is a boolean that a line may leave open.
type Tri uint8

// The three states.
const (
	Open Tri = iota
	No
	Yes
)

// TriOf turns a known boolean into a Tri.
func TriOf(b bool) Tri {
	if b {
		return Yes
	}
	return No
}

// Quoting is how a line writes its strings.
type Quoting uint8

// The quotings.
const (
	QuotingNone    Quoting = iota
	QuotingJSON            // with the escapes of RFC 8259
	QuotingCSV             // a double quote within quotes is doubled (RFC 4180)
	QuotingNewline         // a line end within a sentence is "[nl]"
	QuotingSlash           // a line end within a reply is a slash (Courier)
	QuotingPlus            // a blank is a plus sign (IIS' W3C logs), and so is a plus sign: only in sentences is it taken for a blank
)
