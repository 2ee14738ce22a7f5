package whapi_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	"tapgate/internal/fault"
	"tapgate/internal/id"
	"tapgate/internal/message"
	"tapgate/internal/whapi"
)

// wantFault checks the answer that an error becomes: the status, and each of the details in order.
func wantFault(t *testing.T, err error, status int, details ...string) {
	t.Helper()
	if f := (*fault.Error)(nil); !errors.As(err, &f) {
		t.Fatalf("error %v (%T) is no fault", err, err)
	}
	got, body, _ := whapi.EncodeError(err)
	var answer struct {
		Error struct {
			Code             int
			Message, Details string
		}
	}
	if err := json.Unmarshal(body, &answer); err != nil {
		t.Fatalf("%s: %v", body, err)
	}
	if got != status || answer.Error.Code != status || answer.Error.Message == "" {
		t.Errorf("status %d, body %s; want status %d", got, body, status)
	}
	if want := strings.Join(details, "; "); answer.Error.Details != want {
		t.Errorf("details\n got %s\nwant %s", answer.Error.Details, want)
	}
}

func TestDecodeText(t *testing.T) {
	tests := []struct {
		name, in string
		want     whapi.Send
	}{
		{"plain", `{"to":"61371989950","body":"hello *there*"}`, whapi.Send{To: customer, Content: message.Text{Body: "hello *there*"}}},
		{"unknown fields and nulls", `{"x":{"to":1},"to":"61371989950","body":"b","quoted":null,"edit":"","mentions":[],"ephemeral":60}`,
			whapi.Send{To: customer, Content: message.Text{Body: "b"}}},
		{"typing", `{"to":"61371989950","body":"b","typing_time":2.5}`, whapi.Send{To: customer, Content: message.Text{Body: "b"}, Typing: 2500 * time.Millisecond}},
		{"typing as text", `{"to":"61371989950","body":"b","typing_time":"60"}`, whapi.Send{To: customer, Content: message.Text{Body: "b"}, Typing: time.Minute}},
		{"no typing", `{"to":"61371989950","body":"b","typing_time":""}`, whapi.Send{To: customer, Content: message.Text{Body: "b"}}},
		{"full address", `{"to":"61371989950@s.whatsapp.net","body":"b"}`, whapi.Send{To: customer, Content: message.Text{Body: "b"}}},
		{"old address", `{"to":"61371989950@c.us","body":"b"}`, whapi.Send{To: customer, Content: message.Text{Body: "b"}}},
		{"hidden number", `{"to":"161371989950123@lid","body":"b"}`, whapi.Send{To: id.Chat{User: "161371989950123", Server: id.Hidden}, Content: message.Text{Body: "b"}}},
		{"group", `{"to":"120363012345678901@g.us","body":"b"}`, whapi.Send{To: id.Chat{User: "120363012345678901", Server: id.Group}, Content: message.Text{Body: "b"}}},
		{"old group", `{"to":"61371989950-1600000000@g.us","body":"b"}`, whapi.Send{To: id.Chat{User: "61371989950-1600000000", Server: id.Group}, Content: message.Text{Body: "b"}}},
		{"escapes", `{"to":"61371989950","body":"\ud83d\udc4d \ufffd �"}`, whapi.Send{To: customer, Content: message.Text{Body: "👍 \uFFFD \uFFFD"}}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := whapi.DecodeText(whapi.JSON(tt.in))
			if err != nil || !reflect.DeepEqual(got, tt.want) {
				t.Errorf("read %+v, %v\nwant %+v", got, err, tt.want)
			}
		})
	}
}

const idPattern = `must match pattern "^[A-Za-z0-9._]{4,30}-[A-Za-z0-9._]{4,30}(-[A-Za-z0-9._]{2,30})?(-[A-Za-z0-9._]{2,30})?$"`

const toPattern = `must match pattern "^[\d-]{9,31}(@[\w\.]{1,})?$"`

func TestDecodeTextRefuses(t *testing.T) {
	tests := []struct {
		name, in string
		want     []string
	}{
		{"nothing", `{}`, []string{"/body must have required property 'to'", "/body must have required property 'body'"}},
		{"nulls", `{"to":null,"body":null}`, []string{"/body must have required property 'to'", "/body must have required property 'body'"}},
		{"numbers", `{"to":61371989950,"body":1}`, []string{"/body/to must be string", "/body/body must be string"}},
		{"empty", `{"to":"","body":""}`, []string{"/body/to " + toPattern, "/body/body must NOT have fewer than 1 characters"}},
		{"blank", `{"to":"61371989950","body":" \n"}`, []string{"/body/body must NOT be blank"}},
		{"plus", `{"to":"+61371989950","body":"b"}`, []string{"/body/to " + toPattern}},
		{"too short", `{"to":"12345678","body":"b"}`, []string{"/body/to " + toPattern}},
		{"pattern but no chat", `{"to":"1234-5678-9@s.whatsapp.net","body":"b"}`, []string{
			"/body/to must name a chat: digits alone, or followed by @s.whatsapp.net, @g.us, @lid or @newsletter"}},
		{"unknown server", `{"to":"61371989950@example.com","body":"b"}`, []string{
			"/body/to must name a chat: digits alone, or followed by @s.whatsapp.net, @g.us, @lid or @newsletter"}},
		{"broadcast", `{"to":"61371989950@broadcast","body":"b"}`, []string{"/body/to is a broadcast list, which is not supported"}},
		{"array", `{"to":["61371989950"],"body":{"text":"b"}}`, []string{"/body/to must be string", "/body/body must be string"}},
		{"not yet", `{"to":"61371989950","body":"b","mentions":["61371989950"]}`, []string{"/body/mentions is not supported yet"}},
		{"no message ids", `{"to":"61371989950","body":"b","quoted":"a-b","edit":7}`, []string{"/body/quoted " + idPattern, "/body/edit must be string"}},
		{"no id of ours", `{"to":"61371989950","body":"b","edit":"....-...."}`, []string{"/body/edit must name a message of this channel: specified message not found"}},
		{"typing too long", `{"to":"61371989950","body":"b","typing_time":61}`, []string{"/body/typing_time must be <= 60"}},
		{"typing back", `{"to":"61371989950","body":"b","typing_time":"-1"}`, []string{"/body/typing_time must be >= 0"}},
		{"typing is no number", `{"to":"61371989950","body":"b","typing_time":"soon"}`, []string{"/body/typing_time must be number"}},
		{"typing is not a number", `{"to":"61371989950","body":"b","typing_time":"NaN"}`, []string{"/body/typing_time must be number"}},
		{"NUL", `{"to":"61371989950","body":"a\u0000"}`, []string{"/body/body must NOT contain the character NUL"}},
		{"half a character", `{"to":"61371989950","body":"a\ud83d"}`, []string{"/body/body must NOT contain half of a surrogate pair"}},
		{"no UTF-8", "{\"to\":\"61371989950\",\"body\":\"a\xff\"}", []string{"/body must be valid UTF-8"}},
		{"twice", `{"to":"61371989950","body":"a","body":"b"}`, []string{`/body must NOT have property "body" twice`}},
		{"no object", `["to"]`, []string{"/body must be object"}},
		{"null", `null`, []string{"/body must be object"}},
		{"too deep", `{"x":` + strings.Repeat("[", 64) + strings.Repeat("]", 64) + `}`, []string{"/body must NOT be nested deeper than 64 levels"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := whapi.DecodeText(whapi.JSON(tt.in))
			wantFault(t, err, 400, tt.want...)
		})
	}
}

// TestNotJSON: the words of the parser are its own; what counts is a 400 that says so.
func TestNotJSON(t *testing.T) {
	for _, in := range []string{"", "{", "hello", `{"to":"61371989950","body":"b"} x`, `{"to":"61371989950","body":"b"}{}`, `{"to":}`, strings.Repeat("[", 20000)} {
		_, err := whapi.DecodeText(whapi.JSON(in))
		if !fault.Is(err, fault.Invalid) || !strings.Contains(err.Error(), "must be one JSON object: ") {
			t.Errorf("%.40q: %v", in, err)
		}
	}
}

func TestTooLarge(t *testing.T) {
	_, err := whapi.DecodeText(whapi.JSON(`{"to":"61371989950","body":"` + strings.Repeat("a", whapi.MaxRequest) + `"}`))
	wantFault(t, err, 413)
	longest := fmt.Sprintf(`{"to":"61371989950","body":"%s"}`, strings.Repeat(`\ud83d\udc4d`, message.MaxBody))
	if _, err := whapi.DecodeText(whapi.JSON(longest)); err != nil {
		t.Errorf("the longest text, all of it escaped: %v", err)
	}
}

// with is a request whose action and further fields are given.
func with(action, more string) string {
	return `{"to":"61371989950","body":{"text":"b"},"action":` + action + more + `}`
}

func TestDecodeInteractiveRefuses(t *testing.T) {
	const (
		one     = `{"buttons":[{"type":"quick_reply","title":"t","id":"i"}]}`
		reply   = `has the shape of an older version of this API: it is {"type":"quick_reply","id":"...","title":"..."} now`
		allowed = "must be equal to one of the allowed values: quick_reply, url, call, copy"
	)
	tests := []struct {
		name, in string
		want     []string
	}{
		{"nothing", `{}`, []string{"/body must have required property 'to'", "/body must have required property 'body'", "/body must have required property 'action'"}},
		{"no text in body", `{"to":"61371989950","body":{},"action":` + one + `}`, []string{"/body/body must have required property 'text'"}},
		{"body as text", `{"to":"61371989950","body":"b","action":` + one + `}`, []string{"/body/body must be object"}},
		{"header as text", with(one, `,"header":"h","footer":{"text":1}`), []string{"/body/header must be object", "/body/footer/text must be string"}},
		{"unknown type", with(one, `,"type":"poll"`), []string{"/body/type must be equal to one of the allowed values: button, list, product"}},
		{"type as number", with(one, `,"type":3`), []string{"/body/type must be string"}},
		{"product", with(`{"product":{"catalog_id":"c","product_id":"p"}}`, `,"type":"product"`), []string{`/body/type "product" is not supported yet`}},
		{"quoted, edit", with(one, `,"quoted":"a","edit":"b"`), []string{"/body/quoted " + idPattern, "/body/edit " + idPattern}},
		{"media as object", with(one, `,"media":{"url":"https://a.example/x.jpg"}`), []string{
			"/body/media must be string: a URL, base64, a data URI or a media id. Its own fields (mime_type, no_encode, ...) stand beside it; an object is what a card of a carousel has"}},
		{"media of nonsense", with(one, `,"media":"x*","width":-1,"height":1.5,"no_encode":"yes","preview":"https://a.example","caption":1`), []string{
			"/body/media must be a URL (http or https), a data URI, base64 or a media id", "/body/width must be >= 0", "/body/height must be integer",
			"/body/preview must be a JPEG in base64", "/body/no_encode must be boolean", "/body/caption must be string"}},
		{"media as number", with(one, `,"media":5`), []string{"/body/media must be string"}},
		{"media above a list", with(`{"list":{"label":"l","sections":[{"rows":[{"id":"1","title":"t"}]}]}}`, `,"type":"list","media":"aGVsbG8="`), []string{
			"/body/media can't stand above a list: a list of WhatsApp has no place for it (send the file first, as a message of its own)"}},
		{"newsletter", strings.Replace(with(one, ""), "61371989950", "120363012345678901@newsletter", 1), []string{
			"/body/to is a newsletter, which takes no interactive messages"}},

		{"action as array", with(`[]`, ""), []string{"/body/action must be object"}},
		{"no buttons", with(`{}`, ""), []string{"/body/action must have required property 'buttons'"}},
		{"empty buttons", with(`{"buttons":[]}`, ""), []string{"/body/action/buttons must NOT have fewer than 1 items"}},
		{"buttons as object", with(`{"buttons":{"0":1}}`, ""), []string{"/body/action/buttons must be array"}},
		{"buttons of nonsense", with(`{"buttons":[1,{},null]}`, ""), []string{
			"/body/action/buttons/0 must be object", "/body/action/buttons/2 must be object",
			"/body/action/buttons/1 must have required property 'type'", "/body/action/buttons/1 must have required property 'title'",
			"/body/action/buttons/1 must have required property 'id'"}},
		{"four buttons", with(`{"buttons":[{"type":"quick_reply","title":"1","id":"1"},{"type":"quick_reply","title":"2","id":"2"},{"type":"quick_reply","title":"3","id":"3"},{"type":"quick_reply","title":"4","id":"4"}]}`, ""),
			[]string{"/body/action/buttons must NOT have more than 3 items (given: 4)"}},
		{"a thousand buttons", with(`{"buttons":[{}`+strings.Repeat(",{}", 999)+`]}`, ""), []string{"/body/action/buttons must NOT have more than 100 items (given: 1000)"}},
		{"title of 31", with(`{"buttons":[{"type":"quick_reply","title":"`+strings.Repeat("é", 31)+`","id":"i"}]}`, ""), []string{
			"/body/action/buttons/0/title must NOT have more than 25 characters (given: 31)"}},
		{"wrong kinds of everything", with(`{"buttons":[{"type":1,"title":2,"id":3,"url":4,"phone_number":5,"copy_code":6,"merchant_url":7}]}`, ""), []string{
			"/body/action/buttons/0/type must be string", "/body/action/buttons/0/title must be string", "/body/action/buttons/0/id must be string",
			"/body/action/buttons/0/url must be string", "/body/action/buttons/0/merchant_url must be string",
			"/body/action/buttons/0/phone_number must be string", "/body/action/buttons/0/copy_code must be string"}},
		{"kinds without their field", with(`{"buttons":[{"type":"url","title":"1","id":"1"},{"type":"call","title":"2","id":"2"},{"type":"copy","title":"3","id":"3"}]}`, ""), []string{
			"/body/action/buttons/0 must have required property 'url'", "/body/action/buttons/1 must have required property 'phone_number'",
			"/body/action/buttons/2 must have required property 'copy_code'"}},
		{"unknown kind", with(`{"buttons":[{"type":"link","title":"1","id":"1"}]}`, ""), []string{"/body/action/buttons/0/type " + allowed}},
		{"old reply button", with(`{"buttons":[{"type":"reply","reply":{"id":"1","title":"1"}}]}`, ""), []string{"/body/action/buttons/0 " + reply}},
		{"list without its type", with(`{"list":{"label":"l","sections":[{"rows":[{"id":"1","title":"t"}]}]}}`, ""), []string{
			`/body/action/list must NOT be there when type is "button" (which is "button" when absent)`,
			"/body/action must have required property 'buttons'"}},
		{"two actions", with(`{"buttons":[{"type":"quick_reply","title":"1","id":"1"}],"list":{"label":"l","sections":[{"rows":[{"id":"1","title":"t"}]}]}}`, `,"type":"list"`), []string{
			`/body/action/buttons must NOT be there when type is "list" (which is "button" when absent)`}},

		{"no list", with(`{}`, `,"type":"list"`), []string{"/body/action must have required property 'list'"}},
		{"old list", with(`{"button":"Pick","sections":[{"rows":[]}]}`, `,"type":"list"`), []string{
			"/body/action/sections is of an older version of this API: it is /action/list/sections now",
			"/body/action/button is of an older version of this API: it is /action/list/label now"}},
		{"empty list", with(`{"list":{"x":1}}`, `,"type":"list"`), []string{
			"/body/action/list must have required property 'label'", "/body/action/list must have required property 'sections'"}},
		{"sections of nonsense", with(`{"list":{"label":"l","sections":["s",{"title":"A"},{"title":"B","rows":[0,{"title":1}]}]}}`, `,"type":"list"`), []string{
			"/body/action/list/sections/0 must be object", "/body/action/list/sections/1 must have required property 'rows'",
			"/body/action/list/sections/2/rows/0 must be object", "/body/action/list/sections/2/rows/1 must have required property 'id'",
			"/body/action/list/sections/2/rows/1/title must be string"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := whapi.DecodeInteractive(whapi.JSON(tt.in))
			wantFault(t, err, 400, tt.want...)
		})
	}
}

// TestNullsAndEmptiesAreAbsent: programs serialise what they don't use.
func TestNullsAndEmptiesAreAbsent(t *testing.T) {
	in := with(`{"buttons":[{"type":"quick_reply","title":"t","id":"i","url":null}],"list":null,"sections":[],"product":{}}`,
		`,"type":null,"header":null,"footer":{},"media":"","quoted":null,"typing_time":3,"resource":"x"`)
	got, err := whapi.DecodeInteractive(whapi.JSON(in))
	want := message.Interactive{Body: "b", Action: message.Buttons{{Kind: message.QuickReply, Title: "t", ID: "i"}}}
	if err != nil || !reflect.DeepEqual(got.Content, want) {
		t.Errorf("read %+v, %v\nwant %+v", got.Content, err, want)
	}
}
