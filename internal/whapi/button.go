package whapi

import "tapgate/internal/message"

// buttons reads the buttons of an action.
func (o object) buttons() message.Buttons {
	o.need("buttons")
	list := message.Buttons{}
	for _, b := range o.objects("buttons") {
		list = append(list, b.button())
	}
	return list
}

func (o object) button() message.Button {
	if o.in.knows(o.path) {
		return message.Button{}
	}
	kind := message.ButtonKind(o.needText("type"))
	if kind == "reply" {
		o.in.fail(o.path, `has the shape of an older version of this API: it is {"type":"quick_reply","id":"...","title":"..."} now`)
		return message.Button{}
	}
	for needed, by := range map[string]message.ButtonKind{"url": message.URL, "phone_number": message.Call, "copy_code": message.Copy} {
		if kind == by {
			o.need(needed)
		}
	}
	return message.Button{
		Kind:        kind,
		Title:       o.needText("title"),
		ID:          o.needText("id"),
		URL:         o.text("url"),
		MerchantURL: o.text("merchant_url"),
		PhoneNumber: o.text("phone_number"),
		CopyCode:    o.text("copy_code"),
	}
}

type buttonJSON struct {
	Type        string `json:"type"`
	Title       string `json:"title"`
	ID          string `json:"id"`
	CopyCode    string `json:"copy_code,omitempty"`
	PhoneNumber string `json:"phone_number,omitempty"`
	URL         string `json:"url,omitempty"`
	MerchantURL string `json:"merchant_url,omitempty"`
}

func encodeButtons(list message.Buttons) []buttonJSON {
	out := make([]buttonJSON, 0, len(list))
	for _, b := range list {
		out = append(out, buttonJSON{
			Type: string(b.Kind), Title: b.Title, ID: b.ID,
			CopyCode: b.CopyCode, PhoneNumber: b.PhoneNumber, URL: b.URL, MerchantURL: b.MerchantURL,
		})
	}
	return out
}

// hsmJSON is how the dialect cites a message with buttons: texts are plain, titles are called text,
// and ids carry the prefix of the wire.
type hsmJSON struct {
	Header  string          `json:"header,omitempty"`
	Body    string          `json:"body"`
	Footer  string          `json:"footer,omitempty"`
	Buttons []hsmButtonJSON `json:"buttons"`
}

type hsmButtonJSON struct {
	Type        string `json:"type"`
	Text        string `json:"text"`
	ID          string `json:"id"`
	CopyCode    string `json:"copy_code,omitempty"`
	PhoneNumber string `json:"phone_number,omitempty"`
	URL         string `json:"url,omitempty"`
}

func encodeHSM(i message.Interactive, list message.Buttons) hsmJSON {
	return hsmJSON{Header: i.Header, Body: i.Body, Footer: i.Footer, Buttons: encodeHSMButtons(list)}
}

func encodeHSMButtons(list message.Buttons) []hsmButtonJSON {
	out := []hsmButtonJSON{}
	for _, b := range list {
		out = append(out, hsmButtonJSON{
			Type: string(b.Kind), Text: b.Title, ID: message.ButtonPrefix + b.ID,
			CopyCode: b.CopyCode, PhoneNumber: b.PhoneNumber, URL: b.URL,
		})
	}
	return out
}
