package phone

import (
	"encoding/json"
	"strings"

	"go.mau.fi/whatsmeow/proto/waE2E"
	"go.mau.fi/whatsmeow/types"
)

// drawPlain draws everything that has no buttons: it needs nothing of the stanza.
func (p *pen) drawPlain() {
	m := p.message
	switch {
	case m.GetConversation() != "":
		p.Kind, p.Body = KindText, m.GetConversation()
	case m.GetExtendedTextMessage() != nil:
		p.Kind, p.Body = KindText, m.GetExtendedTextMessage().GetText()
	case readReply(m) != nil:
		p.Kind, p.Reply = KindReply, readReply(m)
		p.Body = p.Reply.Title
	case m.GetReactionMessage() != nil:
		p.Kind, p.Body = KindReaction, m.GetReactionMessage().GetText()
	case m.GetProtocolMessage() != nil:
		p.drawProtocol(m.GetProtocolMessage())
	default:
		if !p.drawMedia() && !p.drawCards() {
			p.Kind = KindUnknown
			p.hide("this phone does not know what to draw for %s", fieldNames(m))
		}
	}
	if (p.viewOnce || p.viewOnceV2) && p.platform == Web {
		p.warn("WhatsApp Web shows view-once messages as a hint to open them on the phone")
	}
}

func (p *pen) drawMedia() bool {
	m := p.message
	switch {
	case m.GetImageMessage() != nil:
		p.Media, p.Body = imageMedia(m.GetImageMessage()), m.GetImageMessage().GetCaption()
	case m.GetVideoMessage() != nil:
		p.Media, p.Body = videoMedia(m.GetVideoMessage()), m.GetVideoMessage().GetCaption()
	case m.GetPtvMessage() != nil:
		p.Media = videoMedia(m.GetPtvMessage())
	case m.GetAudioMessage() != nil:
		p.Media = audioMedia(m.GetAudioMessage())
	case m.GetDocumentMessage() != nil:
		p.Media, p.Body = documentMedia(m.GetDocumentMessage()), m.GetDocumentMessage().GetCaption()
	case m.GetStickerMessage() != nil:
		p.Media = stickerMedia(m.GetStickerMessage())
	default:
		return false
	}
	p.Kind = p.Media.Kind
	return true
}

func (p *pen) drawCards() bool {
	m := p.message
	poll := readPoll(m)
	switch {
	case m.GetLocationMessage() != nil:
		p.Kind, p.Location = KindLocation, readLocation(m.GetLocationMessage())
		p.Body = p.Location.Name
	case m.GetContactMessage() != nil:
		p.Kind, p.Contact = KindContact, readContact(m.GetContactMessage())
		p.Body = p.Contact.Name
	case m.GetContactsArrayMessage() != nil:
		p.Kind, p.Body = KindContact, m.GetContactsArrayMessage().GetDisplayName()
		if all := m.GetContactsArrayMessage().GetContacts(); len(all) > 0 {
			p.Contact = readContact(all[0])
		}
	case poll != nil:
		p.Kind, p.Body, p.Options, p.Choices = KindPoll, poll.GetName(), []string{}, poll.GetSelectableOptionsCount()
		for _, o := range poll.GetOptions() {
			p.Options = append(p.Options, o.GetOptionName())
		}
	case m.GetPollUpdateMessage() != nil:
		p.Kind = KindVote
	default:
		return false
	}
	return true
}

func (p *pen) drawProtocol(m *waE2E.ProtocolMessage) {
	switch m.GetType() {
	case waE2E.ProtocolMessage_REVOKE:
		p.Kind = KindRevoke
	case waE2E.ProtocolMessage_MESSAGE_EDIT:
		p.Kind, p.Body = KindEdit, snippet(m.GetEditedMessage())
	default:
		p.Kind = KindUnknown
		p.hide("a %s message is for the client, not for a person", strings.ToLower(m.GetType().String()))
	}
}

// readReply reads the answer that a tap sent, in the order in which clients are known to send them, or nil.
func readReply(m *waE2E.Message) *Reply {
	const buttons, list = "buttons_reply", "list_reply"
	if r := m.GetListResponseMessage(); r != nil {
		return &Reply{Kind: list, ID: r.GetSingleSelectReply().GetSelectedRowID(), Title: r.GetTitle(), Description: r.GetDescription()}
	}
	if r := m.GetButtonsResponseMessage(); r != nil {
		return &Reply{Kind: buttons, ID: r.GetSelectedButtonID(), Title: r.GetSelectedDisplayText()}
	}
	if r := m.GetTemplateButtonReplyMessage(); r != nil {
		return &Reply{Kind: buttons, ID: r.GetSelectedID(), Title: r.GetSelectedDisplayText()}
	}
	r := m.GetInteractiveResponseMessage()
	flow := r.GetNativeFlowResponseMessage()
	if flow == nil {
		return nil
	}
	var params struct{ ID, Title, Description string }
	_ = json.Unmarshal([]byte(flow.GetParamsJSON()), &params) // keys differ between clients; the body always has the title
	reply := &Reply{Kind: buttons, ID: params.ID, Title: r.GetBody().GetText(), Description: params.Description}
	if flow.GetName() == "menu_options" || flow.GetName() == flowSelect {
		reply.Kind = list
	}
	if reply.Title == "" {
		reply.Title = params.Title
	}
	return reply
}

// readQuote reads the strip above an answer. Its id is WhatsApp's own: the phone puts the gateway's in place.
func readQuote(info *waE2E.ContextInfo) *Quoted {
	if info.GetStanzaID() == "" {
		return nil
	}
	from, _ := types.ParseJID(info.GetParticipant())
	return &Quoted{ID: info.GetStanzaID(), From: from.User, Text: snippet(info.GetQuotedMessage())}
}

// snippet is the text by which a message is recognised in a quote.
func snippet(m *waE2E.Message) string {
	if m == nil {
		return ""
	}
	p := &pen{envelope: unwrap(m), platform: Android}
	if p.message.GetProtocolMessage() == nil {
		p.draw()
	}
	switch {
	case p.Body != "":
		return p.Body
	case p.Header != "":
		return p.Header
	case p.Media != nil:
		return p.Media.Kind
	}
	return p.Kind
}

func readLocation(m *waE2E.LocationMessage) *Location {
	if m == nil {
		return nil
	}
	return &Location{Latitude: m.GetDegreesLatitude(), Longitude: m.GetDegreesLongitude(), Name: m.GetName(), Address: m.GetAddress()}
}

func readContact(m *waE2E.ContactMessage) *Contact {
	c := &Contact{Name: m.GetDisplayName(), VCard: m.GetVcard()}
	if _, rest, ok := strings.Cut(c.VCard, "waid="); ok {
		end := strings.IndexFunc(rest, func(r rune) bool { return r < '0' || r > '9' })
		c.Phone = rest[:max(end, 0)]
	}
	return c
}

func fieldNames(m *waE2E.Message) string {
	var names []string
	if m != nil {
		eachField(m, func(name string) { names = append(names, name) })
	}
	if len(names) == 0 {
		return "an empty message"
	}
	return strings.Join(names, ", ")
}
