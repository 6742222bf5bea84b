package smtpprocessor

import "go.opentelemetry.io/collector/pdata/plog"

// made is records that no batch is behind, by the pipeline that observed their hosts last; under nil are those of hosts that none has.
type made map[*smtpProcessor]plog.Logs

// of gives the logs of a pipeline, to add to.
func (m made) of(p *smtpProcessor) plog.Logs {
	logs, ok := m[p]
	if !ok {
		logs = plog.NewLogs()
		m[p] = logs
	}
	return logs
}

// add takes over what another holds.
func (m made) add(more made) {
	for p, logs := range more {
		logs.ResourceLogs().MoveAndAppendTo(m.of(p).ResourceLogs())
	}
}

// move gives one pipeline's records to another.
func (m made) move(from, to *smtpProcessor) {
	if logs, ok := m[from]; ok && from != to {
		delete(m, from)
		logs.ResourceLogs().MoveAndAppendTo(m.of(to).ResourceLogs())
	}
}

// marshal gives all records, for the saved state; nil when there are none.
func (m made) marshal() ([]byte, error) {
	if len(m) == 0 {
		return nil, nil
	}
	all := plog.NewLogs()
	for _, logs := range m {
		for _, rl := range logs.ResourceLogs().All() {
			rl.CopyTo(all.ResourceLogs().AppendEmpty())
		}
	}
	return (&plog.ProtoMarshaler{}).MarshalLogs(all)
}

// unmarshal adds records that were saved: it is not known which pipeline's they are.
func (m made) unmarshal(data []byte) error {
	logs, err := (&plog.ProtoUnmarshaler{}).UnmarshalLogs(data)
	if err == nil && logs.LogRecordCount() > 0 {
		m.add(made{nil: logs})
	}
	return err
}
