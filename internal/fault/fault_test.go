package fault_test

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"

	"tapgate/internal/fault"
)

func TestOfKeepsAFaultThroughWrapping(t *testing.T) {
	inner := fault.New(fault.NotFound, "specified media not found")
	got := fault.Of(fmt.Errorf("open: %w", inner))
	if got != inner {
		t.Errorf("Of = %v, want the wrapped fault", got)
	}
	if !fault.Is(fmt.Errorf("open: %w", inner), fault.NotFound) || fault.Is(inner, fault.Invalid) {
		t.Error("Is does not tell kinds apart")
	}
}

func TestOfHidesAnUnknownError(t *testing.T) {
	got := fault.Of(io.ErrUnexpectedEOF)
	if got.Kind != fault.Internal || strings.Contains(got.Message, "EOF") || strings.Contains(got.Details(), "EOF") {
		t.Errorf("Of(EOF) shows the user %q, %q", got.Message, got.Details())
	}
	if !errors.Is(got, io.ErrUnexpectedEOF) {
		t.Error("the operator lost the cause")
	}
}

func TestProblemsAreToldAllAtOnce(t *testing.T) {
	var p fault.Problems
	if p.Err() != nil {
		t.Fatal("no problems, yet an error")
	}
	p.Add("/to", "must match pattern")
	p.Join("/cards/1", []fault.Problem{{Path: "/text", Text: "is too long"}})
	f := fault.Of(p.Err())
	if f.Kind != fault.Invalid || f.Details() != "/to must match pattern; /cards/1/text is too long" {
		t.Errorf("%s: %q", f.Kind, f.Details())
	}
}
