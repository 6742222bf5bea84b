// Package e2e runs the built collector as its users do. Its tests have the build tag e2e.
package e2e
