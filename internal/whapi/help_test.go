package whapi_test

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"tapgate/internal/event"
	"tapgate/internal/id"
	"tapgate/internal/message"
	"tapgate/internal/whapi"
)

// help reads a payload of the public help page of the dialect, as it is printed there.
func help(t *testing.T, name string) []byte {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("testdata", "help", name))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

var (
	customer = id.User("61371989950").Private()

	quickReplies = message.Interactive{
		Header: "Header with text", Body: "Body message", Footer: "Footer message",
		Action: message.Buttons{
			{Kind: message.QuickReply, Title: "Button1", ID: "randomId1"},
			{Kind: message.QuickReply, Title: "Button2", ID: "randomId2"},
		},
	}
	hamburgers = message.Interactive{
		Header: "Header with text", Body: "Body message", Footer: "Footer message",
		Action: message.List{Label: "Pick a hamburger!", Sections: []message.Section{{
			Title: "What's your favorite hamburger?",
			Rows: []message.Row{
				{ID: "r1", Title: "Hamburger without cheese", Description: `A burger without cheese or sauce is often referred to as a "plain" burger.`},
				{ID: "r2", Title: "Cheeseburger", Description: "A cheeseburger is a hamburger with a slice of melted cheese on top of the meat patty"},
			},
		}}},
	}
)

// TestHelpPageRequests: each request of the help page reads as what it says.
func TestHelpPageRequests(t *testing.T) {
	tests := []struct {
		file string
		want message.Interactive
	}{
		{"request-quick-reply.json", quickReplies},
		{"request-list.json", hamburgers},
		{"request-call-and-url.json", message.Interactive{
			Header: "Header with text", Body: "Body message", Footer: "Footer message",
			Action: message.Buttons{
				{Kind: message.Call, Title: "Call us", ID: "randomId1", PhoneNumber: "61371989950"},
				{Kind: message.URL, Title: "Look at the website", ID: "randomId2", URL: "https://whapi.cloud"},
			}}},
		{"request-copy-code.json", message.Interactive{
			Header: "Header with text", Body: "Body message", Footer: "Footer message",
			Action: message.Buttons{{Kind: message.Copy, Title: "Copy OTP", ID: "randomId1", CopyCode: "65545"}}}},
	}
	for _, tt := range tests {
		t.Run(tt.file, func(t *testing.T) {
			got, err := whapi.DecodeInteractive(whapi.JSON(help(t, tt.file)))
			if err != nil {
				t.Fatal(err)
			}
			if got.To != customer || !reflect.DeepEqual(got.Content, tt.want) {
				t.Errorf("read\n%+v\nwant\n%+v", got, tt.want)
			}
		})
	}
}

// TestHelpPageListWarns: the help page's own list is longer than apps show, which is a warning only.
// 31 characters in the section, 74 and 84 in the descriptions: counted by hand.
func TestHelpPageListWarns(t *testing.T) {
	got, err := whapi.DecodeInteractive(whapi.JSON(help(t, "request-list.json")))
	if err != nil {
		t.Fatal(err)
	}
	all := strings.Join(got.Warnings, "\n")
	for _, want := range []string{
		"/action/list/sections/0/title has 31 characters",
		"/action/list/sections/0/rows/0/description has 74 characters",
		"/action/list/sections/0/rows/1/description has 84 characters",
	} {
		if !strings.Contains(all, want) {
			t.Errorf("no warning %q in\n%s", want, all)
		}
	}
}

// TestHelpPageMedia: the requests with a picture or a film, and the carousel.
func TestHelpPageMedia(t *testing.T) {
	from := func(url string, noEncode bool) message.Media {
		return message.Media{Source: &message.MediaSource{URL: url, NoEncode: noEncode}}
	}
	points := message.Buttons{
		{Kind: message.QuickReply, Title: "Point 1", ID: "p1"},
		{Kind: message.QuickReply, Title: "Point 2", ID: "p2"},
		{Kind: message.QuickReply, Title: "Point 3", ID: "p3"},
	}
	picture, film := from("https://fileinfo.com/img/ss/xl/jpg_44-2.jpg", false), from("https://download.samplelib.com/mp4/sample-5s.mp4", true)
	const body, footer = "Hello. Take your pick!", "After all, this is just an example"
	tests := []struct {
		file   string
		decode func(whapi.Body) (whapi.Send, error)
		want   message.Content
	}{
		{"request-quick-reply-image.json", whapi.DecodeInteractive, message.Interactive{Body: body, Footer: footer, Media: &picture, Action: points}},
		{"request-quick-reply-video.json", whapi.DecodeInteractive, message.Interactive{Body: body, Footer: footer, Media: &film, Action: points}},
		{"request-carousel.json", whapi.DecodeCarousel, message.Carousel{
			Body: "Hey, we're having a big sale today, be sure to check it out! 👇",
			Cards: []message.Card{
				{ID: "Card-ID1", Media: from("https://as1.ftcdn.net/v2/jpg/16/63/78/04/1000_F_1663780499_vMDTzHPYceR3VReJGYm1mYiiwLdHTrfP.jpg", false),
					Text:    "Just click on the button to visit our catalog",
					Buttons: message.Buttons{{Kind: message.URL, Title: "Website link", ID: "Button-ID1", URL: "https://yourdomain.com/"}}},
				{ID: "Card-ID2", Media: from("https://t3.ftcdn.net/jpg/15/92/71/94/240_F_1592719402_Fxu8hyWHmVUzIkSOQstoZnEhQSXsqR7S.jpg", false),
					Text:    "This product has already won over many people! It truly has no equal. Do you know why? No? Then click on the button below and our bot will tell you everything! 💥",
					Buttons: message.Buttons{{Kind: message.QuickReply, Title: "Button text 2", ID: "Button-ID2"}}},
				{ID: "Card-ID3", Media: from("https://t3.ftcdn.net/jpg/15/80/60/18/240_F_1580601875_0a4XG63mcTPUaGKaopR7bdLz3kkBrxU5.jpg", false),
					Text:    "Card text 3",
					Buttons: message.Buttons{{Kind: message.QuickReply, Title: "Button text 3", ID: "Button-ID3"}}},
			}}},
	}
	for _, tt := range tests {
		t.Run(tt.file, func(t *testing.T) {
			got, err := tt.decode(whapi.JSON(help(t, tt.file)))
			if err != nil || got.To != customer || !reflect.DeepEqual(got.Content, tt.want) {
				t.Errorf("read\n%+v, %v\nwant\n%+v", got, err, tt.want)
			}
		})
	}
}

// TestHelpPageWebhooks: the events behind the help page's payloads are told byte for byte as there,
// except for ids, times and the spaces of the print.
func TestHelpPageWebhooks(t *testing.T) {
	const number = id.User("919984351847")
	tap := func(reply message.Reply, quoted message.Content) message.Message {
		return message.Message{
			ID:       id.Message{Stanza: "3A0123456789ABCDEF01", Chat: customer},
			ChatName: "Jonathan Customer",
			From:     "61371989950",
			FromName: "Jonathan",
			Source:   message.SourceMobile,
			At:       time.Unix(1_700_000_000, 0).UTC(),
			Content:  reply,
			Context: &message.Context{
				QuotedID:     id.Message{Stanza: "3EB0AABBCCDDEEFF001122", Chat: customer, FromMe: true},
				QuotedAuthor: number,
				Quoted:       quoted,
			},
		}
	}
	tests := []struct {
		file string
		in   message.Message
	}{
		{"webhook-quick-reply-tap.json", tap(message.Reply{To: message.ButtonsReply, ID: "ButtonsV3:randomId1", Title: "Button1"}, quickReplies)},
		{"webhook-quick-reply-tap-web.json", tap(message.Reply{To: message.ButtonsReply, ID: "ButtonsV3:randomId2", Title: "Button2"}, message.Text{Body: "Body message"})},
		{"webhook-list-pick.json", tap(message.Reply{To: message.ListReply, ID: "ListV3:r1", Title: "Hamburger without cheese",
			Description: `A burger without cheese or sauce is often referred to as a "plain" burger.`}, hamburgers)},
	}
	for _, tt := range tests {
		t.Run(tt.file, func(t *testing.T) {
			printed := help(t, tt.file)
			var page struct {
				Messages []struct {
					ID        string
					Timestamp json.Number
					Context   struct {
						QuotedID string `json:"quoted_id"`
					}
				}
				ChannelID string `json:"channel_id"`
			}
			if err := json.Unmarshal(printed, &page); err != nil {
				t.Fatal(err)
			}
			m := page.Messages[0]
			want := strings.NewReplacer(m.ID, tt.in.ID.String(), m.Context.QuotedID, tt.in.Context.QuotedID.String(),
				m.Timestamp.String(), "1700000000", page.ChannelID, "HERON-ABCDE").Replace(compact(t, printed))
			got, err := whapi.RenderEvent(event.Event{Channel: "HERON-ABCDE", Payload: event.MessageReceived{Message: tt.in}}, number)
			if err != nil {
				t.Fatal(err)
			}
			if string(got) != want {
				t.Errorf("told\n%s\nwant\n%s", got, want)
			}
		})
	}
}

// compact takes the spaces of the print away. json.Compact keeps the order and all characters.
func compact(t *testing.T, b []byte) string {
	t.Helper()
	var out bytes.Buffer
	if err := json.Compact(&out, b); err != nil {
		t.Fatal(err)
	}
	return out.String()
}
