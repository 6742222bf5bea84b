// Package footprint keeps the process small beside a mail server: the heap grows by so much and no more between two collections, however much of it
// lives (pace.go), and what was needed of files once, the program among them, does not stay resident (pages_linux.go).
//
// It is the distribution's: a library has no say in how a process collects its garbage. The Makefile has main call it.
package footprint
