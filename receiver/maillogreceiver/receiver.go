package maillogreceiver

import (
	"context"
	"errors"
	"maps"
	"os"
	"sync"
	"time"

	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/consumer"
	"go.opentelemetry.io/collector/extension/xextension/storage"
	"go.opentelemetry.io/collector/receiver"
	"go.opentelemetry.io/collector/receiver/receiverhelper"
	"go.uber.org/zap"

	"github.com/otelcol-smtp/otelcol-smtp/internal/checkpoint"
	"github.com/otelcol-smtp/otelcol-smtp/receiver/maillogreceiver/internal/metadata"
	"github.com/otelcol-smtp/otelcol-smtp/receiver/maillogreceiver/internal/tail"
)

// maillogReceiver tails mail logs. What is one file over renames, rotations and copies is tail's to know; here lines become
// batches, refused batches are tried again, and offsets are saved only behind what was accepted.
type maillogReceiver struct {
	cfg       *Config
	set       receiver.Settings
	logger    *zap.Logger
	next      consumer.Logs
	telemetry *metadata.TelemetryBuilder
	report    *receiverhelper.ObsReport
	now       func() time.Time

	host     string
	include  include
	troubles troubles
	files    *tail.Known
	round    *checkpoint.Round
	offsets  *offsets // nil before the start

	// running ends when the receiver is shut down: no more is read then, and a batch that is refused is given up.
	running context.Context
	stop    context.CancelFunc
	// sending ends a while later: a consumer that holds on to a batch is not waited for.
	sending context.Context
	hurry   context.CancelFunc
	done    chan struct{} // closed when the polls have ended

	polls int // that are over
	mu    sync.Mutex
}

// patience is how long a shutdown waits for a consumer that has a batch.
const patience = 5 * time.Second

// maxStreams bounds the streams that are read at the same time.
const maxStreams = 64

func newReceiver(cfg *Config, set receiver.Settings, next consumer.Logs, now func() time.Time) (*maillogReceiver, error) {
	r := &maillogReceiver{
		cfg: cfg, set: set, logger: set.Logger, next: next, now: now, host: cfg.HostName, include: include{cfg.Include, cfg.Exclude},
		troubles: troubles{logger: set.Logger}, round: checkpoint.NewRound(), done: make(chan struct{}),
	}
	r.files = tail.NewKnown(tail.Options{
		AtEnd: cfg.StartAt == "end", Packed: cfg.Compression != "none", Shown: r.include.shows, Excluded: r.include.isExcluded, Now: now,
		Gap:   r.tellGap,
		Debug: func(what, path, id string) { r.logger.Debug(what, zap.String("path", path), zap.String("file", id)) },
	})
	var err error
	if r.host == "" {
		if r.host, err = os.Hostname(); err != nil {
			return nil, err
		}
	}
	if r.telemetry, err = metadata.NewTelemetryBuilder(set.TelemetrySettings); err != nil {
		return nil, err
	}
	obs := receiverhelper.ObsReportSettings{ReceiverID: set.ID, ReceiverCreateSettings: set}
	if r.report, err = receiverhelper.NewObsReport(obs); err != nil {
		return nil, err
	}
	r.running, r.stop = context.WithCancel(context.Background())
	r.sending, r.hurry = context.WithCancel(context.Background())
	return r, nil
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
	r.offsets = newOffsets(client, r)
	r.offsets.restore(ctx)
	go r.pollAgainAndAgain()
	return nil
}

// Shutdown stops reading, waits for what is on its way, and saves what was accepted. Safe before Start and twice.
func (r *maillogReceiver) Shutdown(ctx context.Context) error {
	r.stop()
	defer r.hurry()
	if r.offsets == nil {
		return nil
	}
	patient := time.AfterFunc(patience, r.hurry)
	defer patient.Stop()
	select {
	case <-r.done:
	case <-ctx.Done():
		r.hurry()
		<-r.done
	}
	_, err := r.offsets.save(checkpoint.Final(ctx))
	err = errors.Join(err, r.offsets.Close(ctx))
	r.files.Close()
	r.offsets = nil
	r.telemetry.Shutdown()
	return err
}

func (r *maillogReceiver) pollAgainAndAgain() {
	defer close(r.done)
	for {
		r.poll()
		if !sleep(r.running, r.cfg.PollInterval) {
			return
		}
	}
}

// poll looks at the files once and reads what there is of them: each stream in its order, several streams at the same time.
func (r *maillogReceiver) poll() {
	there, troubles := r.include.look()
	streams, more := r.files.Look(there)
	maps.Copy(troubles, more)
	r.troubles.tell(troubles, r.now())
	room := make(chan struct{}, maxStreams)
	var all sync.WaitGroup
	for _, files := range streams {
		room <- struct{}{}
		all.Go(func() {
			defer func() { <-room }()
			for i, f := range files {
				if r.running.Err() != nil || !r.read(f, i == len(files)-1) {
					return
				}
			}
		})
	}
	all.Wait()
	r.offsets.progress(context.Background())
	r.mu.Lock()
	r.polls++
	r.mu.Unlock()
}

// sleep waits; it is false when ctx ended first.
func sleep(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-timer.C:
		return true
	}
}
