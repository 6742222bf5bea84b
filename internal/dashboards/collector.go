package dashboards

import (
	"fmt"
	"strings"
)

// telemetry is one of the collector's own metrics. The names of ours are in the metadata.yaml of each component; a test holds the
// queries against them.
func telemetry(name string) string { return "otelcol_" + name + `{instance=~"$collector"}` }

// speed is the rate of a counter of the collector's own, by a label.
func speed(name, metric, by string) Value {
	return own(name, fmt.Sprintf("sum by (%s) (rate(%s[$__rate_interval]))", by, telemetry(metric)))
}

// level is a gauge of the collector's own, of all components together.
func level(name, metric string) Value {
	return own(name, fmt.Sprintf("sum by (instance) (%s)", telemetry(metric)))
}

// unknown is the share of records that no parser understood.
var unknown = fmt.Sprintf(
	`(sum by (instance) (rate(%[1]s,result!="parsed"}[15m])) or sum by (instance) (rate(%[1]s}[15m])) * 0)`+
		` / (sum by (instance) (rate(%[1]s}[15m])) > 0)`,
	strings.TrimSuffix(telemetry("processor_smtp_records"), "}"),
)

// full is how much of exporters' queues is taken.
var full = fmt.Sprintf("max by (instance, exporter) (%s / %s)", telemetry("exporter_queue_size"), telemetry("exporter_queue_capacity"))

func collector() Board {
	return Board{
		ID: "collector", Title: "Mail: the collector's own health", Own: true,
		Text: "Whether the collector keeps up, understands what it reads, and gets rid of it. " +
			"From its own telemetry (port 8888), which has to be scraped.",
		Rows: []Row{reading(), understanding(), counting(), handingOn()},
	}
}

func reading() Row {
	return Row{"Reading", []Panel{
		lines("Lines read", speed("{{instance}}", "receiver_maillog_lines", "instance")).in(PerSecond),
		lines("How late lines come", own("{{instance}}", "max by (instance) ("+telemetry("processor_smtp_lag")+")")).in(Seconds).
			says("Arrival minus stamp, of the newest line."),
		lines("Batches refused", speed("reader {{instance}}", "receiver_maillog_batches_refused", "instance"),
			speed("processor {{instance}}", "processor_smtp_batches_refused", "instance")).in(PerSecond).
			says("By what comes behind: lines wait in the log, and come again."),
	}}
}

func understanding() Row {
	return Row{"Understanding", []Panel{
		lines("Records by mail server and result",
			speed("{{dialect}} {{result}}", "processor_smtp_records", "dialect, result")).in(PerSecond).wide(12),
		lines("Share that is not understood", own("{{instance}}", unknown)).in(Shares).wide(12).
			says("Over 15 minutes each."),
		lines("In memory", level("messages {{instance}}", "processor_smtp_messages_open"),
			level("sessions {{instance}}", "processor_smtp_sessions_open")),
		lines("Size of what is in memory", level("{{instance}}", "processor_smtp_state_size")).in(Bytes),
		lines("Ended before their end", speed("{{cause}}", "processor_smtp_evicted", "cause")).in(PerSecond).
			says("A limit was reached: sessions.max, messages.max, or silence for too long."),
	}}
}

func counting() Row {
	return Row{"Counting", []Panel{
		lines("Records counted", speed("counted", "connector_smtp_records_counted", "instance"),
			speed("not enriched", "connector_smtp_records_not_enriched", "instance")).in(PerSecond),
		lines("Series", level("{{instance}}", "connector_smtp_series")),
		lines("Values beyond the limit of series", speed("{{instance}}", "connector_smtp_overflowed", "instance")).in(PerSecond).
			says("They are in the series marked otel_metric_overflow: raise aggregation_cardinality_limit, or take dimensions away."),
	}}
}

func handingOn() Row {
	return Row{"Handing on", []Panel{
		lines("Queues of exporters", own("{{exporter}}", full)).in(Shares).
			says("How full they are."),
		lines("Records sent and failed", speed("sent {{exporter}}", "exporter_sent_log_records", "exporter"),
			speed("failed {{exporter}}", "exporter_send_failed_log_records", "exporter")).in(PerSecond),
		lines("CPU", speed("{{instance}}", "process_cpu_seconds", "instance")).wide(4).says("Cores."),
		lines("Memory", level("{{instance}}", "process_memory_rss")).in(Bytes).wide(4),
	}}
}
