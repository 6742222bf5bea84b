package attrs

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"strconv"
	"strings"
	"testing"

	"github.com/otelcol-smtp/otelcol-smtp/internal/diagnose"
	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
)

const docsFile = "../../docs/attributes.md"

// kindMeanings says what each event is; an event without a line here fails the test.
var kindMeanings = map[event.Kind]string{
	event.KindConnect:           "a connection was made, or could not be made (`error.type`)",
	event.KindDisconnect:        "a connection ended; carries `smtp.session.end` and `smtp.session.duration`",
	event.KindCommand:           "a command of the client",
	event.KindReply:             "a reply of the server; in a client's log also the refusal of one host before the verdict",
	event.KindContent:           "a line of message data inside a logged conversation; its text is replaced by its size",
	event.KindTLS:               "a TLS handshake",
	event.KindAuth:              "an authentication",
	event.KindReject:            "we, as a server, refused: nothing was queued, so it has no delivery status",
	event.KindFilter:            "the verdict of a filter, a policy service or a rule that only warns",
	event.KindMessageOpened:     "a queue id was given out: a candidate, which may still come to nothing",
	event.KindMessageHeader:     "the Message-ID became known",
	event.KindMessageReceived:   "a message is in the queue for the first time",
	event.KindMessageQueued:     "a message is looked at again by the queue manager",
	event.KindMessageHeld:       "a message was put on hold",
	event.KindMessageReleased:   "a message was released from hold",
	event.KindMessageDeleted:    "a message was deleted by an operator",
	event.KindMessageDiscarded:  "a message was discarded on purpose",
	event.KindMessageRedirected: "a message was redirected to another recipient",
	event.KindMessageExpired:    "a message was given up after retries",
	event.KindMessageAborted:    "a message was broken off before its end",
	event.KindMessageRemoved:    "a message left the queue",
	event.KindDelivery:          "one verdict on one recipient",
	event.KindNotification:      "a delivery status notification was made",
	event.KindHop:               "made by the processor: the message with this uid is the one (`smtp.parent.message.uid`) that another host handed over, whichever log came first",
	event.KindReport:            "what another host or a provider reports later of mail that left here: an asynchronous bounce, a complaint (feedback loop)",
	event.KindWarning:           "something went wrong that is none of the above",
	event.KindLifecycle:         "the server started, stopped or reloaded",
	event.KindSession:           "summary of a session",
	event.KindMessage:           "summary of a message",
	event.KindQueue:             "made by the processor, each minute of the log's time: how many messages wait alike in the queue of a host's mail server, by its log (docs/correlation.md)",
	event.KindIncident:          "made by the connector: mail departs from its own recent past (docs/incidents.md)",
}

// sets says what the two sets of attributes are.
const sets = `A record says what its own line says, and the keys that join it to others: ` + "`attributes: core`" + ` of the processor, the default. What follows
from the rest of the record is left out; the column *core* says when. Verdicts (records with a ` + "`smtp.delivery.status`" + `), ` + "`message.received`" + ` and the summary tell
the whole message. With ` + "`attributes: full`" + ` every record carries all that is known. Metrics are the same with either.

`

func render(t *testing.T) string {
	t.Helper()
	var b strings.Builder
	b.WriteString("# Attributes\n\nGenerated from `internal/attrs`; `UPDATE_GOLDEN=1 make test` writes it anew.\n\n")
	fmt.Fprintf(&b, "Enriched records carry the scope `%s`, version `%s`: the version of this page.\n\n", Scope, Version)
	b.WriteString("An attribute is absent where the log does not say: nothing is guessed.\n\n")
	b.WriteString(sets)
	b.WriteString("| attribute | type | core | meaning |\n| --- | --- | --- | --- |\n")
	for _, d := range Table {
		fmt.Fprintf(&b, "| `%s` | %s | %s | %s |\n", d.Name, d.Type, d.Set, d.Meaning)
	}
	b.WriteString("\n## Events\n\n| `smtp.event` | meaning |\n| --- | --- |\n")
	for k := event.KindConnect; k <= event.KindIncident; k++ {
		if kindMeanings[k] == "" {
			t.Errorf("event %s has no meaning", k)
		}
		fmt.Fprintf(&b, "| `%s` | %s |\n", k, kindMeanings[k])
	}
	b.WriteString("\n## Reasons\n\n| `smtp.failure.reason` | `smtp.failure.category` |\n| --- | --- |\n")
	for _, r := range diagnose.Reasons {
		fmt.Fprintf(&b, "| `%s` | `%s` |\n", r.Name, r.Category)
	}
	b.WriteString("\n## Whom they tell of\n\nWhat [privacy](privacy.md) does with an attribute goes by what it may tell of. Those that are not here tell of nobody.\n\n")
	b.WriteString("| tells of | attributes |\n| --- | --- |\n")
	for _, class := range []Class{OfAddress, OfUser, OfIP, OfHost, OfDomain, OfMessageID, OfWords} {
		var names []string
		for i := range Table {
			if ClassOf(&Table[i]) == class {
				names = append(names, "`"+Table[i].Name+"`")
			}
		}
		fmt.Fprintf(&b, "| %s | %s |\n", class, strings.Join(names, ", "))
	}
	return b.String()
}

func TestDocsAreTheTable(t *testing.T) {
	want := render(t)
	if os.Getenv("UPDATE_GOLDEN") != "" {
		if err := os.WriteFile(docsFile, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(docsFile)
	if err != nil || string(got) != want {
		t.Fatalf("docs/attributes.md is not what the table says; UPDATE_GOLDEN=1 writes it anew (%v)", err)
	}
}

// Every attribute says whom it tells of.
func TestEveryAttributeHasAClass(t *testing.T) {
	for i := range Table {
		if d := &Table[i]; ClassOf(d) == "" {
			t.Errorf("%s has no class in classes.go", d.Name)
		}
	}
}

// A name that is also the dotted prefix of another is renamed by Elasticsearch, record by record.
func TestNoNameIsThePrefixOfAnother(t *testing.T) {
	names := []string{Original, FilePath, FileID, FileOffset, HostName, ServiceName}
	for _, d := range Table {
		names = append(names, d.Name)
	}
	for _, a := range names {
		for _, b := range names {
			if strings.HasPrefix(b, a+".") {
				t.Errorf("%s is the prefix of %s", a, b)
			}
		}
	}
}

// Every name constant has a row in the table, once.
func TestEveryNameIsInTheTable(t *testing.T) {
	file, err := parser.ParseFile(token.NewFileSet(), "names.go", nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	rows := map[string]int{}
	for _, d := range Table {
		rows[d.Name]++
		if d.Type == "" || d.Meaning == "" {
			t.Errorf("%s has no type or meaning", d.Name)
		}
	}
	for name, n := range rows {
		if n != 1 {
			t.Errorf("%s stands %d times in the table", name, n)
		}
	}
	elsewhere := map[string]bool{Scope: true, Version: true, Original: true, FilePath: true, FileID: true, FileOffset: true, HostName: true, ServiceName: true, RecipientTotal: true}
	ast.Inspect(file, func(n ast.Node) bool {
		spec, ok := n.(*ast.ValueSpec)
		if !ok || spec.Type != nil {
			return true
		}
		for _, v := range spec.Values {
			lit, ok := v.(*ast.BasicLit)
			if !ok || lit.Kind != token.STRING {
				continue
			}
			name, err := strconv.Unquote(lit.Value)
			if err == nil && !elsewhere[name] && rows[name] == 0 {
				t.Errorf("%s is not in the table", name)
			}
		}
		return true
	})
}
