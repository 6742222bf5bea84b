package incident

import (
	"encoding/binary"
	"encoding/hex"
	"strconv"

	"github.com/cespare/xxhash/v2"
)

// Report is what is told of an incident: when it starts, each time that it has gone on for Config.Repeat, and when it ends. It owns
// its texts.
type Report struct {
	ID     string // 16 hex digits: the same for all reports of an incident, and when the same log is read again
	Kind   Kind
	State  string // started, ongoing, ended
	Time   int64  // of the log, of this report; of a silence by the wall clock
	Start  int64  // of the first failure that belongs to it
	Last   int64  // and of the newest
	Severe bool   // mail is refused for good or cannot leave; else it is late or at risk

	Provider, Reason, Category string
	Host, Sender, Domain       string // whom it is about, where it is about one
	User                       bool   // Sender is a user
	// what is slow (queue, connect, transmission), what TLS does not do (plaintext, handshake, tls_failure), what of ours fails
	What           string
	Local          bool // what fails is the delivery to local mailboxes
	Code           int
	Enhanced, Text string
	Fingerprint    string
	Sources        []string // addresses or pools of ours that were answered so, the most frequent first
	Clients        int      // addresses of others, 64 at most
	Examples       []string // ids of three messages

	Share    float64 // of the tries since it began: failures in trials
	Baseline float64 // what the share was before; without a past what is common elsewhere
	Past     bool    // it was before
	Messages int     // different messages that were hit
	Trials   int
	Volume   float64 // how many times the usual; 0: unknown
	Waiting  int     // messages that wait, by the newest queue records; -1: unknown
	Oldest   float64 // age of the oldest of them in seconds
	Seconds  float64 // typical duration of the slow stage, or how long the stream has been silent
	Usual    float64 // and what was usual
	Help     string  // the provider's public page on such refusals
	Sentence string  // all of it in one sentence
}

// The states.
const (
	Started = "started"
	Ongoing = "ongoing"
	Ended   = "ended"
)

// open is an incident that has not ended.
type open struct {
	ID      string
	Told    int64  // when it was told last
	Last    int64  // the newest failure
	Until   uint64 // trials of the group by then
	Base    float64
	Past    bool    // Base was learned
	Healing float64 // a CUSUM for the way back
	Better  int64   // since when it has been above zero
	opened  bool    // by the trial at hand
}

// identity is an incident's id: what it is about, and when it began.
func identity(kind Kind, group, key string, start int64) string {
	d := xxhash.New()
	_, _ = d.WriteString(string(kind) + "\x00" + group + "\x00" + key + "\x00" + strconv.FormatInt(start, 10))
	return hex.EncodeToString(binary.BigEndian.AppendUint64(nil, d.Sum64()))
}
