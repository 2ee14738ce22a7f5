package whapi

import "errors"

// QR is a login code to be scanned.
type QR struct {
	// Status is OK, TIMEOUT, WAITING or ERROR.
	Status string
	// Base64 is a PNG image in base64; "" leaves it out.
	Base64 string
	// RowData is the text inside the code; "" leaves it out.
	RowData string
	// Expire is the number of seconds for which the code can be scanned.
	Expire int
}

// EncodeQR is the answer to GET /users/login.
func EncodeQR(q QR) ([]byte, error) { return nil, errors.New("not yet") }
