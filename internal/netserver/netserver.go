// Package netserver knows what the library Net::Server writes about a daemon that is made with it (Postgrey, postfwd, policyd-weight):
// that it starts, where it listens, as whom it runs, who called.
package netserver

import "strings"

// Lifecycle says whether s is one of those sentences, which all begin or end alike.
func Lifecycle(s string) bool {
	for _, begin := range [...]string{
		"Process Backgrounded", "Binding to TCP port ", "Binding to TCP socket ", "Binding to UDP ", "Binding to UNIX socket file ",
		"Binding open file descriptors", "Setting gid to ", "Setting uid to ",
		"Group Not Defined", "User Not Defined", "Resolved [", "Server closing!", "Starting \"", "Beginning prefork (", "Killing \"",
		"Killing a single child", "Couldn't open pid file", "Shutting down", "pid_file ",
	} {
		if strings.HasPrefix(s, begin) {
			return true
		}
	}
	return strings.Contains(s, " (type Net::Server") && strings.Contains(s, ") starting! pid(") ||
		strings.Contains(s, " CONNECT TCP Peer: \"[")
}
