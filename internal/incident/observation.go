// Package incident finds departures of mail from its own recent past: a provider that begins to refuse, hosts that cannot be reached, slow stages, lost
// encryption, trouble of our own, senders whose mail comes back, volume that jumps and streams that go silent.
//
// Shares are watched by Bernoulli CUSUM charts (Page, Continuous inspection schemes, Biometrika 41, 1954; Reynolds and Stoumbos, A CUSUM chart for
// monitoring a proportion when inspecting continuously, Journal of Quality Technology 31, 1999), counts by Poisson CUSUM charts (Lucas, Counted data CUSUM's,
// Technometrics 27, 1985), both against a baseline that is learned from the time in control, with a dispersion in the denominator as mail comes in clumps.
//
// The package knows neither records nor the Collector; time is that of the log. A Detector is deterministic: the same observations in the same order give the
// same reports.
package incident

// Observation is one thing that happened, as the detector sees it. Its texts are borrowed: what is kept of them is copied.
type Observation struct {
	Event Event
	Time  int64 // of the log, in nanoseconds since 1970
	Wall  int64 // when it arrived, by the wall clock

	Host   string // that wrote the log
	UID    string // of the message, 16 hex digits; of a session where there is no message
	Sender string // of a message of ours: the user that sent it, else the sender's domain
	User   bool   // Sender is a user
	Client string // address of the other side of a session
	From   string // the address or pool of ours that called

	Provider, Domain string // who answered, and the recipient's domain
	Reason, Category string
	Status           string // of a try: delivered, deferred, bounced, expired
	Route            string // of a local try: lmtp, local, pipe, filter
	Code             int
	Enhanced, Text   string
	Fingerprint      string
	What             string // of trouble: the filter or service that failed

	Recipients int  // that a verdict is about, at least 1
	Retry      bool // not the first try of its recipient
	Final      bool // the recipient's end
	Secure     bool // the conversation has TLS
	OK         bool // of a login: it succeeded

	Stages [stages]float64 // seconds
	Staged [stages]bool

	Waiting int     // of a queue record: messages that wait
	Oldest  float64 // and the age of the oldest, in seconds
}

// Event is what an Observation is about.
type Event uint8

// The events.
const (
	Other          Event = iota // a sign of life of its host
	Try                         // a verdict of another host on mail that leaves
	LocalTry                    // a verdict of a mailbox server, program or filter of this host
	ConnectFailure              // a connection to another host that did not come about
	Received                    // a message came in
	Submitted                   // a message or login of a user of ours was taken
	Rejected                    // a refusal by us; Sender is set when it is a user of ours
	Login                       // somebody tried to log in
	Session                     // the end of a session with a client that sent mail
	Handshake                   // an encryption with a client that failed
	Trouble                     // something of our own that does not work
	Queue                       // how many messages wait
)

// The stages of a try.
const (
	stageQueue = iota
	stageConnect
	stageTransmission
	stages
)

// stageNames are as people say them.
var stageNames = [stages]string{"queue", "connect", "transmission"}

// Kind is what kind of departure an incident is.
type Kind string

// The kinds.
const (
	Refusals    Kind = "refusals"            // a provider gives a reason to a larger share of tries than it used to
	Connections Kind = "connection_failures" // a provider's hosts cannot be reached
	Slow        Kind = "slow"                // a stage of delivery to a provider takes longer
	TLS         Kind = "tls"                 // encryption fails, or is not offered any more
	Text        Kind = "unseen_text"         // a provider refuses in words that were never seen
	Auth        Kind = "auth_failures"       // logins fail from many addresses, or at one account
	Own         Kind = "own_trouble"         // a filter, mailbox server or disk of ours does not work
	Users       Kind = "user_rejects"        // we refuse users of ours
	Bounces     Kind = "sender_bounces"      // the mail of one sender comes back
	Volume      Kind = "volume_jump"         // far more mail than usual at this time of the week
	Silence     Kind = "silence"             // a steady stream has stopped
)

// Kinds lists them in the order of the documentation.
var Kinds = []Kind{Refusals, Connections, Slow, TLS, Text, Auth, Own, Users, Bounces, Volume, Silence}
