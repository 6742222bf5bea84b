package wiringconverter

import (
	"fmt"
	"slices"
	"strings"
)

// storing are the components whose own key `storage` names an extension.
var storing = []string{
	"maillog", "smtp", "file_log", "filelog", "journald", "syslog", "tcp_log",
	"tcplog", "udp_log", "udplog", "windows_event_log", "windowseventlog",
}

// storages finds the components that name a storage extension which does not exist, or is not started.
func (w *wiring) storages() (errs []error) {
	for _, kind := range []string{"receivers", "processors", "exporters", "connectors"} {
		for _, id := range w.used(kind) {
			path, of := kind+"::"+id, section(w.sections[kind][id])
			if kind != "exporters" && slices.Contains(storing, typeOf(id)) {
				errs = w.storage(errs, path, of["storage"])
			}
			errs = w.queues(errs, path, of)
		}
	}
	return errs
}

// queues looks at an exporter's queue, and at those of the exporters that stand in its section.
func (w *wiring) queues(errs []error, path string, of map[string]any) []error {
	for _, key := range sorted(of) {
		inner, at := section(of[key]), path+"::"+key
		if key == "sending_queue" {
			errs = w.storage(errs, at, inner["storage"])
		} else {
			errs = w.queues(errs, at, inner)
		}
	}
	return errs
}

func (w *wiring) storage(errs []error, path string, v any) []error {
	id, named := v.(string)
	if !named {
		return errs
	}
	_, exists := w.sections["extensions"][id]
	switch {
	case !exists:
		errs = append(errs, fmt.Errorf("%s::storage: there is no extension %q, "+
			"takes the name of a storage extension that is in extensions and in service::extensions", path, id))
	case !slices.Contains(w.extensions, id):
		errs = append(errs, fmt.Errorf("%s::storage: the extension %q is not started, "+
			"takes the name of a storage extension that is in service::extensions, too", path, id))
	}
	return errs
}

// typeOf is the part of a component's id in front of its name.
func typeOf(id string) string {
	t, _, _ := strings.Cut(id, "/")
	return strings.TrimSpace(t)
}

func sorted(m map[string]any) []string {
	list := make([]string, 0, len(m))
	for k := range m {
		list = append(list, k)
	}
	slices.Sort(list)
	return list
}
