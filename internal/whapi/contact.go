package whapi

import (
	"strconv"
	"strings"

	"tapgate/internal/id"
)

// DecodeCheck reads the body of POST /contacts: the inputs as they were written.
func DecodeCheck(b Body) ([]string, error) {
	o, err := b.open(MaxRequest)
	if err != nil {
		return nil, err
	}
	var inputs []string
	if _, ok := o.need("contacts"); ok {
		for i, raw := range o.list("contacts") {
			inputs = append(inputs, o.in.text(o.at("contacts")+"/"+strconv.Itoa(i), raw))
		}
	}
	return inputs, o.in.err()
}

// PhoneNumber reads a number as people write it: with a plus sign, spaces, hyphens, dots, parentheses,
// or with the suffix of a private chat. ok is false for anything else.
func PhoneNumber(text string) (number id.User, ok bool) {
	text = strings.TrimSpace(text)
	text, suffix, _ := strings.Cut(text, "@")
	if suffix != "" && suffix != "s.whatsapp.net" && suffix != "c.us" {
		return "", false
	}
	text = strings.NewReplacer(" ", "", "-", "", "(", "", ")", "", ".", "").Replace(strings.TrimPrefix(text, "+"))
	number = id.User(text)
	return number, number.Valid() && len(number) >= 7
}

// Checked is what became of one input of POST /contacts.
type Checked struct {
	Input string
	// Number is the account's; "" when there is none.
	Number id.User
}

// EncodeChecked is the answer to POST /contacts.
func EncodeChecked(list []Checked) ([]byte, error) {
	type contactJSON struct {
		Input  string `json:"input"`
		Status string `json:"status"`
		WAID   string `json:"wa_id,omitempty"`
	}
	all := make([]contactJSON, len(list))
	for i, c := range list {
		all[i] = contactJSON{c.Input, "invalid", ""}
		if c.Number != "" {
			all[i].Status, all[i].WAID = "valid", string(c.Number)
		}
	}
	return encode(fields{{"contacts", all}})
}
