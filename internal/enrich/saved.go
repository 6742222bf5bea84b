package enrich

import "go.opentelemetry.io/collector/pdata/plog"

// named stands beside a host's name on the scope that names it: whether it is the host's, or its file's.
const named = "named"

// SaveHomes gives what resource each host's records come with, for RestoreHomes: one a host, whose scope has the host's name.
func (e *Enricher) SaveHomes() ([]byte, error) {
	all := plog.NewLogs()
	e.homes.mu.Lock()
	for host, h := range e.homes.list {
		rl := all.ResourceLogs().AppendEmpty()
		h.resource.CopyTo(rl.Resource())
		scope := rl.ScopeLogs().AppendEmpty().Scope()
		scope.SetName(host)
		scope.Attributes().PutBool(named, h.named)
	}
	e.homes.mu.Unlock()
	return (&plog.ProtoMarshaler{}).MarshalLogs(all)
}

// RestoreHomes takes over what was saved, for records that are made before a host's first line. No pipeline has observed these hosts yet.
func (e *Enricher) RestoreHomes(data []byte) error {
	all, err := (&plog.ProtoUnmarshaler{}).UnmarshalLogs(data)
	if err != nil {
		return err
	}
	e.homes.mu.Lock()
	defer e.homes.mu.Unlock()
	for _, rl := range all.ResourceLogs().All() {
		for _, sl := range rl.ScopeLogs().All() {
			is, ok := sl.Scope().Attributes().Get(named)
			if len(e.homes.list) < maxHomes {
				e.homes.list[sl.Scope().Name()] = home{resource: rl.Resource(), named: ok && is.Bool()}
			}
		}
	}
	return nil
}
