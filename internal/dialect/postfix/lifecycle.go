package postfix

import (
	"strings"

	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
	"github.com/otelcol-smtp/otelcol-smtp/internal/scan"
)

// masterWarning is "process /usr/lib/postfix/sbin/smtpd pid 123 killed by signal 9" and "... exit status 1" (src/master/master_spawn.c).
func masterWarning(ev *event.Event, s string) event.Kind {
	if path, ok := strings.CutSuffix(s, ": bad command startup -- throttling"); ok {
		ev.Argument = path[strings.LastIndexByte(path, '/')+1:]
		return event.KindWarning
	}
	if rest, ok := after(s, "duplicate master.cf entry for service \""); ok { // src/master/master_conf.c
		name, rest, found := strings.Cut(rest, "\" (")
		if !found || !strings.HasSuffix(rest, ") -- using the last entry") {
			return event.KindNone
		}
		ev.Argument = name
		return event.KindWarning
	}
	if rest, ok := after(s, "service \""); ok { // src/master/master_avail.c
		name, rest, found := strings.Cut(rest, "\" (")
		if !found || !strings.Contains(rest, " has reached its process limit ") {
			return event.KindNone
		}
		ev.Argument, ev.FilterName, ev.FilterVerdict = name, "master", "process_limit"
		return event.KindWarning
	}
	rest, ok := after(s, "process ")
	if !ok {
		return event.KindNone
	}
	path, rest, ok := strings.Cut(rest, " pid ")
	if !ok {
		return event.KindNone
	}
	if pid, _, digits := scan.Digits(rest); digits {
		ev.Argument = path[strings.LastIndexByte(path, '/')+1:]
		ev.ChildPID, ev.Died = pid, true
		return event.KindWarning
	}
	return event.KindNone
}

// lifecycle reads the lines of the master daemon and the postfix command (src/master/master.c, conf/postfix-script).
func lifecycle(ev *event.Event, s string) event.Kind {
	for _, l := range [...]struct {
		words, what string
		gone        bool // no server process is left: the master kills them all
	}{
		{"daemon started -- version ", "started", true},
		{"reload -- version ", "reloaded", false},
		{"terminating on signal ", "stopped", true},
		{"master exit time has arrived", "stopped", false},
		{"starting the Postfix mail system", "starting", false},
		{"stopping the Postfix mail system", "stopping", false},
		{"aborting the Postfix mail system", "aborting", false},
		{"refreshing the Postfix mail system", "refreshing", false},
		{"the Postfix mail system is not running", "not running", false},
		{"waiting for the Postfix mail system to terminate", "stopping", false},
		{"the Postfix mail system is running: PID: ", "running", false},
	} {
		if strings.HasPrefix(s, l.words) {
			ev.Argument = l.what
			ev.Stopped = l.gone
			return event.KindLifecycle
		}
	}
	// src/postfix/postfix.c
	for _, begin := range [...]string{
		"Postfix is using backwards-compatible default settings",
		"Postfix is running with backwards-compatible default settings", "See http", "To disable backwards compatibility use ",
	} {
		if strings.HasPrefix(s, begin) {
			ev.Argument = s
			return event.KindLifecycle
		}
	}
	return event.KindNone
}

// statistics reads the counters that helper daemons write now and then: "statistics: max connection rate 1/60s for (smtpd:1.2.3.4) at Oct
// 26 18:13:50" (src/anvil/anvil.c, src/scache/scache.c, src/util/dict_cache.c), "Deleted: 115 messages" (src/postsuper/postsuper.c).
func statistics(ev *event.Event, s string) event.Kind {
	if rest, ok := after(s, "statistics: "); ok {
		ev.Argument, _, _ = strings.Cut(rest, " at ")
		return event.KindLifecycle
	}
	for _, begin := range [...]string{
		"Deleted: ", "Requeued: ", "Placed on hold: ", "Released from hold: ", "Force-expired: ", "Renamed to match inode number: ",
	} {
		if strings.HasPrefix(s, begin) {
			ev.Argument = s
			return event.KindLifecycle
		}
	}
	if strings.HasPrefix(s, "cache ") && strings.Contains(s, " cleanup: retained=") {
		ev.Argument = s[len("cache "):]
		return event.KindLifecycle
	}
	return event.KindNone
}
