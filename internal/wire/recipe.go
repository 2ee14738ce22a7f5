package wire

import (
	waBinary "go.mau.fi/whatsmeow/binary"
	"go.mau.fi/whatsmeow/proto/waE2E"

	"tapgate/internal/message"
)

// recipe is one way to bring a kind of content onto the wire. WhatsApp changes what its servers
// accept and its apps draw several times a year, so every way that was seen to work is a row.
type recipe struct {
	name string
	// fits reports whether the recipe can carry the content.
	fits func(message.Content) bool
	// build returns the message. It is called only for content that fits.
	build func(message.Content, *fresh) *waE2E.Message
	// nodes returns what goes into the stanza beside the message.
	nodes func(*fresh) []waBinary.Node
	// opaque: see Encoded.
	opaque bool
	// bare keeps the MessageContextInfo out of the message.
	bare bool
}

// recipes is the table. What each was seen to do (observations of others, up to November 2026):
//
//   - r1: quick replies as legacy buttons inside documentWithCaption. Taps captured on iOS and Web.
//   - r1i: the same under an image. Taps captured on iOS and Web.
//   - r1v, r1d: the same under a video, a document. By analogy, without a published device log.
//   - r1-minimal: the same with the short biz node, which worked for other content.
//   - r2: url, call and copy buttons as a bare native flow. Opens on Android, iOS and Web.
//   - r2m: the same under an image, a video or a document. Android and Web draw it, iOS the text only.
//   - r2x: any buttons as a bare native flow. Android draws all; Web may refuse the mixture, iOS
//     disables the replies.
//   - r3: a list inside documentWithCaption. Shipped by others, without a published device log.
//   - r3-bare-opaque: the bare list. Taps captured on iOS and Web, but private chats only.
//   - r3-group: a list as native flow single_select, for groups. Drawn by Android only.
//   - r4: a carousel as a bare native flow, without context info. Taps captured on Web, drawn on
//     Android; iOS shows the pictures and no buttons to tap. Citing is not measured: the form that
//     was seen to work has no context.
func recipes() []recipe {
	return []recipe{
		{name: "text", fits: isText, build: buildText, nodes: noNodes},
		{name: "r1", fits: isRepliesUnder(""), build: buildLegacyButtons, nodes: bizMixed},
		{name: "r1i", fits: isRepliesUnder(message.Image), build: buildLegacyButtons, nodes: bizMixed},
		{name: "r1v", fits: isRepliesUnder(message.Video), build: buildLegacyButtons, nodes: bizMixed},
		{name: "r1d", fits: isRepliesUnder(message.Document), build: buildLegacyButtons, nodes: bizMixed},
		{name: "r1-minimal", fits: isReplies, build: buildLegacyButtons, nodes: bizMixedMinimal},
		{name: "r2", fits: isPlainActions, build: buildFlowButtons, nodes: bizMixed},
		{name: "r2m", fits: isMediaActions, build: buildFlowButtons, nodes: bizMixed},
		{name: "r2x", fits: isButtons, build: buildFlowButtons, nodes: bizMixed},
		{name: "r3", fits: isList, build: buildWrappedList, nodes: bizList},
		{name: "r3-bare-opaque", fits: isList, build: buildList, nodes: bizList, opaque: true},
		{name: "r3-group", fits: isList, build: buildFlowList, nodes: bizMixed},
		{name: "r4", fits: isCarousel, build: buildCarousel, nodes: bizMixedMinimal, bare: true},
	}
}

func find(name string) (recipe, bool) {
	for _, r := range recipes() {
		if r.name == name {
			return r, true
		}
	}
	return recipe{}, false
}

// choose names the recipe of valid content when nobody asked for another.
func choose(c message.Content, group bool) string {
	switch {
	case isReplies(c):
		return map[message.MediaKind]string{message.Image: "r1i", message.Video: "r1v", message.Document: "r1d", "": "r1"}[above(c)]
	case isMediaActions(c):
		return "r2m"
	case isActions(c):
		return "r2"
	case isButtons(c):
		return "r2x"
	case isList(c) && group:
		return "r3-group"
	case isList(c):
		return "r3"
	case isCarousel(c):
		return "r4"
	}
	return "text"
}

func isText(c message.Content) bool {
	_, ok := c.(message.Text)
	return ok
}

func isList(c message.Content) bool {
	i, _ := c.(message.Interactive)
	_, ok := i.Action.(message.List)
	return ok
}

func isButtons(c message.Content) bool {
	i, _ := c.(message.Interactive)
	_, ok := i.Action.(message.Buttons)
	return ok
}

// isReplies: quick replies only.
func isReplies(c message.Content) bool {
	i, _ := c.(message.Interactive)
	b, ok := i.Action.(message.Buttons)
	return ok && b.AllQuickReplies()
}

// isActions: no quick reply among the buttons.
func isActions(c message.Content) bool {
	i, _ := c.(message.Interactive)
	b, ok := i.Action.(message.Buttons)
	return ok && !b.Mixed() && !b.AllQuickReplies()
}

func isPlainActions(c message.Content) bool { return isActions(c) && above(c) == "" }

func isMediaActions(c message.Content) bool { return isActions(c) && above(c) != "" }

// isRepliesUnder: quick replies under media of this kind; "" is none.
func isRepliesUnder(kind message.MediaKind) func(message.Content) bool {
	return func(c message.Content) bool { return isReplies(c) && above(c) == kind }
}

func isCarousel(c message.Content) bool {
	_, ok := c.(message.Carousel)
	return ok
}

// above is the kind of the media above the text; "" when there is none.
func above(c message.Content) message.MediaKind {
	i, _ := c.(message.Interactive)
	if i.Media == nil {
		return ""
	}
	return i.Media.As
}
