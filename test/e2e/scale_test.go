//go:build e2e

package e2e

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"
	"go.opentelemetry.io/collector/pdata/plog/plogotlp"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/status"

	"github.com/otelcol-smtp/otelcol-smtp/test/generate"
	"github.com/otelcol-smtp/otelcol-smtp/test/truth"
)

// node is one collector that runs an example as it stands; the environment says what is this machine's.
type node struct {
	t       *testing.T
	cmd     *exec.Cmd
	env     map[string]string
	example string
	output  said
}

func runExample(t *testing.T, example string, env map[string]string) *node {
	t.Helper()
	n := &node{t: t, example: example, env: maps.Clone(env)}
	n.env["STATE_DIR"], n.env["MAIL_ZONE"], n.env["START_AT"] = t.TempDir(), "UTC", "beginning"
	n.start()
	t.Cleanup(func() {
		_ = n.cmd.Process.Kill()
		_ = n.cmd.Wait()
		if t.Failed() {
			t.Logf("%s: %s", example, errorsIn(n.output.String()))
		}
	})
	return n
}

func (n *node) start() {
	n.t.Helper()
	args := []string{"--config", "../../examples/" + n.example}
	if text, err := os.ReadFile("../../examples/" + n.example); err == nil && bytes.Contains(text, []byte("\nconnectors:")) {
		args = append(args, "--config", "yaml:connectors::smtp::series_birth: 0s") // else every test waits for a minute and a half
	}
	n.cmd = exec.Command(binary, args...)
	n.cmd.Env = environment()
	for k, v := range n.env {
		n.cmd.Env = append(n.cmd.Env, k+"="+v)
	}
	n.cmd.Stdout, n.cmd.Stderr = &n.output, &n.output
	require.NoError(n.t, n.cmd.Start())
}

// metric sums a counter over its series, by the value of one label; nothing where it is not served yet.
func (n *node) metric(name, label string) map[string]int {
	sums := map[string]int{}
	resp, err := http.Get("http://" + n.env["METRICS"] + "/metrics")
	if err != nil {
		return sums
	}
	defer resp.Body.Close()
	series := regexp.MustCompile(`^` + name + `\{.*\b` + label + `="([^"]*)".*\} (\S+)`)
	lines := bufio.NewScanner(io.LimitReader(resp.Body, 64<<20))
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		if m := series.FindStringSubmatch(lines.Text()); m != nil {
			v, err := strconv.ParseFloat(m[2], 64)
			require.NoError(n.t, err)
			sums[m[1]] += int(v)
		}
	}
	return sums
}

// hosts are the mail hosts of these tests: each has its log, and what is known of it.
func hosts(t *testing.T, names ...string) (paths []string, want generate.Totals, lines int) {
	t.Helper()
	want = generate.Totals{Ends: map[string]generate.End{}, Attempts: map[string]int{}, Sessions: map[string]int{}}
	for i, name := range names {
		l := generate.NewLog(name, uint64(100+i))
		var b bytes.Buffer
		l.Write(24_000/len(names), func(line string) {
			lines++
			b.WriteString(line + "\n")
		})
		path := filepath.Join(t.TempDir(), "mail.log")
		require.NoError(t, os.WriteFile(path, b.Bytes(), 0o600))
		paths = append(paths, path)
		maps.Copy(want.Ends, l.Ends)
		for k, n := range l.Attempts {
			want.Attempts[k] += n
		}
		for k, n := range l.Sessions {
			want.Sessions[k] += n
		}
		want.Messages += l.Messages
		want.Rejects += l.Rejects
	}
	return paths, want, lines
}

// wantTotals waits until the backend has every line, and compares records and the sum of the nodes' metrics with what is known: what one
// collector alone would have said.
func wantTotals(t *testing.T, b *backend, want generate.Totals, lines int, nodes ...*node) {
	t.Helper()
	eventually(t, func() bool { return b.count() == lines }, 20*time.Millisecond, func() string { return fmt.Sprintf("%d of %d lines", b.count(), lines) })
	b.mu.Lock()
	defer b.mu.Unlock()
	truth.Settle(&b.totals)
	compareEnds(t, want.Ends, b.totals.Ends)
	assert.Equal(t, want.Attempts, b.totals.Attempts)
	assert.Equal(t, want.Sessions, b.totals.Sessions)
	assert.Equal(t, want.Messages, b.totals.Messages)
	assert.Equal(t, want.Rejects, b.totals.Rejects)
	ends := map[string]int{}
	for _, e := range want.Ends {
		ends[e.Status]++
	}
	counted := func(name, label string) map[string]int {
		sums := map[string]int{}
		for _, n := range nodes {
			for k, v := range n.metric(name, label) {
				sums[k] += v
			}
		}
		return sums
	}
	recipients := func() map[string]int { return counted("smtp_delivery_recipients_total", "smtp_delivery_status") }
	eventually(t, func() bool { return assert.ObjectsAreEqual(ends, recipients()) }, 200*time.Millisecond, func() string {
		return fmt.Sprintf("%v, want %v", recipients(), ends)
	})
	assert.Equal(t, want.Attempts, counted("smtp_delivery_attempts_total", "smtp_delivery_status"))
	assert.Equal(t, want.Sessions, counted("smtp_session_count_total", "smtp_session_end"))
	assert.Equal(t, map[string]int{"mail": want.Messages}, counted("smtp_message_count_total", "smtp_message_kind"))
	assert.Equal(t, map[string]int{"RCPT": want.Rejects}, counted("smtp_reject_count_total", "smtp_command"))
}

// gateway is a gateway of an example, in front of a backend.
func gateway(t *testing.T, example string, b *backend, env map[string]string) *node {
	t.Helper()
	env = maps.Clone(env)
	env["LISTEN"], env["METRICS"], env["BACKEND"] = freeAddress(t), freeAddress(t), b.URL
	return runExample(t, example, env)
}

// Agents hand lines on by host to two gateways, and each gateway follows its hosts: together they say what one collector would.
func TestAgentsAndGatewaysByHost(t *testing.T) {
	t.Parallel()
	var names []string // so many that a gateway without any is out of the question
	for i := range 12 {
		names = append(names, fmt.Sprintf("mx%d", i))
	}
	paths, want, lines := hosts(t, names...)
	b := newBackend(t)
	one := gateway(t, "scale-out-gateway.yaml", b, map[string]string{"INSTANCE": "gateway-1"})
	two := gateway(t, "scale-out-gateway.yaml", b, map[string]string{"INSTANCE": "gateway-2"})
	for i, name := range names {
		runExample(t, "scale-out-agent.yaml", map[string]string{
			"MAIL_LOG": paths[i], "MAIL_HOST": name, "GATEWAY_1": one.env["LISTEN"], "GATEWAY_2": two.env["LISTEN"],
		})
	}
	wantTotals(t, b, want, lines, one, two)
	for _, n := range []*node{one, two} {
		assert.NotEmpty(t, n.metric("smtp_message_count_total", "smtp_message_kind"), "a gateway without a host")
	}
}

// Agents enrich where the log is written, the gateway counts.
func TestAgentsThatEnrichAndAGatewayThatCounts(t *testing.T) {
	t.Parallel()
	names := []string{"mx1", "mx2"}
	paths, want, lines := hosts(t, names...)
	b := newBackend(t)
	gw := gateway(t, "counting-gateway.yaml", b, map[string]string{})
	for i, name := range names {
		runExample(t, "enriching-agent.yaml", map[string]string{"MAIL_LOG": paths[i], "MAIL_HOST": name, "GATEWAY_1": gw.env["LISTEN"]})
	}
	wantTotals(t, b, want, lines, gw)
}

// The way between agents and their gateway loses answers: what is sent again for that is counted once.
func TestAnswersThatAreLostOnTheWayToTheGateway(t *testing.T) {
	t.Parallel()
	names := []string{"mx1", "mx2"}
	paths, want, lines := hosts(t, names...)
	b := newBackend(t)
	gw := gateway(t, "counting-gateway.yaml", b, map[string]string{})
	way := newLossyWay(t, gw.env["LISTEN"])
	for i, name := range names {
		runExample(t, "enriching-agent.yaml", map[string]string{"MAIL_LOG": paths[i], "MAIL_HOST": name, "GATEWAY_1": way.address})
	}
	wantTotals(t, b, want, lines, gw)
	assert.NotZero(t, way.lost.Load())
}

// lossyWay hands batches on over OTLP/gRPC, and loses each fourth answer.
type lossyWay struct {
	plogotlp.UnimplementedGRPCServer
	address string
	to      plogotlp.GRPCClient
	n, lost atomic.Int64
}

func newLossyWay(t *testing.T, gateway string) *lossyWay {
	conn, err := grpc.NewClient(gateway, grpc.WithTransportCredentials(insecure.NewCredentials()), grpc.WithDefaultCallOptions(grpc.WaitForReady(true)))
	require.NoError(t, err)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	w := &lossyWay{address: l.Addr().String(), to: plogotlp.NewGRPCClient(conn)}
	server := grpc.NewServer(grpc.MaxRecvMsgSize(64 << 20))
	plogotlp.RegisterGRPCServer(server, w)
	go func() { _ = server.Serve(l) }()
	t.Cleanup(func() { server.Stop(); _ = conn.Close() })
	return w
}

func (w *lossyWay) Export(ctx context.Context, req plogotlp.ExportRequest) (plogotlp.ExportResponse, error) {
	answer, err := w.to.Export(ctx, req)
	if w.n.Add(1)%4 == 0 && err == nil {
		w.lost.Add(1)
		return answer, status.Error(codes.Unavailable, "the answer is lost")
	}
	return answer, err
}

// Kafka stands between agents and gateways, and the gateways share its partitions.
func TestKafkaBetween(t *testing.T) {
	t.Parallel()
	cluster, err := kfake.NewCluster(kfake.NumBrokers(1), kfake.SeedTopics(4, "mail-raw"))
	require.NoError(t, err)
	t.Cleanup(cluster.Close)
	kafka := map[string]string{"KAFKA": cluster.ListenAddrs()[0]}
	names := []string{"mx1", "mx2", "mx3", "mx4", "mx5", "mx6"}
	paths, want, lines := hosts(t, names...)
	b := newBackend(t)
	kafka["INSTANCE"] = "gateway-1"
	one := gateway(t, "kafka-gateway.yaml", b, kafka)
	kafka["INSTANCE"] = "gateway-2"
	two := gateway(t, "kafka-gateway.yaml", b, kafka)
	shared(t, kafka["KAFKA"], 2) // a host that moves to another gateway leaves its state behind
	for i, name := range names {
		runExample(t, "kafka-agent.yaml", map[string]string{"MAIL_LOG": paths[i], "MAIL_HOST": name, "KAFKA": kafka["KAFKA"]})
	}
	wantTotals(t, b, want, lines, one, two)
}

// shared waits until so many gateways have partitions of their own.
func shared(t *testing.T, broker string, gateways int) {
	t.Helper()
	client, err := kgo.NewClient(kgo.SeedBrokers(broker))
	require.NoError(t, err)
	defer client.Close()
	ask := kmsg.NewPtrDescribeGroupsRequest()
	ask.Groups = []string{"otelcol-smtp"}
	require.Eventually(t, func() bool {
		answer, err := ask.RequestWith(t.Context(), client)
		if err != nil || len(answer.Groups) != 1 || answer.Groups[0].State != "Stable" {
			return false
		}
		having := 0
		for _, member := range answer.Groups[0].Members {
			var has kmsg.ConsumerMemberAssignment
			if has.ReadFrom(member.MemberAssignment) == nil && len(has.Topics) > 0 && len(has.Topics[0].Partitions) > 0 {
				having++
			}
		}
		return having == gateways
	}, patience, 50*time.Millisecond, "the gateways share no partitions")
}

// errorsIn picks the first complaints out of a collector's own log.
func errorsIn(s string) string {
	var b strings.Builder
	for _, l := range strings.Split(s, "\n") {
		if b.Len() < 2000 && (strings.Contains(l, "\terror\t") || strings.Contains(l, "panic") || strings.Contains(l, "Error:")) {
			b.WriteString(l[:min(len(l), 400)] + "\n")
		}
	}
	return b.String()
}
