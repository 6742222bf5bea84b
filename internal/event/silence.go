package event

// Silence takes back what the parser read in words that mean something else.
func (e *Event) Silence(kind Kind) {
	e.Kind = kind
	e.Command, e.Argument, e.Helo, e.Protocol = "", "", "", ""
	e.Code, e.Class, e.Enhanced, e.Text, e.MoreLines, e.TextJoined = 0, 0, "", "", false, false
	e.MailFrom, e.RcptTo, e.RcptList, e.RemoteQueueID = "", "", e.RcptList[:0], ""
	e.Size, e.HasSize, e.AuthMechanism, e.User = 0, false, "", ""
	e.TLS, e.TLSVersion, e.TLSCipher = Open, "", ""
	e.ClientAddress, e.ServerAddress, e.PeerIP, e.PeerPort, e.ClientPort, e.ServerPort = "", "", "", 0, 0, 0
	e.Duplicate, e.Redact = false, e.Redact[:0]
}
