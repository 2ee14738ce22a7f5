package api

import (
	"encoding/base64"
	"encoding/json"
	"math"
	"net/http"

	"tapgate/internal/fault"
	"tapgate/internal/gateway"
	"tapgate/internal/id"
	"tapgate/internal/whapi"
)

func (s *Server) loginRoutes() []Route {
	return []Route{
		{http.MethodGet, "/users/login", s.login},
		{http.MethodGet, "/users/login/image", s.loginImage},
		{http.MethodGet, "/users/login/rowdata", s.loginText},
		{http.MethodGet, "/users/login/{PhoneNumber}", s.loginCode},
		{http.MethodPost, "/users/logout", s.logout},
	}
}

func (s *Server) login(c call) (answer, error) {
	code, err := s.Gateway.Login(c.Context(), c.channel)
	if err != nil {
		return answer{}, err
	}
	shown := s.describe(code)
	if code.QR != "" {
		if shown.Base64, err = c.drawBase64(code.QR); err != nil {
			return answer{}, err
		}
	}
	return asJSON(whapi.EncodeQR(shown))
}

func (s *Server) loginImage(c call) (answer, error) {
	code, err := s.Gateway.Login(c.Context(), c.channel)
	if err != nil {
		return answer{}, err
	}
	if code.QR == "" {
		return answer{}, fault.New(fault.Unavailable, "QR code not ready yet")
	}
	image, err := c.draw(code.QR)
	return answer{body: image, mediaType: "image/png"}, err
}

func (s *Server) loginText(c call) (answer, error) {
	code, err := s.Gateway.Login(c.Context(), c.channel)
	if err != nil {
		return answer{}, err
	}
	shown := s.describe(code)
	shown.RowData = code.QR
	return asJSON(whapi.EncodeQR(shown))
}

// describe says how things stand with a login code: WAITING while there is none.
func (s *Server) describe(code gateway.Login) whapi.QR {
	if code.QR == "" {
		return whapi.QR{Status: "WAITING"}
	}
	left := math.Floor(code.ExpiresAt.Sub(s.Now()).Seconds())
	return whapi.QR{Status: "OK", Expire: int(max(left, 0))}
}

// draw makes a PNG of text, as the query wants it.
func (c call) draw(text string) ([]byte, error) {
	d, err := whapi.DecodeDrawing(c.URL.Query())
	if err != nil {
		return nil, err
	}
	return whapi.DrawQR(text, d)
}

func (c call) drawBase64(text string) (string, error) {
	image, err := c.draw(text)
	return base64.StdEncoding.EncodeToString(image), err
}

func (s *Server) loginCode(c call) (answer, error) {
	text, err := c.param("PhoneNumber")
	if err != nil {
		return answer{}, err
	}
	number := id.User(text)
	if !number.Valid() {
		f := fault.New(fault.Invalid, "Wrong request parameters")
		f.Next = "the path must end in the phone number: digits only, with the country code, without +"
		return answer{}, f
	}
	return s.pairingCode(c, number)
}

func (s *Server) pairingCode(c call, number id.User) (answer, error) {
	code, err := s.Gateway.LoginCode(c.Context(), c.channel, number)
	if err != nil {
		return answer{}, err
	}
	return asJSON(json.Marshal(struct {
		Code string `json:"code"`
	}{code}))
}

func (s *Server) logout(c call) (answer, error) {
	if err := s.Gateway.Logout(c.Context(), c.channel); err != nil {
		return answer{}, err
	}
	return success()
}
