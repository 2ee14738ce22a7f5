package meow_test

import (
	"bytes"
	"io"
	"testing"

	"go.mau.fi/whatsmeow/proto/waE2E"
	"google.golang.org/protobuf/proto"

	"tapgate/internal/backend/backendtest"
	"tapgate/internal/fault"
	"tapgate/internal/message"
	"tapgate/internal/sandbox/phone"
)

// What a stranger says of his file bounds what is fetched, and a file that can't be had is told apart
// from one that may be had later.
func TestFetchIsBounded(t *testing.T) {
	w := newWorld(t)
	line := w.pair(t)
	data := bytes.Repeat([]byte("x"), 100_000)
	if _, err := w.customer(t, jonathan, "").Send(backendtest.Context(t), phone.Compose{To: business, Media: data, Mime: "application/pdf"}); err != nil {
		t.Fatal(err)
	}
	note := line.Sink.AwaitMessages(t, 1)[0].Content.(message.Media).Remote
	for name, tt := range map[string]struct {
		change func(*waE2E.DocumentMessage)
		want   fault.Kind
	}{
		"larger than said":   {func(d *waE2E.DocumentMessage) { d.FileLength = proto.Uint64(99_000) }, fault.TooLarge},
		"said to be huge":    {func(d *waE2E.DocumentMessage) { d.FileLength = proto.Uint64(1 << 40) }, fault.TooLarge},
		"not there any more": {func(d *waE2E.DocumentMessage) { d.DirectPath = proto.String("/v/sandbox/00?ccb=11-4") }, fault.NotFound},
		"another file":       {func(d *waE2E.DocumentMessage) { d.FileSHA256[0]++ }, fault.NotFound},
		"another key":        {func(d *waE2E.DocumentMessage) { d.MediaKey[0]++ }, fault.NotFound},
		"no size said":       {func(d *waE2E.DocumentMessage) { d.FileLength = nil }, ""},
	} {
		var m waE2E.Message
		if err := proto.Unmarshal(note, &m); err != nil {
			t.Fatal(err)
		}
		tt.change(m.DocumentMessage)
		changed, err := proto.Marshal(&m)
		if err != nil {
			t.Fatal(err)
		}
		var got bytes.Buffer
		err = line.Fetch(backendtest.Context(t), changed, &got)
		switch {
		case tt.want == "" && (err != nil || !bytes.Equal(got.Bytes(), data)):
			t.Errorf("%s: %d bytes, %v", name, got.Len(), err)
		case tt.want != "" && (!fault.Is(err, tt.want) || got.Len() > 0):
			t.Errorf("%s: %d bytes, %v; want a fault of kind %s", name, got.Len(), err, tt.want)
		}
	}
	if err := line.Fetch(backendtest.Context(t), note, io.Discard); err != nil {
		t.Error(err)
	}
}
