package maillogreceiver

import (
	"context"
	"sync"
	"time"

	"go.opentelemetry.io/collector/extension/xextension/storage"
	"go.uber.org/zap"

	"github.com/otelcol-smtp/otelcol-smtp/internal/checkpoint"
	"github.com/otelcol-smtp/otelcol-smtp/internal/recurring"
	"github.com/otelcol-smtp/otelcol-smtp/receiver/maillogreceiver/internal/tail"
)

// offsets saves how far each file was handed on: behind a checkpoint of the components downstream, so that on disk it never lies
// ahead of what they have.
type offsets struct {
	storage.Client
	receiver *maillogReceiver
	stores   bool // there is a storage
	unsaved  *recurring.Failure

	mu      sync.Mutex
	written uint64    // the version of the files' state that is on disk
	looked  time.Time // when progress was to be saved
	held    []held
}

// held is a batch that was refused until the shutdown.
type held struct {
	file *tail.File
	end  tail.Mark // behind it
	err  error
}

// hold notes such a batch.
func (o *offsets) hold(f *tail.File, end tail.Mark, err error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.held = append(o.held, held{f, end, err})
}

const (
	// stateKey is where the files are saved, asideKey where a state is kept that could not be read.
	stateKey = "files"
	asideKey = "files.damaged"
	// progressInterval is how often progress within a poll is to be saved; the components downstream say when they are due.
	progressInterval = 200 * time.Millisecond
)

func newOffsets(client storage.Client, r *maillogReceiver) *offsets {
	return &offsets{
		Client: client, receiver: r, stores: r.cfg.Storage != nil,
		unsaved: recurring.New(
			r.logger, zap.WarnLevel, "offsets cannot be saved; after a crash more lines are read again", "offsets are saved again",
		),
	}
}

// restore reads what was saved. What cannot be read is set aside and reported: it is no reason not to start.
func (o *offsets) restore(ctx context.Context) {
	logger := o.receiver.logger
	data, err := o.Get(ctx, stateKey)
	if err != nil {
		logger.Error("the saved offsets could not be read; files are read as start_at says", zap.Error(err))
		return
	}
	if len(data) == 0 {
		return
	}
	if err := o.receiver.files.Restore(data); err != nil {
		logger.Error("the saved offsets are damaged or of another version; they are set aside, and files are read as start_at says",
			zap.String("key", asideKey), zap.Error(err))
		if err := o.Set(ctx, asideKey, data); err != nil {
			logger.Error("the damaged offsets could not be set aside", zap.Error(err))
		}
	}
}

// progress saves what was accepted, also in the middle of a poll: a backlog is one poll.
func (o *offsets) progress(ctx context.Context) {
	o.mu.Lock()
	now := o.receiver.now()
	due := o.stores && now.Sub(o.looked) >= progressInterval
	if due {
		o.looked = now
	}
	o.mu.Unlock()
	if !due {
		return
	}
	saved, err := o.save(ctx)
	if err != nil {
		o.receiver.telemetry.ReceiverMaillogSavesFailed.Add(ctx, 1)
	}
	if saved || err != nil {
		o.unsaved.Note(err)
	}
}

// save asks the components downstream to save, and then writes the offsets that were accepted before that: what is accepted
// meanwhile is in their state, perhaps, and is marked as a duplicate when it is read again. It says whether anything was written.
func (o *offsets) save(ctx context.Context) (bool, error) {
	if !o.stores {
		return false, nil
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	state := o.receiver.files.State()
	if !checkpoint.IsFinal(ctx) && state.Version == o.written {
		return false, nil
	}
	saved, err := o.receiver.round.Checkpoint(ctx)
	if err != nil || !saved {
		return false, err
	}
	if checkpoint.IsFinal(ctx) {
		state = o.withHeld()
	}
	data, err := state.Encode()
	if err != nil {
		return false, err
	}
	if err := o.Set(ctx, stateKey, data); err != nil {
		return false, err
	}
	o.written = state.Version
	return true, nil
}

// withHeld is the state with the batches that those who refused them keep: they need not be read again. No file is read any more.
func (o *offsets) withHeld() tail.State {
	for _, h := range o.held {
		if checkpoint.IsKept(h.err) {
			h.file.Accept(h.end)
		}
	}
	return o.receiver.files.State()
}
