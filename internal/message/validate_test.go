package message_test

import (
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"

	"tapgate/internal/fault"
	"tapgate/internal/message"
)

func replies(titles ...string) message.Buttons {
	var list message.Buttons
	for i, t := range titles {
		list = append(list, message.Button{Kind: message.QuickReply, Title: t, ID: fmt.Sprintf("b%d", i)})
	}
	return list
}

func asking(a message.Action) message.Interactive {
	return message.Interactive{Body: "Body", Action: a}
}

var fetched = message.Media{As: message.Image, Source: &message.MediaSource{URL: "https://a.example/a.jpg"}}

func withMedia(m message.Media, a message.Action) message.Interactive {
	return message.Interactive{Body: "Body", Media: &m, Action: a}
}

func carousel(cards ...message.Card) message.Carousel {
	return message.Carousel{Body: "Body", Cards: cards}
}

func card(id, button string) message.Card {
	return message.Card{ID: id, Media: fetched, Buttons: message.Buttons{{Kind: message.QuickReply, Title: "Tap", ID: button}}}
}

func cards(n int) []message.Card {
	var list []message.Card
	for i := range n {
		list = append(list, card("card", fmt.Sprint(i)))
	}
	return list
}

func rows(n int) []message.Row {
	var list []message.Row
	for i := range n {
		list = append(list, message.Row{ID: fmt.Sprintf("r%d", i), Title: "Row"})
	}
	return list
}

func listOf(rows ...message.Row) message.List {
	return message.List{Label: "Pick", Sections: []message.Section{{Rows: rows}}}
}

func TestValidate(t *testing.T) {
	long := func(n int) string { return strings.Repeat("ü", n) } // 2 bytes, 1 character
	url := func(u string) message.Button {
		return message.Button{Kind: message.URL, Title: "Open", ID: "u", URL: u}
	}
	call := func(n string) message.Button {
		return message.Button{Kind: message.Call, Title: "Call", ID: "c", PhoneNumber: n}
	}
	const (
		badURL   = "must be an absolute http or https URL with a host"
		badPhone = "must be 7 to 15 digits, optionally after a + (spaces, hyphens and brackets are not removed for you)"
		empty    = "must NOT have fewer than 1 characters"
		blank    = "must NOT be blank"
	)
	tests := []struct {
		name string
		in   message.Content
		want []string // path and text of each problem
	}{
		{"text", message.Text{Body: "hi"}, nil},
		{"text without body", message.Text{}, []string{"/body " + empty}},
		{"blank text", message.Text{Body: " \n"}, []string{"/body " + blank}},
		{"longest text", message.Text{Body: long(65536)}, nil},
		{"text too long", message.Text{Body: long(65537)}, []string{"/body must NOT have more than 65536 characters (given: 65537)"}},
		{"text with NUL", message.Text{Body: "a\x00b"}, []string{"/body must NOT contain the character NUL"}},
		{"text that is no UTF-8", message.Text{Body: "a\xff"}, []string{"/body must be valid UTF-8"}},
		{"buttons under an image", withMedia(fetched, replies("a")), nil},
		{"buttons under a file of the store", withMedia(message.Media{As: message.Document, ID: "pdf-aa"}, replies("a")), nil},
		{"buttons under no file", withMedia(message.Media{As: message.Image}, replies("a")), []string{
			"/media must name a file: a URL, base64 or the id of an uploaded one"}},
		{"buttons under a sticker", withMedia(message.Media{As: message.Sticker, ID: "webp-aa", MimeType: "image/webp"}, replies("a")), []string{
			"/media must be of a kind that can stand here: image, video, document (the file is: sticker, image/webp)"}},
		{"buttons under an image without body", message.Interactive{Media: &fetched, Action: replies("a")}, []string{"/body/text " + empty}},
		{"list under an image", withMedia(fetched, listOf(rows(1)...)), []string{
			"/media can't stand above a list: a list of WhatsApp has no place for it (send the file first, as a message of its own)"}},

		{"carousel", carousel(card("a", "1"), card("b", "2")), nil},
		{"longest carousel", carousel(cards(10)...), nil},
		{"carousel without body", message.Carousel{Cards: []message.Card{card("a", "1"), card("b", "2")}}, nil},
		{"no cards", carousel(), []string{"/cards must NOT have fewer than 1 items"}},
		{"eleven cards", carousel(cards(11)...), []string{"/cards must NOT have more than 10 items (given: 11)"}},
		{"empty card", carousel(card("a", "1"), message.Card{}), []string{
			"/cards/1/id " + empty,
			"/cards/1/media/media must name a file: a URL, base64 or the id of an uploaded one",
			"/cards/1/buttons must NOT have fewer than 1 items"}},
		{"card with a document", carousel(card("a", "1"), message.Card{ID: "b", Buttons: replies("x"), Media: message.Media{As: message.Document, ID: "pdf-aa", MimeType: "application/pdf"}}), []string{
			"/cards/1/media/media must be of a kind that can stand here: image, video (the file is: document, application/pdf)"}},
		{"card with four buttons", carousel(card("a", "1"), message.Card{ID: "b", Media: fetched, Buttons: replies("w", "x", "y", "z")}), []string{
			"/cards/1/buttons must NOT have more than 3 items (given: 4)"}},
		{"same button ids in two cards", carousel(card("a", "1"), card("b", "1")), nil},
		{"same button ids in one card", carousel(card("a", "1"), message.Card{ID: "b", Media: fetched, Buttons: message.Buttons{{Kind: message.QuickReply, Title: "x", ID: "i"}, {Kind: message.QuickReply, Title: "y", ID: "i"}}}), []string{
			"/cards/1/buttons/1/id must be unique in the message (/cards/1/buttons/0/id has the same)"}},
		{"one card", carousel(card("a", "1")), nil},
		{"one card without any text", message.Carousel{Cards: []message.Card{card("a", "1")}}, []string{
			"/cards/0/text " + empty + ": a single card is sent as a message with buttons, which needs a text"}},
		{"media alone", fetched, []string{"content of type image can't be sent"}},

		{"nothing", nil, []string{"must have content"}},
		{"reply", message.Reply{}, []string{"content of type reply can't be sent"}},
		{"unknown", message.Unknown{}, []string{"content of type unknown can't be sent"}},

		{"no action", asking(nil), []string{"/action must have buttons or a list"}},
		{"no body", message.Interactive{Action: replies("a")}, []string{"/body/text " + empty}},
		{"blank body", message.Interactive{Body: "\t", Action: replies("a")}, []string{"/body/text " + blank}},
		{"header, footer too long", message.Interactive{Header: long(4097), Body: "b", Footer: long(4098), Action: replies("a")}, []string{
			"/header/text must NOT have more than 4096 characters (given: 4097)",
			"/footer/text must NOT have more than 4096 characters (given: 4098)"}},
		{"no buttons", asking(message.Buttons{}), []string{"/action/buttons must NOT have fewer than 1 items"}},
		{"one button", asking(replies("a")), nil},
		{"three buttons", asking(replies("a", "b", "c")), nil},
		{"four buttons", asking(replies("a", "b", "c", "d")), []string{"/action/buttons must NOT have more than 3 items (given: 4)"}},
		{"longest title", asking(replies(long(25))), nil},
		{"title of 25 emoji", asking(replies(strings.Repeat("👍", 25))), nil},
		{"title too long", asking(replies("a", long(26))), []string{"/action/buttons/1/title must NOT have more than 25 characters (given: 26)"}},
		{"no title", asking(replies("")), []string{"/action/buttons/0/title " + empty}},
		{"blank title", asking(replies(" ")), []string{"/action/buttons/0/title " + blank}},
		{"same titles", asking(replies("a", "a")), nil},
		{"no ids", asking(message.Buttons{{Kind: message.QuickReply, Title: "a"}, {Kind: message.QuickReply, Title: "b"}}), []string{
			"/action/buttons/0/id " + empty, "/action/buttons/1/id " + empty}},
		{"same ids", asking(message.Buttons{{Kind: message.QuickReply, Title: "a", ID: "x"}, {Kind: message.QuickReply, Title: "b", ID: "x"}}), []string{
			"/action/buttons/1/id must be unique in the message (/action/buttons/0/id has the same)"}},
		{"id too long", asking(message.Buttons{{Kind: message.QuickReply, Title: "a", ID: long(257)}}), []string{
			"/action/buttons/0/id must NOT have more than 256 characters (given: 257)"}},
		{"unknown kind", asking(message.Buttons{{Kind: "reply", Title: "a", ID: "x"}}), []string{
			"/action/buttons/0/type must be equal to one of the allowed values: quick_reply, url, call, copy"}},

		{"url", asking(message.Buttons{url("https://whapi.cloud")}), nil},
		{"http url", asking(message.Buttons{url("http://a.example:8080/x?y=1#z")}), nil},
		{"no url", asking(message.Buttons{url("")}), []string{"/action/buttons/0/url " + badURL}},
		{"relative url", asking(message.Buttons{url("/path")}), []string{"/action/buttons/0/url " + badURL}},
		{"script", asking(message.Buttons{url("javascript:alert(1)")}), []string{"/action/buttons/0/url " + badURL}},
		{"url without host", asking(message.Buttons{url("https://")}), []string{"/action/buttons/0/url " + badURL}},
		{"url with port but no host", asking(message.Buttons{url("https://:80/")}), []string{"/action/buttons/0/url " + badURL}},
		{"url with a space", asking(message.Buttons{url("https://a.example/x y")}), []string{"/action/buttons/0/url " + badURL}},
		{"longest url", asking(message.Buttons{url("https://a.example/" + strings.Repeat("x", 1982))}), nil},
		{"url too long", asking(message.Buttons{url("https://a.example/" + strings.Repeat("x", 1983))}), []string{
			"/action/buttons/0/url must NOT have more than 2000 characters (given: 2001)"}},
		{"merchant url", asking(message.Buttons{{Kind: message.URL, Title: "a", ID: "x", URL: "https://a.example", MerchantURL: "ftp://b"}}), []string{
			"/action/buttons/0/merchant_url " + badURL}},

		{"call", asking(message.Buttons{call("61371989950")}), nil},
		{"call with plus", asking(message.Buttons{call("+61371989950")}), nil},
		{"shortest number", asking(message.Buttons{call("1234567")}), nil},
		{"longest number", asking(message.Buttons{call("+123456789012345")}), nil},
		{"number too short", asking(message.Buttons{call("123456")}), []string{"/action/buttons/0/phone_number " + badPhone}},
		{"number too long", asking(message.Buttons{call("1234567890123456")}), []string{"/action/buttons/0/phone_number " + badPhone}},
		{"number with separators", asking(message.Buttons{call("+61 (37) 1989-950")}), []string{"/action/buttons/0/phone_number " + badPhone}},
		{"number with two pluses", asking(message.Buttons{call("++61371989950")}), []string{"/action/buttons/0/phone_number " + badPhone}},
		{"no number", asking(message.Buttons{call("")}), []string{"/action/buttons/0/phone_number " + badPhone}},

		{"copy", asking(message.Buttons{{Kind: message.Copy, Title: "a", ID: "x", CopyCode: "65545"}}), nil},
		{"no code", asking(message.Buttons{{Kind: message.Copy, Title: "a", ID: "x"}}), []string{"/action/buttons/0/copy_code " + empty}},
		{"code too long", asking(message.Buttons{{Kind: message.Copy, Title: "a", ID: "x", CopyCode: long(4097)}}), []string{
			"/action/buttons/0/copy_code must NOT have more than 4096 characters (given: 4097)"}},

		{"list", asking(listOf(rows(30)...)), nil},
		{"list without label", asking(message.List{Sections: []message.Section{{Rows: rows(1)}}}), []string{"/action/list/label " + empty}},
		{"label too long", asking(message.List{Label: long(4097), Sections: []message.Section{{Rows: rows(1)}}}), []string{
			"/action/list/label must NOT have more than 4096 characters (given: 4097)"}},
		{"no sections", asking(message.List{Label: "l"}), []string{"/action/list/sections must NOT have fewer than 1 items"}},
		{"no rows", asking(listOf()), []string{"/action/list/sections/0/rows must NOT have fewer than 1 items"}},
		{"31 rows", asking(listOf(rows(31)...)), []string{"/action/list/sections must NOT have more than 30 rows in all (given: 31)"}},
		{"two sections without titles", asking(message.List{Label: "l", Sections: []message.Section{
			{Rows: []message.Row{{ID: "1", Title: "a"}}}, {Title: " ", Rows: []message.Row{{ID: "2", Title: "b"}}}}}), []string{
			"/action/list/sections/0/title " + empty, "/action/list/sections/1/title " + blank}},
		{"same row ids in two sections", asking(message.List{Label: "l", Sections: []message.Section{
			{Title: "A", Rows: []message.Row{{ID: "1", Title: "a"}}},
			{Title: "B", Rows: []message.Row{{ID: "2", Title: "b"}, {ID: "1", Title: "c"}}}}}), []string{
			"/action/list/sections/1/rows/1/id must be unique in the message (/action/list/sections/0/rows/0/id has the same)"}},
		{"row without title and id", asking(listOf(message.Row{})), []string{
			"/action/list/sections/0/rows/0/title " + empty, "/action/list/sections/0/rows/0/id " + empty}},
		{"row too long", asking(listOf(message.Row{ID: "r", Title: long(4097), Description: long(4097)})), []string{
			"/action/list/sections/0/rows/0/title must NOT have more than 4096 characters (given: 4097)",
			"/action/list/sections/0/rows/0/description must NOT have more than 4096 characters (given: 4097)"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var got []string
			for _, p := range message.Validate(tt.in) {
				got = append(got, p.String())
			}
			if !slices.Equal(got, tt.want) {
				t.Errorf("Validate:\n got %q\nwant %q", got, tt.want)
			}
		})
	}
}

func TestTooManySections(t *testing.T) {
	l := message.List{Label: "l"}
	for i := range 11 {
		l.Sections = append(l.Sections, message.Section{Title: "S", Rows: []message.Row{{ID: fmt.Sprint(i), Title: "r"}}})
	}
	got := message.Validate(asking(l))
	if len(got) != 1 || got[0].String() != "/action/list/sections must NOT have more than 10 items (given: 11)" {
		t.Errorf("Validate: %v", got)
	}
}

// TestValidateTellsEverything: a request with several mistakes hears of all of them at once, and one
// with a hundred thousand does not get a book.
func TestValidateTellsEverything(t *testing.T) {
	bad := message.Interactive{Header: "\x00", Action: message.Buttons{
		{Kind: "x"}, {Kind: message.URL, Title: "a", ID: "1", URL: "nowhere"}}}
	if got := len(message.Validate(bad)); got != 6 {
		t.Errorf("%d problems, want 6: header, body, kind, title, id, url: %v", got, message.Validate(bad))
	}
	many := asking(make(message.Buttons, 100_000))
	got := message.Validate(many)
	if len(got) != 101 || !strings.Contains(got[100].Text, "more problems") {
		t.Errorf("%d problems, want 100 and a sentence", len(got))
	}
}

func TestWarnings(t *testing.T) {
	long := func(n int) string { return strings.Repeat("ü", n) }
	const iOS = "/cards is drawn by Android and WhatsApp Web; on iOS the buttons of a carousel can't be tapped"
	const group = "/action/list is drawn in private chats; in a group a list leaves in a form that only Android draws"
	tests := []struct {
		name string
		in   message.Content
		want []string
	}{
		{"text", message.Text{Body: long(9000)}, nil},
		{"buttons at the limits", message.Interactive{Header: long(60), Body: long(1024), Footer: long(60), Action: replies(long(20))}, nil},
		{"buttons beyond", message.Interactive{Header: long(61), Body: long(1025), Footer: long(61), Action: replies(long(21))}, []string{
			"/header/text has 61 characters; apps show about 60",
			"/footer/text has 61 characters; apps show about 60",
			"/body/text has 1025 characters; apps show about 1024",
			"/action/buttons/0/title has 21 characters; apps show about 20"}},
		{"mixed", asking(message.Buttons{{Kind: message.QuickReply, Title: "a", ID: "1"}, {Kind: message.Copy, Title: "b", ID: "2", CopyCode: "x"}}), []string{
			"/action/buttons mixes quick replies with other kinds; WhatsApp Web may not draw the message and iOS disables the replies"}},
		{"field without effect", asking(message.Buttons{{Kind: message.QuickReply, Title: "a", ID: "1", URL: "https://a.example"}}), []string{
			"/action/buttons/0/url has no effect on a button of type quick_reply"}},
		{"national number", asking(message.Buttons{{Kind: message.Call, Title: "a", ID: "1", PhoneNumber: "0371989950"}}), []string{
			"/action/buttons/0/phone_number begins with 0; it is dialled as an international number"}},
		{"header and caption beside media", message.Interactive{Header: "h", Body: "b", Action: replies("a"),
			Media: &message.Media{As: message.Image, ID: "jpeg-aa", Caption: "c"}}, []string{
			"/header/text is not shown: the media stands in its place",
			"/caption is not shown: the text under the media is the body"}},
		{"carousel at the limits", message.Carousel{Body: long(1024), Cards: []message.Card{card("a", "1"),
			{ID: "b", Media: fetched, Text: long(158) + "\n\n", Buttons: replies("a")}}}, []string{iOS}},
		{"carousel beyond", message.Carousel{Body: long(1025), Cards: []message.Card{card("a", "1"),
			{ID: "b", Media: fetched, Text: long(158) + "\n\n\n", Buttons: message.Buttons{{Kind: message.Copy, Title: long(21), ID: "2", CopyCode: "x"}}}}}, []string{
			iOS,
			"/body/text has 1025 characters; apps show about 1024",
			"/cards/1/text has 161 characters; apps show about 160",
			"/cards/1/text has 3 line breaks; apps show about 2",
			"/cards/1/buttons/0/title has 21 characters; apps show about 20",
			"/cards mixes quick replies with other kinds of buttons; not every app draws that"}},
		{"same id on two cards", carousel(card("a", "1"), card("b", "1")), []string{
			iOS, "/cards/1/buttons/0/id is that of /cards/0/buttons/0/id too; not every app tells which of them was tapped"}},
		{"one card", carousel(card("a", "1")), nil},
		{"list at the limits", message.Interactive{Body: long(4096), Action: message.List{Label: long(20), Sections: []message.Section{
			{Title: long(24), Rows: []message.Row{{ID: "1", Title: long(24), Description: long(72)}}}}}}, []string{group}},
		{"list beyond", message.Interactive{Body: long(4097), Action: message.List{Label: long(21), Sections: []message.Section{
			{Title: long(25), Rows: append(rows(10), message.Row{ID: "x", Title: long(25), Description: long(73)})}}}}, []string{
			"/body/text has 4097 characters; apps show about 4096",
			group,
			"/action/list/label has 21 characters; apps show about 20",
			"/action/list has 11 rows in all; apps are sure to show 10",
			"/action/list/sections/0/title has 25 characters; apps show about 24",
			"/action/list/sections/0/rows/10/title has 25 characters; apps show about 24",
			"/action/list/sections/0/rows/10/description has 73 characters; apps show about 72"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := message.Warnings(tt.in); !slices.Equal(got, tt.want) {
				t.Errorf("Warnings:\n got %q\nwant %q", got, tt.want)
			}
		})
	}
}

// A single card leaves as a message with buttons, whose text is that of the carousel and its own.
func TestSingleCard(t *testing.T) {
	one := card("a", "1")
	for _, c := range []struct{ body, text, want string }{
		{"Body", "Text", "Body\n\nText"}, {"Body", "", "Body"}, {"", "Text", "Text"},
	} {
		one.Text = c.text
		got, ok := message.Carousel{Body: c.body, Cards: []message.Card{one}}.Single()
		if !ok || got.Body != c.want || got.Media == nil || got.Media.Source != fetched.Source || len(got.Action.(message.Buttons)) != 1 {
			t.Errorf("%q over %q: %+v, %v; want body %q, the media and the buttons", c.body, c.text, got, ok, c.want)
		}
	}
	if _, ok := carousel(cards(2)...).Single(); ok {
		t.Error("two cards count as one")
	}
}

// Whatever is done to media is done to all of them, and not to the message that was given.
func TestEachMedia(t *testing.T) {
	var paths []string
	name := func(path string, m message.Media) (message.Media, error) {
		paths = append(paths, path)
		return message.Media{As: message.Image, ID: path}, nil
	}
	given := carousel(cards(2)...)
	done, err := message.EachMedia(given, name)
	if err != nil || done.(message.Carousel).Cards[1].Media.ID != "/cards/1/media/media" || given.Cards[1].Media.ID != "" {
		t.Errorf("carousel became %+v, %v; given %+v", done, err, given)
	}
	picture := withMedia(fetched, replies("a"))
	done, err = message.EachMedia(picture, name)
	if err != nil || done.(message.Interactive).Media.ID != "/media" || picture.Media.ID != "" {
		t.Errorf("interactive became %+v, %v; given %+v", done, err, picture)
	}
	if _, err := message.EachMedia(asking(replies("a")), name); err != nil {
		t.Error(err)
	}
	if want := []string{"/cards/0/media/media", "/cards/1/media/media", "/media"}; !slices.Equal(paths, want) {
		t.Errorf("called for %q, want %q", paths, want)
	}
}

// What is wrong with several files is told of all of them, each with its own path.
func TestEachMediaTellsEverything(t *testing.T) {
	var empty fault.Problems
	empty.Add("/media", "must NOT be an empty file")
	empty.Add("/preview", "must be a JPEG")
	gone := fault.New(fault.NotFound, "specified media not found")
	large := &fault.Error{Kind: fault.TooLarge, Message: "Media too large", Next: "it can be sent as a document"}
	disk := errors.New("disk")
	for _, tt := range []struct {
		name string
		errs []error
		want error
	}{
		{"nothing", []error{nil, nil}, nil},
		{"one of two", []error{nil, gone}, &fault.Error{Kind: fault.NotFound, Message: "specified media not found", Next: "it is about /cards/1/media/media"}},
		{"two alike", []error{gone, nil, gone}, &fault.Error{Kind: fault.NotFound, Message: "specified media not found", Problems: []fault.Problem{
			{Path: "/cards/0/media/media", Text: "specified media not found"}, {Path: "/cards/2/media/media", Text: "specified media not found"}}}},
		{"each another", []error{empty.Err(), gone, large}, &fault.Error{Kind: fault.Invalid, Message: "Wrong request parameters", Problems: []fault.Problem{
			{Path: "/cards/0/media/media", Text: "must NOT be an empty file"}, {Path: "/cards/0/media/preview", Text: "must be a JPEG"},
			{Path: "/cards/1/media/media", Text: "specified media not found"},
			{Path: "/cards/2/media/media", Text: "Media too large: it can be sent as a document"}}}},
		{"our own failure", []error{gone, disk, large}, disk},
		{"too much to do", []error{fault.New(fault.Busy, "later"), gone}, fault.New(fault.Busy, "later")},
	} {
		i := 0
		_, err := message.EachMedia(carousel(cards(len(tt.errs))...), func(_ string, m message.Media) (message.Media, error) {
			i++
			return m, tt.errs[i-1]
		})
		if !reflect.DeepEqual(err, tt.want) {
			t.Errorf("%s: %#v\nwant %#v", tt.name, err, tt.want)
		}
	}
}

func TestWithProblems(t *testing.T) {
	more := []fault.Problem{{Path: "/cards/1/media/media", Text: "must be of another kind"}}
	first := fault.Problem{Path: "/cards/0/media/media", Text: "must NOT be empty"}
	invalid := func(list ...fault.Problem) error {
		return &fault.Error{Kind: fault.Invalid, Message: "Wrong request parameters", Problems: list}
	}
	gone := &fault.Error{Kind: fault.NotFound, Message: "specified media not found", Next: "it is about /media"}
	busy := fault.New(fault.Busy, "later")
	for i, tt := range []struct {
		err  error
		more []fault.Problem
		want error
	}{
		{nil, nil, nil},
		{gone, nil, gone},
		{busy, more, busy},
		{nil, more, invalid(more...)},
		{invalid(first), more, invalid(first, more[0])},
		{gone, more, invalid(fault.Problem{Text: "specified media not found: it is about /media"}, more[0])},
	} {
		if got := message.WithProblems(tt.err, tt.more); !reflect.DeepEqual(got, tt.want) {
			t.Errorf("%d: %#v, want %#v", i, got, tt.want)
		}
	}
}
