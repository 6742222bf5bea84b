package smtpconnector

import (
	"context"
	"sync"
	"sync/atomic"
	"time"

	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/extension/xextension/storage"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/plog"
	"go.uber.org/zap"

	"github.com/otelcol-smtp/otelcol-smtp/internal/checkpoint"
	"github.com/otelcol-smtp/otelcol-smtp/internal/incident"
	"github.com/otelcol-smtp/otelcol-smtp/internal/metrics"
	"github.com/otelcol-smtp/otelcol-smtp/internal/recurring"
)

// watch looks for incidents in what the core observes: for the pipeline that takes them, and for the metric of those that are open.
// The core's lock is its own.
type watch struct {
	core     *core
	detector *incident.Detector
	seen     incident.Observation
	shown    map[incident.Open]pcommon.Timestamp // when it was open last

	told    []incident.Report // that nobody has accepted yet
	dropped int64
	takes   bool          // somebody takes them
	wake    chan struct{} // there is something to hand on

	client  storage.Client // nil without storage
	unsaved *recurring.Failure
	rounds  atomic.Bool // a receiver says when to save
	saving  sync.Mutex
	stop    chan struct{}
	done    sync.WaitGroup
}

const (
	// listenInterval is how often it is looked whether a stream has gone silent.
	listenInterval = 10 * time.Second
	// saveInterval is how often the past is saved where no receiver of files says when.
	saveInterval = 10 * time.Second
	// maxTold is how many reports wait for somebody to accept them.
	maxTold = 1000
	// faded is how long an incident that has ended shows 0.
	faded = pcommon.Timestamp(10 * time.Minute)
)

// look begins to watch, once; instances are made before any of them starts.
func (c *core) look() {
	if c.watch == nil {
		c.watch = &watch{
			core: c, detector: incident.New(c.cfg.Incidents.detector()), shown: map[incident.Open]pcommon.Timestamp{}, wake: make(chan struct{}, 1),
			stop:    make(chan struct{}),
			unsaved: recurring.New(c.logger, zap.ErrorLevel, "the past of incidents cannot be saved", "the past of incidents is saved again"),
		}
	}
}

// observe takes one record. The core is locked.
func (w *watch) observe(s *metrics.Sample, host string, now int64) {
	incident.Read(s, host, now, &w.seen)
	w.keep(w.detector.Observe(&w.seen))
}

// keep notes reports for the pipeline that takes them.
func (w *watch) keep(list []incident.Report) {
	if !w.takes || len(list) == 0 {
		return
	}
	w.told = append(w.told, list...)
	if over := len(w.told) - maxTold; over > 0 {
		w.told = append(w.told[:0], w.told[over:]...)
		w.dropped += int64(over)
	}
	select {
	case w.wake <- struct{}{}:
	default:
	}
}

// observed is called behind each batch, without the core's lock.
func (w *watch) observed(ctx context.Context) {
	if w.client == nil {
		return
	}
	if round, ok := checkpoint.FromContext(ctx); ok && round != nil {
		w.rounds.Store(true)
		round.JoinBehind(w)
	}
}

// start reads the past, where there is storage, and begins to listen for silence.
func (w *watch) start(ctx context.Context, host component.Host) error {
	if w.core.cfg.Storage != nil {
		client, err := checkpoint.Storage(ctx, host, *w.core.cfg.Storage, component.KindConnector, w.core.id)
		if err != nil {
			return err
		}
		w.client = client
		w.restore(ctx)
	}
	w.done.Add(1)
	go w.listen()
	return nil
}

// listen is the ticker.
func (w *watch) listen() {
	defer w.done.Done()
	ticker := time.NewTicker(min(listenInterval, saveInterval))
	defer ticker.Stop()
	for {
		select {
		case <-w.stop:
			return
		case <-ticker.C:
			w.tick(context.Background())
		}
	}
}

func (w *watch) tick(ctx context.Context) {
	w.core.mu.Lock()
	w.keep(w.detector.Tick(w.core.now().UnixNano()))
	dropped := w.dropped
	w.dropped = 0
	w.core.mu.Unlock()
	add(ctx, w.core.telemetry.ConnectorSMTPIncidentsDropped, dropped)
	if w.client != nil && !w.rounds.Load() {
		_, err := w.Checkpoint(ctx)
		if err != nil {
			w.core.telemetry.ConnectorSMTPSavesFailed.Add(ctx, 1)
		}
		w.unsaved.Note(err)
	}
}

// end stops, and saves the past.
func (w *watch) end(ctx context.Context) error {
	close(w.stop)
	w.done.Wait()
	if w.client == nil {
		return nil
	}
	_, err := w.Checkpoint(ctx)
	if e := w.client.Close(ctx); err == nil {
		err = e
	}
	return err
}

// The keys of the past, and of one that could not be read and was set aside.
const (
	pastKey  = "incidents"
	asideKey = "incidents.damaged"
)

// Checkpoint saves the past, and the reports that nobody has accepted yet. A receiver of files asks behind all others that keep state.
func (w *watch) Checkpoint(ctx context.Context) (saved bool, err error) {
	w.saving.Lock()
	defer w.saving.Unlock()
	w.core.mu.Lock()
	data, err := w.detector.Save(w.told)
	w.core.mu.Unlock()
	if err == nil {
		err = w.client.Set(ctx, pastKey, data)
	}
	return err == nil, err
}

// restore reads the past. One that cannot be read is set aside and reported: it is no reason not to start.
func (w *watch) restore(ctx context.Context) {
	data, err := w.client.Get(ctx, pastKey)
	if err != nil {
		w.core.logger.Error("the past of incidents could not be read, starting with none", zap.Error(err))
		return
	}
	if len(data) == 0 {
		return
	}
	w.core.mu.Lock()
	told, err := w.detector.Restore(data, w.core.now().UnixNano())
	w.keep(told)
	w.core.mu.Unlock()
	if err == nil {
		return
	}
	w.core.logger.Error("the past of incidents is damaged or of another version; it is set aside, starting with none",
		zap.String("key", asideKey), zap.Error(err))
	if err := w.client.Set(ctx, asideKey, data); err != nil {
		w.core.logger.Error("the damaged past of incidents could not be set aside", zap.Error(err))
	}
}

// take gives the reports that wait as records.
func (w *watch) take() (plog.Logs, int) {
	w.core.mu.Lock()
	defer w.core.mu.Unlock()
	if len(w.told) == 0 {
		return plog.Logs{}, 0
	}
	return records(w.told, w.core.instance(), pcommon.NewTimestampFromTime(w.core.now())), len(w.told)
}

// accepted forgets reports that somebody has taken.
func (w *watch) accepted(n int) {
	w.core.mu.Lock()
	defer w.core.mu.Unlock()
	w.told = append(w.told[:0], w.told[min(n, len(w.told)):]...)
}
