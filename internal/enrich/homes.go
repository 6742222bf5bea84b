package enrich

import (
	"strings"
	"sync"

	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/plog"

	"github.com/otelcol-smtp/otelcol-smtp/internal/attrs"
	"github.com/otelcol-smtp/otelcol-smtp/internal/record"
	"github.com/otelcol-smtp/otelcol-smtp/internal/session"
)

// homes knows of each host what its records last came with, for records that no batch is behind. It asks nobody while it is locked.
type homes struct {
	mu   sync.Mutex
	list map[string]home
}

// home is what a host's records last came with.
type home struct {
	resource pcommon.Resource
	named    bool // the host has a name; else its file's stands for it
	via      any  // the pipeline that observed it last
}

const maxHomes = 4096 // hosts whose resource is remembered

func newHomes() *homes { return &homes{list: make(map[string]home)} }

// hostName is what a record of the host carries beside the resource.
func (h *home) hostName(host string) string {
	if name, ok := h.resource.Attributes().Get(attrs.HostName); !h.named || ok && name.AsString() == host {
		return ""
	}
	return host
}

// of is the home of a host, where there is one.
func (s *homes) of(host string) (h home, known bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	h, known = s.list[host]
	return h, known
}

// home remembers what resource a host's records come with, and through which pipeline.
func (p *pass) home(host string) {
	if p.homeKnown && host == p.homeOf {
		return
	}
	p.homeOf, p.homeKnown = strings.Clone(host), true
	s := p.homes
	s.mu.Lock()
	defer s.mu.Unlock()
	if h, known := s.list[host]; known && (h.via != nil || p.via == nil) { // else it was restored, and its resource may be another now
		if h.via != p.via {
			h.via = p.via
			s.list[p.homeOf] = h
		}
		return
	}
	if len(s.list) >= maxHomes {
		for other := range s.list {
			delete(s.list, other)
			break
		}
	}
	copied := pcommon.NewResource()
	p.resource.CopyTo(copied)
	for _, name := range [...]string{attrs.FilePath, "log.file.name", attrs.FileID} {
		copied.Attributes().Remove(name)
	}
	s.list[p.homeOf] = home{copied, p.view.Names(host), p.via}
}

// Orphans turns what was made behind no batch into records, one resource a host: of gives the batch for those of the hosts that were observed through a pipeline last;
// nil stands for the one of hosts that none has observed.
func (e *Enricher) Orphans(out *session.Output, of func(via any) plog.Logs) {
	scopes := map[string]plog.ScopeLogs{}
	w := record.Writer{List: attrs.List{Full: e.full}}
	for i := range out.Made {
		m := &out.Made[i]
		sl, ok := scopes[m.Host]
		home, known := e.homes.of(m.Host)
		if !ok {
			rl := of(home.via).ResourceLogs().AppendEmpty()
			if known {
				home.resource.CopyTo(rl.Resource())
			} else if m.Host != "" {
				rl.Resource().Attributes().PutStr(attrs.HostName, m.Host)
			}
			sl = rl.ScopeLogs().AppendEmpty()
			sl.Scope().SetName(attrs.Scope)
			sl.Scope().SetVersion(attrs.Version)
			scopes[m.Host] = sl
		}
		if w.Host = ""; known {
			w.Host = home.hostName(m.Host)
		}
		putMade(m, sl.LogRecords().AppendEmpty(), 0, &w)
	}
}
