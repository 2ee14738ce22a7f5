package wire_test

import (
	"encoding/json"
	"errors"
	"io"
	"regexp"
	"strings"
	"testing"
	"time"

	waBinary "go.mau.fi/whatsmeow/binary"
	"go.mau.fi/whatsmeow/proto/waE2E"
	"google.golang.org/protobuf/proto"

	"tapgate/internal/fault"
	"tapgate/internal/message"
	"tapgate/internal/wire"
)

// at is the time of all messages in these tests.
var at = time.Unix(1_790_000_000, 0)

// counter is a source of bytes that are all different, for a while.
type counter byte

func (c *counter) Read(b []byte) (int, error) {
	for i := range b {
		*c++
		b[i] = byte(*c)
	}
	return len(b), nil
}

func encode(t *testing.T, c message.Content, o wire.Options) wire.Encoded {
	t.Helper()
	o.Random, o.Now = new(counter), at
	e, err := wire.Encode(c, o)
	if err != nil {
		t.Fatalf("Encode(%+v, %q): %v", c, o.Recipe, err)
	}
	return e
}

var (
	quickReplies = message.Interactive{
		Header: "Header with text", Body: "Body message", Footer: "Footer message",
		Action: message.Buttons{
			{Kind: message.QuickReply, Title: "Button1", ID: "randomId1"},
			{Kind: message.QuickReply, Title: "Button2", ID: "randomId2"},
		},
	}
	callAndURL = message.Interactive{
		Header: "Header with text", Body: "Body message", Footer: "Footer message",
		Action: message.Buttons{
			{Kind: message.Call, Title: "Call us", ID: "randomId1", PhoneNumber: "61371989950"},
			{Kind: message.URL, Title: "Look at the website", ID: "randomId2", URL: "https://whapi.cloud"},
		},
	}
	copyCode = message.Interactive{
		Body:   "Body message",
		Action: message.Buttons{{Kind: message.Copy, Title: "Copy OTP", ID: "randomId1", CopyCode: "65545"}},
	}
	mixed = message.Interactive{
		Body: "Body message",
		Action: message.Buttons{
			{Kind: message.QuickReply, Title: "Yes", ID: "y"},
			{Kind: message.URL, Title: "Shop", ID: "s", URL: "https://a.example/?a=1&b=<2>", MerchantURL: "https://a.example/"},
		},
	}
	list = message.Interactive{
		Header: "Header with text", Body: "Body message", Footer: "Footer message",
		Action: message.List{Label: "Pick a hamburger!", Sections: []message.Section{{
			Title: "What's your favorite hamburger?",
			Rows: []message.Row{
				{ID: "r1", Title: "Hamburger without cheese", Description: `often referred to as a "plain" burger.`},
				{ID: "r2", Title: "Cheeseburger"},
			},
		}}},
	}
)

// fullBiz is the stanza node of buttons as it was captured. The decision id is 20 bytes in hexadecimal.
var fullBiz = regexp.MustCompile(`^<biz actual_actors="2" host_storage="2" privacy_mode_ts="1790000000">` +
	`<interactive type="native_flow" v="1"><native_flow name="mixed" v="9"/></interactive>` +
	`<quality_control decision_id="[0-9a-f]{40}" source_type="third_party"><decision_source value="df"/></quality_control></biz>$`)

const (
	minimalBiz = `<biz><interactive type="native_flow" v="1"><native_flow name="mixed" v="9"/></interactive></biz>`
	listBiz    = `<biz><list type="product_list" v="2"/></biz>`
)

func onlyNode(t *testing.T, e wire.Encoded) string {
	t.Helper()
	if len(e.Nodes) != 1 {
		t.Fatalf("%d stanza nodes, want 1: %v", len(e.Nodes), e.Nodes)
	}
	if _, err := waBinary.Marshal(e.Nodes[0]); err != nil {
		t.Errorf("the client can't send the node: %v", err)
	}
	return e.Nodes[0].String()
}

func TestRecipeByContent(t *testing.T) {
	tests := []struct {
		name  string
		in    message.Content
		group bool
		want  string
	}{
		{"text", message.Text{Body: "hi"}, false, "text"},
		{"quick replies", quickReplies, false, "r1"},
		{"quick replies in a group", quickReplies, true, "r1"},
		{"call and url", callAndURL, false, "r2"},
		{"copy", copyCode, false, "r2"},
		{"mixed", mixed, false, "r2x"},
		{"list", list, false, "r3"},
		{"list in a group", list, true, "r3-group"},
		{"quick replies under an image", under(image, quickReplies), false, "r1i"},
		{"quick replies under a video", under(video, quickReplies), true, "r1v"},
		{"quick replies under a document", under(document, quickReplies), false, "r1d"},
		{"call and url under an image", under(image, callAndURL), false, "r2m"},
		{"mixed under an image", under(image, mixed), false, "r2x"},
		{"carousel", cards, false, "r4"},
		{"carousel of one card with a url", message.Carousel{Body: "b", Cards: cards.Cards[:1]}, false, "r2m"},
		{"carousel of one card with replies", message.Carousel{Body: "b", Cards: cards.Cards[1:]}, false, "r1v"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := encode(t, tt.in, wire.Options{Group: tt.group}).Recipe; got != tt.want {
				t.Errorf("recipe %q, want %q", got, tt.want)
			}
		})
	}
}

func TestText(t *testing.T) {
	e := encode(t, message.Text{Body: "hello *there*"}, wire.Options{})
	if got := e.Message.GetConversation(); got != "hello *there*" {
		t.Errorf("conversation %q", got)
	}
	if len(e.Nodes) != 0 || e.Opaque {
		t.Errorf("a text has nodes %v, opaque %v", e.Nodes, e.Opaque)
	}
}

// TestR1 checks quick replies field by field against the profile whose taps were captured.
func TestR1(t *testing.T) {
	e := encode(t, quickReplies, wire.Options{})
	m := e.Message.GetDocumentWithCaptionMessage().GetMessage().GetButtonsMessage()
	if m == nil {
		t.Fatalf("no buttons message inside documentWithCaption: %v", e.Message)
	}
	if m.GetHeaderType() != waE2E.ButtonsMessage_TEXT || m.GetText() != "Header with text" {
		t.Errorf("header type %s, text %q", m.GetHeaderType(), m.GetText())
	}
	if m.GetContentText() != "Body message" || m.GetFooterText() != "Footer message" {
		t.Errorf("body %q, footer %q", m.GetContentText(), m.GetFooterText())
	}
	if len(m.GetButtons()) != 2 {
		t.Fatalf("%d buttons, want 2", len(m.GetButtons()))
	}
	for i, want := range []struct{ id, title string }{{"ButtonsV3:randomId1", "Button1"}, {"ButtonsV3:randomId2", "Button2"}} {
		b := m.GetButtons()[i]
		if b.GetButtonID() != want.id || b.GetButtonText().GetDisplayText() != want.title || b.GetType() != waE2E.ButtonsMessage_Button_RESPONSE {
			t.Errorf("button %d: %v, want %v of type RESPONSE", i, b, want)
		}
	}
	info := e.Message.GetMessageContextInfo()
	if n := len(info.GetDeviceListMetadata().GetRecipientKeyHash()); n != 10 {
		t.Errorf("recipient key hash of %d bytes, want 10", n)
	}
	if got := info.GetDeviceListMetadata().GetRecipientTimestamp(); got != 1_790_000_000 {
		t.Errorf("recipient timestamp %d", got)
	}
	if info.GetDeviceListMetadataVersion() != 2 {
		t.Errorf("metadata version %d, want 2", info.GetDeviceListMetadataVersion())
	}
	if e.Message.GetViewOnceMessage() != nil || e.Opaque {
		t.Error("quick replies are neither view-once nor opaque")
	}
	if got := onlyNode(t, e); !fullBiz.MatchString(got) {
		t.Errorf("biz node\n got %s\nwant %s", got, fullBiz)
	}
}

func TestR1WithoutHeader(t *testing.T) {
	c := message.Interactive{Body: "Body", Action: message.Buttons{{Kind: message.QuickReply, Title: "A", ID: "a"}}}
	m := encode(t, c, wire.Options{}).Message.GetDocumentWithCaptionMessage().GetMessage().GetButtonsMessage()
	if m.GetHeaderType() != waE2E.ButtonsMessage_EMPTY || m.GetHeader() != nil || m.FooterText != nil {
		t.Errorf("header type %s, header %v, footer %v; want EMPTY and nothing", m.GetHeaderType(), m.GetHeader(), m.FooterText)
	}
}

func TestR1Minimal(t *testing.T) {
	e := encode(t, quickReplies, wire.Options{Recipe: "r1-minimal"})
	if got := onlyNode(t, e); got != minimalBiz {
		t.Errorf("biz node\n got %s\nwant %s", got, minimalBiz)
	}
}

func TestR2(t *testing.T) {
	e := encode(t, callAndURL, wire.Options{})
	m := e.Message.GetInteractiveMessage()
	if m == nil {
		t.Fatalf("no bare interactive message: %v", e.Message)
	}
	if m.GetHeader().GetTitle() != "Header with text" || m.GetHeader().GetHasMediaAttachment() || m.GetHeader().GetMedia() != nil {
		t.Errorf("header %v", m.GetHeader())
	}
	if m.GetBody().GetText() != "Body message" || m.GetFooter().GetText() != "Footer message" {
		t.Errorf("body %v, footer %v", m.GetBody(), m.GetFooter())
	}
	wantButtons(t, m, []flowButton{
		{"cta_call", map[string]any{"display_text": "Call us", "id": "ButtonsV3:randomId1", "phone_number": "+61371989950"}},
		{"cta_url", map[string]any{"display_text": "Look at the website", "id": "ButtonsV3:randomId2", "url": "https://whapi.cloud", "merchant_url": "https://whapi.cloud"}},
	})
	var params struct{ From, TemplateID string }
	if err := json.Unmarshal([]byte(m.GetNativeFlowMessage().GetMessageParamsJSON()), &params); err != nil || params.From != "api" {
		t.Errorf("message params %s: %v", m.GetNativeFlowMessage().GetMessageParamsJSON(), err)
	}
	if !regexp.MustCompile(`^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$`).MatchString(params.TemplateID) {
		t.Errorf("template id %q is no UUID of version 4", params.TemplateID)
	}
	if m.GetNativeFlowMessage().MessageVersion != nil {
		t.Error("a message version stands in the native flow")
	}
	if got := onlyNode(t, e); !fullBiz.MatchString(got) {
		t.Errorf("biz node\n got %s\nwant %s", got, fullBiz)
	}
}

func TestR2WithoutHeaderAndFooter(t *testing.T) {
	m := encode(t, copyCode, wire.Options{}).Message.GetInteractiveMessage()
	if m.Header != nil || m.Footer != nil {
		t.Errorf("header %v, footer %v; want none", m.Header, m.Footer)
	}
	wantButtons(t, m, []flowButton{
		{"cta_copy", map[string]any{"display_text": "Copy OTP", "id": "ButtonsV3:randomId1", "copy_code": "65545"}},
	})
}

func TestR2x(t *testing.T) {
	e := encode(t, mixed, wire.Options{})
	wantButtons(t, e.Message.GetInteractiveMessage(), []flowButton{
		{"quick_reply", map[string]any{"display_text": "Yes", "id": "ButtonsV3:y"}},
		{"cta_url", map[string]any{"display_text": "Shop", "id": "ButtonsV3:s", "url": "https://a.example/?a=1&b=<2>", "merchant_url": "https://a.example/"}},
	})
	if got := onlyNode(t, e); !fullBiz.MatchString(got) {
		t.Errorf("biz node %s", got)
	}
}

// TestPhoneNumberIsInternational: with or without a plus in the request, one leaves.
func TestPhoneNumberIsInternational(t *testing.T) {
	for _, given := range []string{"61371989950", "+61371989950"} {
		c := message.Interactive{Body: "b", Action: message.Buttons{{Kind: message.Call, Title: "Call", ID: "c", PhoneNumber: given}}}
		wantButtons(t, encode(t, c, wire.Options{}).Message.GetInteractiveMessage(), []flowButton{
			{"cta_call", map[string]any{"display_text": "Call", "id": "ButtonsV3:c", "phone_number": "+61371989950"}},
		})
	}
}

type flowButton struct {
	name   string
	params map[string]any
}

func wantButtons(t *testing.T, m *waE2E.InteractiveMessage, want []flowButton) {
	t.Helper()
	got := m.GetNativeFlowMessage().GetButtons()
	if len(got) != len(want) {
		t.Fatalf("%d buttons, want %d", len(got), len(want))
	}
	for i, w := range want {
		var params map[string]any
		if err := json.Unmarshal([]byte(got[i].GetButtonParamsJSON()), &params); err != nil {
			t.Errorf("button %d: %v", i, err)
		}
		if got[i].GetName() != w.name || !sameJSON(params, w.params) {
			t.Errorf("button %d: %s %v\nwant %s %v", i, got[i].GetName(), params, w.name, w.params)
		}
	}
}

func sameJSON(a, b any) bool {
	x, _ := json.Marshal(a)
	y, _ := json.Marshal(b)
	return string(x) == string(y)
}

func wantList(t *testing.T, m *waE2E.ListMessage) {
	t.Helper()
	if m == nil {
		t.Fatal("no list message")
	}
	if m.GetTitle() != "Header with text" || m.GetDescription() != "Body message" || m.GetFooterText() != "Footer message" {
		t.Errorf("title %q, description %q, footer %q", m.GetTitle(), m.GetDescription(), m.GetFooterText())
	}
	if m.GetButtonText() != "Pick a hamburger!" || m.GetListType() != waE2E.ListMessage_SINGLE_SELECT {
		t.Errorf("label %q, type %s", m.GetButtonText(), m.GetListType())
	}
	want := []*waE2E.ListMessage_Section{{
		Title: proto.String("What's your favorite hamburger?"),
		Rows: []*waE2E.ListMessage_Row{
			{RowID: proto.String("ListV3:r1"), Title: proto.String("Hamburger without cheese"), Description: proto.String(`often referred to as a "plain" burger.`)},
			{RowID: proto.String("ListV3:r2"), Title: proto.String("Cheeseburger")},
		},
	}}
	if len(m.GetSections()) != 1 || !proto.Equal(m.GetSections()[0], want[0]) {
		t.Errorf("sections %v\nwant %v", m.GetSections(), want)
	}
}

func TestR3(t *testing.T) {
	e := encode(t, list, wire.Options{})
	wantList(t, e.Message.GetDocumentWithCaptionMessage().GetMessage().GetListMessage())
	if got := onlyNode(t, e); got != listBiz || e.Opaque {
		t.Errorf("biz node %s, opaque %v; want %s", got, e.Opaque, listBiz)
	}
}

func TestR3BareOpaque(t *testing.T) {
	e := encode(t, list, wire.Options{Recipe: "r3-bare-opaque"})
	wantList(t, e.Message.GetListMessage())
	if got := onlyNode(t, e); got != listBiz || !e.Opaque {
		t.Errorf("biz node %s, opaque %v; want %s and opaque", got, e.Opaque, listBiz)
	}
}

func TestR3Group(t *testing.T) {
	e := encode(t, list, wire.Options{Group: true})
	wantButtons(t, e.Message.GetInteractiveMessage(), []flowButton{{"single_select", map[string]any{
		"title": "Pick a hamburger!",
		"sections": []any{map[string]any{
			"title": "What's your favorite hamburger?",
			"rows": []any{
				map[string]any{"id": "ListV3:r1", "title": "Hamburger without cheese", "description": `often referred to as a "plain" burger.`},
				map[string]any{"id": "ListV3:r2", "title": "Cheeseburger"},
			},
		}},
	}}})
	if got := onlyNode(t, e); !fullBiz.MatchString(got) {
		t.Errorf("biz node %s", got)
	}
}

// TestSecret: every message has a secret of its own, of 32 bytes.
func TestSecret(t *testing.T) {
	seen := map[string]bool{}
	random := new(counter)
	for _, c := range []message.Content{message.Text{Body: "a"}, message.Text{Body: "a"}, quickReplies, callAndURL, mixed, list} {
		e, err := wire.Encode(c, wire.Options{Random: random, Now: at})
		if err != nil {
			t.Fatal(err)
		}
		secret := string(e.Message.GetMessageContextInfo().GetMessageSecret())
		if len(secret) != 32 || seen[secret] {
			t.Errorf("%s: secret %x of %d bytes, seen before: %v", e.Recipe, secret, len(secret), seen[secret])
		}
		seen[secret] = true
	}
}

func TestNoRandomness(t *testing.T) {
	for _, r := range []io.Reader{nil, strings.NewReader("short")} {
		if e, err := wire.Encode(message.Text{Body: "a"}, wire.Options{Random: r, Now: at}); !fault.Is(err, fault.Internal) {
			t.Errorf("Encode with %v: %v, %v; want a fault of kind internal", r, e, err)
		}
	}
}

func TestEncodeRefuses(t *testing.T) {
	tests := []struct {
		name   string
		in     message.Content
		recipe string
		want   fault.Kind
	}{
		{"empty text", message.Text{}, "", fault.Invalid},
		{"nothing", nil, "", fault.Invalid},
		{"reply", message.Reply{}, "", fault.Invalid},
		{"no action", message.Interactive{Body: "b"}, "", fault.Invalid},
		{"unknown recipe", quickReplies, "r9", fault.Unsupported},
		{"text as buttons", message.Text{Body: "a"}, "r1", fault.Unsupported},
		{"buttons as text", quickReplies, "text", fault.Unsupported},
		{"url as r1", callAndURL, "r1", fault.Unsupported},
		{"mixed as r2", mixed, "r2", fault.Unsupported},
		{"quick replies under an image as r1", under(image, quickReplies), "r1", fault.Unsupported},
		{"quick replies as r1i", quickReplies, "r1i", fault.Unsupported},
		{"url under an image as r2", under(image, callAndURL), "r2", fault.Unsupported},
		{"buttons as r4", quickReplies, "r4", fault.Unsupported},
		{"carousel as r2x", cards, "r2x", fault.Unsupported},
		{"media that is not in the store", under(message.Media{As: message.Image, Source: &message.MediaSource{URL: "https://a.example/x"}}, quickReplies), "", fault.Internal},
		{"quick replies as r2", quickReplies, "r2", fault.Unsupported},
		{"list as r2x", list, "r2x", fault.Unsupported},
		{"buttons as r3", quickReplies, "r3", fault.Unsupported},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := wire.Encode(tt.in, wire.Options{Recipe: tt.recipe, Random: new(counter), Now: at})
			if f := (*fault.Error)(nil); !errors.As(err, &f) || f.Kind != tt.want {
				t.Errorf("error %v, want a fault of kind %s", err, tt.want)
			}
		})
	}
}
