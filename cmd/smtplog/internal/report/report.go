// Package report adds up what logs say, and holds the result: one struct that every rendering takes. Counts are those of the table of metrics
// (internal/metrics), as the connector makes them; lists of the most frequent are its own, and bounded.
package report

import "time"

// Report is what logs come to. Times are in the zone that the report was asked for; all lists are in their order, the most important first. Texts are words of
// strangers: who writes them on a terminal or a page escapes them.
type Report struct {
	Version string `json:"version"`
	Input   Input  `json:"input"`
	Totals  Totals `json:"totals"`

	Series   []Period      `json:"series"`   // without gaps, in steps of Step
	Step     time.Duration `json:"step"`     // nanoseconds: a minute, an hour or a day, by how long the log is
	Days     []Period      `json:"days"`     // without gaps
	Hours    [24]Counts    `json:"hours"`    // by hour of the day
	Weekdays [7][24]Counts `json:"weekdays"` // from Sunday on, by hour
	Servers  []Share       `json:"servers"`  // lines by the mail server or program that wrote them
	Hosts    []Share       `json:"hosts"`    // lines by the host that wrote them

	Providers        []Provider `json:"providers"`
	RecipientDomains List       `json:"recipient_domains"`
	SenderDomains    List       `json:"sender_domains"`
	Senders          List       `json:"senders"` // by messages
	SendersByBytes   List       `json:"senders_by_bytes"`
	Recipients       List       `json:"recipients"` // by deliveries
	RecipientsBytes  List       `json:"recipients_by_bytes"`
	Clients          List       `json:"clients"` // by messages that came from them
	ClientsByBytes   List       `json:"clients_by_bytes"`
	Users            List       `json:"users"` // who logged in, by messages
	UsersByBytes     List       `json:"users_by_bytes"`

	Rejects         []Reject   `json:"rejects"`          // by us
	RejectedClients List       `json:"rejected_clients"` // by rejects
	Failures        []Failure  `json:"failures"`         // replies of others that put off or bounced
	Deferred        []Waiting  `json:"deferred"`         // recipients that wait at the end of the log
	DeferredCount   int64      `json:"deferred_count"`   // of all of them
	Stages          []Stage    `json:"stages"`           // where tries spend their time
	Sessions        Sessions   `json:"sessions"`
	TLS             []TLS      `json:"tls"`
	Logins          []Login    `json:"logins"`
	Attackers       List       `json:"attackers"` // clients by logins that failed
	Filters         []Filter   `json:"filters"`
	Reports         []Told     `json:"reports"`            // what other hosts reported later: bounces, complaints
	Incidents       []Incident `json:"incidents"`          // departures from what was usual, the first first
	Warnings        []Warning  `json:"warnings"`           // what the servers complain of themselves
	Unknown         []Unknown  `json:"unknown"`            // lines not understood
	Messages        []Message  `json:"messages,omitempty"` // some, those in trouble first, where they were asked for
	Metrics         []Metric   `json:"metrics"`            // the connector's numbers
}

// Input is what was read.
type Input struct {
	Files      []File    `json:"files"`
	Lines      int64     `json:"lines"`
	Recognised int64     `json:"recognised"`    // lines of mail servers that were understood
	Strange    int64     `json:"strange"`       // lines of mail servers that were not
	Foreign    int64     `json:"foreign"`       // lines of others
	Duplicates int64     `json:"duplicates"`    // lines that another told before
	From       time.Time `json:"from,omitzero"` // of the first and the last record with a stamp
	To         time.Time `json:"to,omitzero"`
	Notes      []string  `json:"notes,omitempty"` // what could not be read, and what was asked for
}

// File is one file.
type File struct {
	Path  string `json:"path"`
	Lines int64  `json:"lines"`
	Error string `json:"error,omitempty"`
}

// Counts are what happened in one hour, at one provider, to one domain. They count recipients, but for Received and Bytes.
type Counts struct {
	Received  int64 `json:"received"`  // messages that came into the queue, those that filters of the host hand back once
	Bytes     int64 `json:"bytes"`     // of these
	Delivered int64 `json:"delivered"` // recipients at their end
	Bounced   int64 `json:"bounced"`
	Expired   int64 `json:"expired"`
	Tries     int64 `json:"tries"`    // verdicts of hosts that were asked
	Deferred  int64 `json:"deferred"` // those of them that put off
	Rejected  int64 `json:"rejected"` // by us
	Sessions  int64 `json:"sessions"` // that ended
}

// Ended is the recipients that rates are over: delivered, bounced, expired.
func (c *Counts) Ended() int64 { return c.Delivered + c.Bounced + c.Expired }

// Totals are the counts of all, and what only the whole is asked for.
type Totals struct {
	Counts
	Discarded          int64 `json:"discarded"`
	Deleted            int64 `json:"deleted"`
	Aborted            int64 `json:"aborted"`
	Held               int64 `json:"held"`
	Forwarded          int64 `json:"forwarded"`            // of the delivered: handed on under another queue id here
	DeliveredBytes     int64 `json:"delivered_bytes"`      // each recipient's message
	DeferredOnce       int64 `json:"deferred_messages"`    // messages with a recipient that was put off
	TempRejected       int64 `json:"temporarily_rejected"` // of the rejected, by a 4xx reply
	Notifications      int64 `json:"notifications"`
	Logins             int64 `json:"logins"`
	FailedLogins       int64 `json:"failed_logins"`
	SecuredSessions    int64 `json:"secured_sessions"`
	ConnectionFailures int64 `json:"connection_failures"`
	Senders            int64 `json:"senders"` // distinct ones; a lower bound where the list says that it was full
	SenderDomains      int64 `json:"sender_domains_count"`
	Recipients         int64 `json:"recipients"`
	RecipientDomains   int64 `json:"recipient_domains_count"`
}

// Period is the counts of a stretch of time.
type Period struct {
	From time.Time `json:"from,omitzero"`
	Counts
}

// Share is one part of a whole.
type Share struct {
	Name  string `json:"name"`
	Count int64  `json:"count"`
}

// List is the most frequent of something. Up to Full distinct names it is exact; beyond, a count may be too high by at most Error, and a name with a count above
// Error is in it.
type List struct {
	Items    []Item `json:"items"`
	Distinct int64  `json:"distinct"` // names that were kept
	Error    int64  `json:"error,omitempty"`
}

// Item is one name of a list. Rank is what the list is ordered by; what is not of the list's kind is 0.
type Item struct {
	Name string `json:"name"`
	Rank int64  `json:"rank"`
	Counts
	DeliveredBytes int64   `json:"delivered_bytes,omitempty"`
	AvgDelay       float64 `json:"avg_delay,omitempty"` // seconds, of deliveries
	MaxDelay       float64 `json:"max_delay,omitempty"` // seconds, of all verdicts
	Extra          string  `json:"extra,omitempty"`     // a client's name, where its address is the item's
}

// Provider is a destination: a mailbox provider, or the domain where nobody known runs it.
type Provider struct {
	Name string `json:"name"`
	Counts
	Delay    Quantiles `json:"delay"`   // from reception to delivery
	Spark    []int64   `json:"spark"`   // recipients that ended and deferrals, one for each period of Series
	Trouble  []int64   `json:"trouble"` // of these the bounced, expired and deferred
	Reasons  []Share   `json:"reasons"`
	Failures []Failure `json:"failures"`
}

// Failure is a reply that put recipients off or bounced them.
type Failure struct {
	Provider string    `json:"provider,omitempty"`
	Domain   string    `json:"domain,omitempty"` // where no provider is known
	Status   string    `json:"status"`
	Code     int       `json:"code,omitempty"`
	Enhanced string    `json:"enhanced,omitempty"`
	Reason   string    `json:"reason,omitempty"`
	Category string    `json:"category,omitempty"`
	Error    string    `json:"error,omitempty"` // where there was no reply: timeout, connection_refused
	Count    int64     `json:"count"`
	Sample   string    `json:"sample,omitempty"` // the words of the newest
	Host     string    `json:"host,omitempty"`   // that said so
	First    time.Time `json:"first,omitzero"`
	Last     time.Time `json:"last,omitzero"`

	leaves bool // it is about mail that goes to other hosts
}

// Reject is a kind of refusal by us.
type Reject struct {
	Command   string  `json:"command"`
	Code      int     `json:"code,omitempty"`
	Permanent bool    `json:"permanent"`
	Reason    string  `json:"reason,omitempty"`
	Filter    string  `json:"filter,omitempty"`
	Count     int64   `json:"count"`
	Sample    string  `json:"sample,omitempty"`
	Clients   []Share `json:"clients"`
}

// Message is what became of one message.
type Message struct {
	Time       time.Time   `json:"time,omitzero"` // of its newest line
	Host       string      `json:"host"`
	QueueID    string      `json:"queue_id"`
	Sender     string      `json:"sender"`
	Outcome    string      `json:"outcome"`
	Trouble    bool        `json:"trouble"` // a recipient was put off or bounced
	Recipients []Recipient `json:"recipients"`
}

// Recipient is how far a delivery is.
type Recipient struct {
	Address  string `json:"address"`
	Status   string `json:"status"`
	Attempts int    `json:"attempts"`
	Reason   string `json:"reason,omitempty"`
	Reply    string `json:"reply,omitempty"`
}

// Waiting is a recipient that is put off.
type Waiting struct {
	QueueID   string    `json:"queue_id"`
	Host      string    `json:"host"`
	Sender    string    `json:"sender"`
	Recipient string    `json:"recipient"`
	Provider  string    `json:"provider,omitempty"`
	Reason    string    `json:"reason,omitempty"`
	Reply     string    `json:"reply,omitempty"`
	Tries     int       `json:"tries"`
	Last      time.Time `json:"last,omitzero"` // when it was tried last
}

// Quantiles are of a value in seconds, within one percent.
type Quantiles struct {
	Count int64   `json:"count"`
	P50   float64 `json:"p50"`
	P90   float64 `json:"p90"`
	P95   float64 `json:"p95"`
	P99   float64 `json:"p99"`
	Max   float64 `json:"max"`
	Mean  float64 `json:"mean"`
}

// Stage is where time went: before_queue, in_queue, connection_setup, transmission; total: reception to delivery; and reply latencies by command.
type Stage struct {
	Name string `json:"name"`
	Quantiles
}

// Sessions are conversations at their end.
type Sessions struct {
	ByRole        []Share   `json:"by_role"`
	ByEnd         []Share   `json:"by_end"` // with our clients
	Duration      Quantiles `json:"duration"`
	Interruptions []Share   `json:"interruptions"` // with our clients, by the command after which
	Clients       List      `json:"clients"`       // by connections
}

// TLS is sessions with TLS.
type TLS struct {
	Role    string `json:"role"`
	Version string `json:"version"`
	Trust   string `json:"trust,omitempty"`
	Count   int64  `json:"count"`
}

// Login is authentications.
type Login struct {
	Role      string `json:"role,omitempty"`
	Mechanism string `json:"mechanism,omitempty"`
	Result    string `json:"result"`
	Count     int64  `json:"count"`
}

// Filter is verdicts of a filter.
type Filter struct {
	Name    string `json:"name"`
	Verdict string `json:"verdict"`
	Count   int64  `json:"count"`
}

// Told is what other hosts reported later of mail that left here.
type Told struct {
	Reason  string `json:"reason,omitempty"`
	Verdict string `json:"verdict,omitempty"`
	Count   int64  `json:"count"`
}

// Incident is a departure from what was usual in this log: a provider that refuses more than before, a sender that sends more, logins that fail.
type Incident struct {
	ID       string    `json:"id"`
	Kind     string    `json:"kind"`
	Start    time.Time `json:"start,omitzero"`
	Last     time.Time `json:"last,omitzero"`
	Over     bool      `json:"over"`
	Severe   bool      `json:"severe"`
	Provider string    `json:"provider,omitempty"`
	Reason   string    `json:"reason,omitempty"`
	Sentence string    `json:"sentence"`
}

// Warning is what a server complains of itself.
type Warning struct {
	Daemon string    `json:"daemon"`
	Error  string    `json:"error,omitempty"`
	Count  int64     `json:"count"`
	Sample string    `json:"sample"`
	Last   time.Time `json:"last,omitzero"`
}

// Unknown is lines that nobody understood: their program, and how they are built, without their words' numbers, names and addresses.
type Unknown struct {
	Program string `json:"program"`
	Shape   string `json:"shape"`
	Count   int64  `json:"count"`
}

// Metric is one metric of the table and its points.
type Metric struct {
	Name   string  `json:"name"`
	Unit   string  `json:"unit"`
	Points []Point `json:"points"`
}

// Point is one series: Sum and Count of a histogram, Count alone of a counter.
type Point struct {
	Dimensions map[string]string `json:"dimensions"`
	Count      int64             `json:"count"`
	Sum        float64           `json:"sum,omitempty"`
	Buckets    []int64           `json:"buckets,omitempty"` // by the metric's bounds
}
