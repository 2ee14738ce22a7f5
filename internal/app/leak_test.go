package app_test

import (
	"testing"

	"go.uber.org/goleak"
)

// TestMain fails when anything still runs after every process was stopped.
func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }
