package smtpconnector

import (
	"context"
	"errors"
	"sync"
	"time"

	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/consumer"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/plog"
	"go.uber.org/zap"

	"github.com/otelcol-smtp/otelcol-smtp/internal/attrs"
	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
	"github.com/otelcol-smtp/otelcol-smtp/internal/incident"
	"github.com/otelcol-smtp/otelcol-smtp/internal/recurring"
)

// incidents hands on what the core's watch has to tell, as records.
type incidents struct {
	*core
	next    consumer.Logs
	sending sync.Mutex
	stop    chan struct{}
	done    sync.WaitGroup
	once    sync.Once
}

// again is when reports that were refused go out again.
const again = 5 * time.Second

func newIncidents(shared *core, next consumer.Logs) *incidents {
	c := &incidents{core: shared, next: next, stop: make(chan struct{})}
	c.look()
	c.watch.takes = true
	c.join(toLogs)
	return c
}

// Capabilities says that records are only read.
func (*incidents) Capabilities() consumer.Capabilities { return consumer.Capabilities{} }

// Start begins to hand on.
func (c *incidents) Start(ctx context.Context, host component.Host) error {
	if err := c.begin(ctx, host); err != nil {
		return err
	}
	c.done.Add(1)
	go c.hand()
	return nil
}

// Shutdown hands on what there is, a last time; what is refused is saved where there is storage. Safe before Start and twice.
func (c *incidents) Shutdown(ctx context.Context) (err error) {
	c.once.Do(func() {
		close(c.stop)
		c.done.Wait()
		err = errors.Join(c.send(ctx), c.leave(ctx, toLogs))
	})
	return err
}

// ConsumeLogs looks at a batch, where no other instance does. What there is to tell goes out beside it: a pipeline of incidents that is stuck keeps no mail log back.
func (c *incidents) ConsumeLogs(ctx context.Context, ld plog.Logs) error {
	c.observe(ctx, toLogs, ld)
	return nil
}

// hand sends what there is, as soon as there is something, and again what was refused.
func (c *incidents) hand() {
	defer c.done.Done()
	refused := recurring.New(c.logger, zap.WarnLevel, "incidents were refused, they go out again", "incidents are taken again")
	ticker := time.NewTicker(again)
	defer ticker.Stop()
	for {
		select {
		case <-c.stop:
			return
		case <-c.watch.wake:
		case <-ticker.C:
		}
		refused.Note(c.send(context.Background()))
	}
}

// send hands on the reports that wait, outside of the core's lock.
func (c *incidents) send(ctx context.Context) error {
	c.sending.Lock()
	defer c.sending.Unlock()
	ld, n := c.watch.take()
	if n == 0 {
		return nil
	}
	if err := c.next.ConsumeLogs(ctx, ld); err != nil {
		return err
	}
	c.watch.accepted(n)
	return nil
}

// records are reports as records, in a resource of their own: they are nobody's line.
func records(list []incident.Report, instance string, now pcommon.Timestamp) plog.Logs {
	out := plog.NewLogs()
	rl := out.ResourceLogs().AppendEmpty()
	rl.Resource().Attributes().PutStr(attrs.ServiceName, "otelcol-smtp")
	rl.Resource().Attributes().PutStr("service.instance.id", instance)
	sl := rl.ScopeLogs().AppendEmpty()
	sl.Scope().SetName(attrs.Scope)
	sl.Scope().SetVersion(attrs.Version)
	for i := range list {
		r := &list[i]
		rec := sl.LogRecords().AppendEmpty()
		rec.SetTimestamp(pcommon.Timestamp(r.Time))
		rec.SetObservedTimestamp(now)
		rec.SetEventName(event.KindIncident.EventName())
		rec.Body().SetStr(r.Sentence)
		switch {
		case r.State == incident.Ended:
			rec.SetSeverityNumber(plog.SeverityNumberInfo)
			rec.SetSeverityText("INFO")
		case r.Severe:
			rec.SetSeverityNumber(plog.SeverityNumberError)
			rec.SetSeverityText("ERROR")
		default:
			rec.SetSeverityNumber(plog.SeverityNumberWarn)
			rec.SetSeverityText("WARN")
		}
		describe(r, rec.Attributes())
	}
	return out
}

// describe puts a report's numbers and names.
func describe(r *incident.Report, to pcommon.Map) {
	to.EnsureCapacity(24)
	text := func(name, s string) {
		if s != "" {
			to.PutStr(name, s)
		}
	}
	number := func(name string, n int) {
		if n > 0 {
			to.PutInt(name, int64(n))
		}
	}
	double := func(name string, x float64) {
		if x > 0 {
			to.PutDouble(name, x)
		}
	}
	list := func(name string, of []string) {
		if len(of) > 0 {
			all := to.PutEmptySlice(name)
			for _, s := range of {
				all.AppendEmpty().SetStr(s)
			}
		}
	}
	text(attrs.Event, event.KindIncident.String())
	text(attrs.IncidentID, r.ID)
	text(attrs.IncidentKind, string(r.Kind))
	text(attrs.IncidentState, r.State)
	text(attrs.IncidentStart, time.Unix(0, r.Start).UTC().Format(time.RFC3339))
	text(attrs.Provider, r.Provider)
	text(attrs.DestinationDomain, r.Domain)
	text(attrs.FailureReason, r.Reason)
	text(attrs.FailureCategory, r.Category)
	text(attrs.IncidentSubject, r.What)
	text(attrs.HostName, r.Host)
	if r.User {
		text(attrs.UserName, r.Sender)
	} else {
		text(attrs.MailFromDomain, r.Sender)
	}
	number(attrs.ReplyCode, r.Code)
	text(attrs.ReplyEnhancedCode, r.Enhanced)
	text(attrs.ReplyText, r.Text)
	text(attrs.ReplyFingerprint, r.Fingerprint)
	if r.Trials > 0 {
		to.PutDouble(attrs.IncidentShare, r.Share)
		if r.Past {
			to.PutDouble(attrs.IncidentBaseline, r.Baseline)
		}
	}
	number(attrs.IncidentMessages, r.Messages)
	number(attrs.IncidentTrials, r.Trials)
	double(attrs.IncidentVolume, r.Volume)
	number(attrs.IncidentClients, r.Clients)
	double(attrs.IncidentSeconds, r.Seconds)
	double(attrs.IncidentUsual, r.Usual)
	if r.Waiting >= 0 {
		to.PutInt(attrs.IncidentWaiting, int64(r.Waiting))
		double(attrs.IncidentOldest, r.Oldest)
	}
	list(attrs.IncidentSources, r.Sources)
	list(attrs.IncidentExamples, r.Examples)
	text(attrs.IncidentHelp, r.Help)
}
