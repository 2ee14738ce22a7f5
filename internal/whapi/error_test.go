package whapi_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"tapgate/internal/fault"
	"tapgate/internal/whapi"
)

func TestEncodeError(t *testing.T) {
	status := func(k fault.Kind) error { return fault.New(k, "m") }
	tests := []struct {
		in     error
		status int
		body   string
	}{
		{status(fault.Invalid), 400, `{"error":{"code":400,"message":"m"}}`},
		{status(fault.Unpaired), 401, `{"error":{"code":401,"message":"m"}}`},
		{status(fault.Forbidden), 403, `{"error":{"code":403,"message":"m"}}`},
		{status(fault.NotFound), 404, `{"error":{"code":404,"message":"m"}}`},
		{status(fault.NotAllowed), 405, `{"error":{"code":405,"message":"m"}}`},
		{status(fault.Conflict), 409, `{"error":{"code":409,"message":"m"}}`},
		{status(fault.TooLarge), 413, `{"error":{"code":413,"message":"m"}}`},
		{status(fault.Unsupported), 415, `{"error":{"code":415,"message":"m"}}`},
		{status(fault.Busy), 429, `{"error":{"code":429,"message":"m"}}`},
		{status(fault.Internal), 500, `{"error":{"code":500,"message":"m"}}`},
		{status("a kind of tomorrow"), 500, `{"error":{"code":500,"message":"m"}}`},
		{status(fault.Unavailable), 503, `{"error":{"code":503,"message":"m"}}`},

		{errors.New("password=hunter2"), 500, `{"error":{"code":500,"message":"Internal Error"}}`},
		{nil, 500, `{"error":{"code":500,"message":"Internal Error"}}`},
		{fmt.Errorf("send: %w", fault.Wrap(fault.NotFound, errors.New("row 7"), "Channel not found")), 404,
			`{"error":{"code":404,"message":"Channel not found"}}`},
		{&fault.Error{Kind: fault.Forbidden, Code: "whatsapp_479", Message: "refused", Next: "use another recipe"}, 403,
			`{"error":{"code":403,"message":"refused","details":"use another recipe","fault":"whatsapp_479"}}`},
		{&fault.Error{Kind: fault.Unsupported, Message: "m", Problems: []fault.Problem{{Path: "/media", Text: "is not supported yet"}}}, 400,
			`{"error":{"code":400,"message":"m","details":"/body/media is not supported yet"}}`},
		{&fault.Error{Kind: fault.Invalid, Message: "m", Problems: []fault.Problem{{Path: "/query/count", Text: "must be <= 500"}, {Text: "must be object"}}}, 400,
			`{"error":{"code":400,"message":"m","details":"/query/count must be <= 500; /body must be object"}}`},
	}
	for _, tt := range tests {
		t.Run(fmt.Sprint(tt.in), func(t *testing.T) {
			status, body, after := whapi.EncodeError(tt.in)
			if status != tt.status || string(body) != tt.body || after != 0 {
				t.Errorf("%d, %s, %s\nwant %d, %s", status, body, after, tt.status, tt.body)
			}
		})
	}
}

func TestRetryAfter(t *testing.T) {
	if _, _, after := whapi.EncodeError(&fault.Error{Kind: fault.Busy, RetryAfter: 3 * time.Second}); after != 3*time.Second {
		t.Errorf("retry after %s", after)
	}
}

// TestEncodeErrorLeavesTheFault: the same fault is logged with its own paths afterwards.
func TestEncodeErrorLeavesTheFault(t *testing.T) {
	f := &fault.Error{Kind: fault.Invalid, Problems: []fault.Problem{{Path: "/to", Text: "x"}}}
	whapi.EncodeError(f)
	if f.Problems[0].Path != "/to" {
		t.Errorf("path became %s", f.Problems[0].Path)
	}
}
