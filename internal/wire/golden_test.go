package wire_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"google.golang.org/protobuf/encoding/protojson"

	"tapgate/internal/message"
	"tapgate/internal/wire"
)

var update = flag.Bool("update", false, "write the golden files anew")

// TestGolden shows what leaves, and that it does not drift: a change of these files is a change of
// the wire, to be justified by an observation. What is right is in the tests of each recipe.
func TestGolden(t *testing.T) {
	tests := []struct {
		path   string
		in     message.Content
		recipe string
	}{
		{"text/text", message.Text{Body: "hello *there*"}, ""},
		{"button/quick_reply.r1", quickReplies, "r1"},
		{"button/quick_reply.r1-minimal", quickReplies, "r1-minimal"},
		{"button/quick_reply.r2x", quickReplies, "r2x"},
		{"button/call_and_url.r2", callAndURL, "r2"},
		{"button/copy.r2", copyCode, "r2"},
		{"button/mixed.r2x", mixed, "r2x"},
		{"media/image.r1i", under(image, quickReplies), "r1i"},
		{"media/video.r1v", under(video, quickReplies), "r1v"},
		{"media/document.r1d", under(document, quickReplies), "r1d"},
		{"media/image.r2m", under(image, callAndURL), "r2m"},
		{"carousel/carousel.r4", cards, "r4"},
		{"list/list.r3", list, "r3"},
		{"list/list.r3-bare-opaque", list, "r3-bare-opaque"},
		{"list/list.r3-group", list, "r3-group"},
	}
	for _, tt := range tests {
		t.Run(tt.path, func(t *testing.T) {
			e := encode(t, tt.in, wire.Options{Recipe: tt.recipe})
			golden(t, tt.path+".message.json", messageText(t, e))
			var nodes []string
			for _, n := range e.Nodes {
				nodes = append(nodes, strings.ReplaceAll(n.String(), "><", ">\n<"))
			}
			golden(t, tt.path+".stanza.xml", strings.Join(nodes, "\n")+"\n")
		})
	}
}

// messageText indents by itself: protojson varies its spaces on purpose.
func messageText(t *testing.T, e wire.Encoded) string {
	t.Helper()
	raw, err := protojson.Marshal(e.Message)
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if err := json.Indent(&b, raw, "", "  "); err != nil {
		t.Fatal(err)
	}
	return b.String() + "\n"
}

func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", "golden", filepath.FromSlash(name))
	if *update {
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%s\n%s", name, got)
	if got != string(want) {
		t.Errorf("%s differs from what leaves:\n%s", path, want)
	}
}
