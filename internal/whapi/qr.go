package whapi

import "tapgate/internal/id"

// QR is a login code to be scanned.
type QR struct {
	// Status is OK, TIMEOUT, WAITING or ERROR.
	Status string
	// Base64 is a PNG image in base64; "" leaves it out.
	Base64 string
	// RowData is the text inside the code; "" leaves it out.
	RowData string
	// Expire is the number of seconds for which the code can be scanned; 0 leaves it out.
	Expire int
}

// EncodeQR is the answer to GET /users/login.
func EncodeQR(q QR) ([]byte, error) { return encode(encodeQR(q)) }

type qrJSON struct {
	Status  string `json:"status"`
	Base64  string `json:"base64,omitempty"`
	RowData string `json:"rowdata,omitempty"`
	Expire  int    `json:"expire,omitempty"`
}

func encodeQR(q QR) qrJSON { return qrJSON(q) }

// DecodePhone reads the body of POST /tapgate/channels/{ChannelID}/login/code: the number to pair.
func DecodePhone(b Body) (id.User, error) {
	o, err := b.open(MaxRequest)
	if err != nil {
		return "", err
	}
	number := id.User(o.needText("phone"))
	if !o.in.knows("/phone") && !number.Valid() {
		o.in.fail("/phone", "must be a phone number: digits only, with the country code, without +")
	}
	return number, o.in.err()
}
