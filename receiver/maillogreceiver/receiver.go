package maillogreceiver

import (
	"context"
	"os"
	"slices"
	"strings"
	"sync"
	"time"

	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/consumer"
	"go.opentelemetry.io/collector/extension/xextension/storage"
	"go.opentelemetry.io/collector/receiver"
	"go.uber.org/zap"

	"github.com/open-telemetry/opentelemetry-collector-contrib/pkg/stanza/fileconsumer"
	"github.com/open-telemetry/opentelemetry-collector-contrib/pkg/stanza/fileconsumer/matcher"

	"github.com/otelcol-smtp/otelcol-smtp/internal/checkpoint"
	"github.com/otelcol-smtp/otelcol-smtp/internal/record"
	"github.com/otelcol-smtp/otelcol-smtp/receiver/maillogreceiver/internal/metadata"
)

// maillogReceiver tails mail logs. fileconsumer finds and reads the files; here lines become batches, refused batches are tried
// again, and offsets are saved only behind what was accepted.
type maillogReceiver struct {
	cfg       *Config
	set       receiver.Settings
	logger    *zap.Logger
	next      consumer.Logs
	telemetry *metadata.TelemetryBuilder
	now       func() time.Time

	host     string
	files    *fileconsumer.Manager
	round    *checkpoint.Round
	matcher  *matcher.Matcher
	streams  *streams
	contents contents
	store    *persister

	// running ends when the receiver is shut down: a batch that is being tried again is given up then.
	running context.Context
	stop    context.CancelFunc

	mu      sync.Mutex
	pending map[string]*batch // by stream, lines that were read and not handed on yet
	polled  int               // polls that are over
	batches int
	lost    bool // a batch was given up at shutdown: nothing may be saved from then on
}

func newReceiver(cfg *Config, set receiver.Settings, next consumer.Logs, now func() time.Time) (*maillogReceiver, error) {
	builder, err := metadata.NewTelemetryBuilder(set.TelemetrySettings)
	if err != nil {
		return nil, err
	}
	r := &maillogReceiver{
		cfg: cfg, set: set, logger: set.Logger, next: next, telemetry: builder, now: now, host: cfg.HostName,
		round: checkpoint.NewRound(), streams: newStreams(), pending: make(map[string]*batch),
	}
	if r.host == "" {
		if r.host, err = os.Hostname(); err != nil {
			return nil, err
		}
	}
	if r.matcher, err = matcher.New(matcher.Criteria{Include: cfg.Include, Exclude: cfg.Exclude}); err != nil {
		return nil, err
	}
	r.running, r.stop = context.WithCancel(context.Background())
	r.files, err = cfg.consumer().Build(set.TelemetrySettings, r.emit, fileconsumer.WithSplitFunc(record.SplitLines))
	return r, err
}

// Start reads the saved offsets and begins to read.
func (r *maillogReceiver) Start(ctx context.Context, host component.Host) error {
	client := storage.NewNopClient()
	if r.cfg.Storage != nil {
		var err error
		if client, err = checkpoint.Storage(ctx, host, *r.cfg.Storage, component.KindReceiver, r.set.ID); err != nil {
			return err
		}
	}
	r.store = &persister{Client: client, receiver: r, stores: r.cfg.Storage != nil}
	if err := r.streams.load(ctx, client); err != nil {
		r.logger.Error("the saved identities of files could not be read; lines that were read before may come unmarked", zap.Error(err))
	}
	return r.files.Start(r.store)
}

// Shutdown stops reading, hands on what was read, and saves what was accepted. Safe before Start and twice.
func (r *maillogReceiver) Shutdown(ctx context.Context) error {
	r.stop()
	if r.store == nil {
		return nil
	}
	r.store.last(ctx)
	err := r.files.Stop()
	if e := r.store.Close(ctx); err == nil {
		err = e
	}
	r.store = nil
	r.telemetry.Shutdown()
	return err
}

// emit takes lines that fileconsumer read from one file, in order. It holds them until the batch is full or the poll is over.
func (r *maillogReceiver) emit(_ context.Context, lines [][]byte, attributes map[string]any, _ int64, offsets []int64) error {
	if len(lines) == 0 {
		return nil
	}
	path, _ := attributes["log.file.path"].(string)
	name, _ := attributes["log.file.name"].(string)
	x, begins := r.streams.find(path, lines[0], offsets[0], offsets[len(lines)])
	r.streams.sending(x)
	defer r.streams.sent(x, 0, false)
	if begins {
		if err := r.waitForOlder(x, path); err != nil {
			return err
		}
	}

	r.mu.Lock()
	b := r.pending[x.ID]
	if b == nil {
		r.batches++
		b = &batch{stream: x, path: path, name: name, order: r.batches}
		r.pending[x.ID] = b
	}
	r.mu.Unlock()

	b.mu.Lock()
	defer b.mu.Unlock()
	text, skip := join(lines), r.streams.acceptedBefore(x)
	for i, line := range lines {
		if offsets[i] >= skip {
			b.add(text[:len(line)], offsets[i], r)
		}
		b.end = offsets[i+1]
		text = text[len(line):]
		if b.n >= r.cfg.MaxBatchSize {
			if err := r.send(r.running, b); err != nil {
				return err
			}
		}
	}
	return r.store.progress(r.running)
}

// join copies the lines, which are fileconsumer's, into one string: one allocation for a hundred lines that live and go together.
func join(lines [][]byte) string {
	n := 0
	for _, l := range lines {
		n += len(l)
	}
	var b strings.Builder
	b.Grow(n)
	for _, l := range lines {
		b.Write(l)
	}
	return b.String()
}

// flush hands on what the poll has left. fileconsumer calls the persister at the end of each poll, and that calls this.
func (r *maillogReceiver) flush(ctx context.Context) error {
	r.mu.Lock()
	list := make([]*batch, 0, len(r.pending))
	for _, b := range r.pending {
		list = append(list, b)
	}
	r.mu.Unlock()
	slices.SortFunc(list, func(a, b *batch) int { return a.order - b.order })
	for _, b := range list {
		b.mu.Lock()
		err := r.send(ctx, b)
		b.mu.Unlock()
		if err != nil {
			return err
		}
	}
	r.mu.Lock()
	clear(r.pending) // rotated files are not kept
	r.polled++
	r.mu.Unlock()
	return nil
}
