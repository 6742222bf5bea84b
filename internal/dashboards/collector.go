package dashboards

import "fmt"

// telemetry is one of the collector's own metrics. The names of ours are in the metadata.yaml of each component; a test holds the queries against them.
func telemetry(name string) string { return "otelcol_" + name + `{instance=~"$collector"}` }

// perSecond is the rate of a counter of the collector's own, by some of its labels.
func perSecond(name, by string) string {
	return fmt.Sprintf("sum by (%s) (rate(%s[$__rate_interval]))", by, telemetry(name))
}

func collector() Board {
	return Board{
		ID: "collector", Title: "Mail: the collector's own health", Own: true,
		Text: "Whether the collector keeps up, understands what it reads, and gets rid of it. From its own telemetry (port 8888), which has to be scraped.",
		Rows: []Row{
			{"Reading", []Panel{
				{Title: "Lines read", Shape: Lines, Unit: PerSecond, Values: []Value{own("{{instance}}", perSecond("receiver_maillog_lines", "instance"))}, Width: 8},
				{Title: "How late lines come", Text: "Arrival minus stamp, of the newest line.", Shape: Lines, Unit: Seconds, Values: []Value{own("{{instance}}", "max by (instance) ("+telemetry("processor_smtp_lag")+")")}, Width: 8},
				{Title: "Batches refused", Text: "By what comes behind: lines wait in the log, and come again.", Shape: Lines, Unit: PerSecond, Values: []Value{
					own("reader {{instance}}", perSecond("receiver_maillog_batches_refused", "instance")), own("processor {{instance}}", perSecond("processor_smtp_batches_refused", "instance")),
				}, Width: 8},
			}},
			{"Understanding", []Panel{
				{Title: "Records by mail server and result", Shape: Lines, Unit: PerSecond, Values: []Value{own("{{dialect}} {{result}}", perSecond("processor_smtp_records", "dialect, result"))}, Width: 12},
				{
					Title: "Share that is not understood", Text: "Over 15 minutes each.", Shape: Lines, Unit: Shares, Width: 12,
					Values: []Value{own("{{instance}}", fmt.Sprintf(`(sum by (instance) (rate(otelcol_processor_smtp_records{instance=~"$collector",result!="parsed"}[15m])) or sum by (instance) (rate(%[1]s[15m])) * 0) / (sum by (instance) (rate(%[1]s[15m])) > 0)`, telemetry("processor_smtp_records")))},
				},
				{Title: "In memory", Shape: Lines, Values: []Value{
					own("messages {{instance}}", "sum by (instance) ("+telemetry("processor_smtp_messages_open")+")"), own("sessions {{instance}}", "sum by (instance) ("+telemetry("processor_smtp_sessions_open")+")"),
				}, Width: 8},
				{Title: "Size of what is in memory", Shape: Lines, Unit: Bytes, Values: []Value{own("{{instance}}", "sum by (instance) ("+telemetry("processor_smtp_state_size")+")")}, Width: 8},
				{Title: "Ended before their end", Text: "A limit was reached: sessions.max, messages.max, or silence for too long.", Shape: Lines, Unit: PerSecond, Values: []Value{own("{{cause}}", perSecond("processor_smtp_evicted", "cause"))}, Width: 8},
			}},
			{"Counting", []Panel{
				{Title: "Records counted", Shape: Lines, Unit: PerSecond, Values: []Value{
					own("counted", perSecond("connector_smtp_records_counted", "instance")), own("not enriched", perSecond("connector_smtp_records_not_enriched", "instance")),
				}, Width: 8},
				{Title: "Series", Shape: Lines, Values: []Value{own("{{instance}}", "sum by (instance) ("+telemetry("connector_smtp_series")+")")}, Width: 8},
				{Title: "Values beyond the limit of series", Text: "They are in the series marked otel_metric_overflow: raise aggregation_cardinality_limit, or take dimensions away.", Shape: Lines, Unit: PerSecond, Values: []Value{own("{{instance}}", perSecond("connector_smtp_overflowed", "instance"))}, Width: 8},
			}},
			{"Handing on", []Panel{
				{Title: "Queues of exporters", Text: "How full they are.", Shape: Lines, Unit: Shares, Values: []Value{own("{{exporter}}", fmt.Sprintf("max by (instance, exporter) (%s / %s)", telemetry("exporter_queue_size"), telemetry("exporter_queue_capacity")))}, Width: 8},
				{Title: "Records sent and failed", Shape: Lines, Unit: PerSecond, Values: []Value{
					own("sent {{exporter}}", perSecond("exporter_sent_log_records", "exporter")), own("failed {{exporter}}", perSecond("exporter_send_failed_log_records", "exporter")),
				}, Width: 8},
				{Title: "CPU", Text: "Cores.", Shape: Lines, Values: []Value{own("{{instance}}", perSecond("process_cpu_seconds", "instance"))}, Width: 4},
				{Title: "Memory", Shape: Lines, Unit: Bytes, Values: []Value{own("{{instance}}", "max by (instance) ("+telemetry("process_memory_rss")+")")}, Width: 4},
			}},
		},
	}
}
