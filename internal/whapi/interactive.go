package whapi

import (
	"tapgate/internal/id"
	"tapgate/internal/message"
)

// DecodeInteractive reads the body of POST /messages/interactive. Any error is a fault.
func DecodeInteractive(b Body) (Send, error) {
	o, err := b.open(MaxUpload, "header", "body", "footer", "action")
	if err != nil {
		return Send{}, err
	}
	s := o.letter()
	if s.To.Server == id.Newsletter {
		o.in.refuse("/to", "is a newsletter, which takes no interactive messages")
	}
	i := message.Interactive{Header: o.caption("header"), Footer: o.caption("footer"), Media: o.attached()}
	switch _, ok := o.get("body"); {
	case !ok && i.Media != nil && i.Media.Caption != "": // it is the text under the media, as the body is
		i.Body, i.Media.Caption = i.Media.Caption, ""
	default:
		if b, ok := o.needPart("body"); ok {
			i.Body = b.needText("text")
		}
	}
	i.Action = o.action()
	s.Content = i
	return o.in.send(s)
}

// caption reads {"text": ...} that may be absent.
func (o object) caption(name string) string {
	part, ok := o.part(name)
	if !ok {
		return ""
	}
	return part.text("text")
}

// action reads the action by the type of the message. It is nil when it can't be read, and then
// that is recorded.
func (o object) action() message.Action {
	kind := o.text("type")
	if kind == "" {
		kind = "button"
	}
	a, ok := o.needPart("action")
	switch {
	case kind == "product":
		o.in.refuse("/type", `"product" is not supported yet`)
	case kind != "button" && kind != "list":
		o.in.fail("/type", "must be equal to one of the allowed values: button, list, product")
	case ok && kind == "button":
		a.only("buttons", kind)
		return a.buttons()
	case ok:
		a.only("list", kind)
		return a.listAction()
	}
	o.in.told["/action"] = true
	return nil
}

// only records the actions of other types, which would be left out silently, and those of older
// versions of the dialect.
func (o object) only(mine, kind string) {
	for _, other := range []string{"buttons", "list", "product"} {
		if other != mine && o.has(other) {
			o.in.fail(o.at(other), `must NOT be there when type is %q (which is "button" when absent)`, kind)
		}
	}
	for _, old := range [][2]string{{"sections", "/action/list/sections"}, {"button", "/action/list/label"}} {
		if o.has(old[0]) {
			o.in.fail(o.at(old[0]), "is of an older version of this API: it is %s now", old[1])
			o.in.told["/action/list"] = true
		}
	}
}

type interactiveJSON struct {
	Header *captionJSON `json:"header,omitempty"`
	Body   captionJSON  `json:"body"`
	Footer *captionJSON `json:"footer,omitempty"`
	Action actionJSON   `json:"action"`
	Type   string       `json:"type"`
	*mediaJSON
}

type captionJSON struct {
	Text string `json:"text"`
}

type actionJSON struct {
	Buttons []buttonJSON `json:"buttons,omitempty"`
	List    *listJSON    `json:"list,omitempty"`
}

// encodeInteractive tells a message as it was requested: ids are the caller's.
func encodeInteractive(i message.Interactive) *interactiveJSON {
	out := &interactiveJSON{
		Header: encodeCaption(i.Header),
		Body:   captionJSON{Text: i.Body},
		Footer: encodeCaption(i.Footer),
		Type:   "button",
	}
	if i.Media != nil {
		m := encodeMedia(*i.Media)
		out.mediaJSON = &m
	}
	switch a := i.Action.(type) {
	case message.Buttons:
		out.Action.Buttons = encodeButtons(a)
	case message.List:
		out.Type = "list"
		out.Action.List = &listJSON{Sections: encodeSections(a, ""), Label: a.Label}
	}
	return out
}

func encodeCaption(s string) *captionJSON {
	if s == "" {
		return nil
	}
	return &captionJSON{Text: s}
}
