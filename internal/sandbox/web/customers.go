package web

import (
	"context"
	"net/http"
	"strings"

	"tapgate/internal/sandbox/phone"
)

// customer is one phone in the table of customers.
type customer struct {
	Phone    string         `json:"phone"`
	Name     string         `json:"name"`
	Platform phone.Platform `json:"platform"`
	Online   bool           `json:"online"`
}

func describe(p *phone.Phone) customer {
	return customer{Phone: p.Number(), Name: p.Name(), Platform: p.Platform(), Online: p.Online()}
}

func (s *Server) listCustomers(w http.ResponseWriter, _ *http.Request) error {
	out := []customer{}
	for _, p := range s.Book.Customers() {
		out = append(out, describe(p))
	}
	writeJSON(w, http.StatusOK, out)
	return nil
}

// addCustomer adds a phone. Adding the same one again changes nothing, so that a script can be
// run twice.
func (s *Server) addCustomer(w http.ResponseWriter, r *http.Request) error {
	var in struct{ Phone, Name string }
	if err := readJSON(r, bodyLimit, &in); err != nil {
		return err
	}
	var wrong faults
	number := wrong.number("phone", in.Phone)
	in.Name = strings.TrimSpace(in.Name)
	if in.Name == "" {
		wrong.add("name is missing")
	}
	if len(in.Name) > nameLimit {
		wrong.add("name is longer than %d bytes", nameLimit)
	}
	if number != "" && number == s.Business {
		wrong.add("phone is the business number, which is no customer")
	}
	if err := wrong.err(); err != nil {
		return err
	}
	if p, ok := s.Book.Phone(number); ok {
		if p.Name() != in.Name {
			return problem{Status: http.StatusConflict, Message: "this phone exists already", Details: "its name is " + p.Name()}
		}
		writeJSON(w, http.StatusOK, describe(p))
		return nil
	}
	p, err := s.Book.Add(r.Context(), number, in.Name)
	if err != nil {
		return err
	}
	writeJSON(w, http.StatusOK, describe(p))
	return nil
}

// setPlatform changes which official client a phone imitates, and so what it draws.
func (s *Server) setPlatform(w http.ResponseWriter, r *http.Request, p *phone.Phone) error {
	var in struct{ Platform phone.Platform }
	if err := readJSON(r, bodyLimit, &in); err != nil {
		return err
	}
	if !in.Platform.Valid() {
		return faults{`platform must be "android", "ios" or "web"`}.err()
	}
	p.SetPlatform(in.Platform)
	writeJSON(w, http.StatusOK, describe(p))
	return nil
}

func (s *Server) setOnline(w http.ResponseWriter, r *http.Request, p *phone.Phone) error {
	var in struct{ Online *bool }
	if err := readJSON(r, bodyLimit, &in); err != nil {
		return err
	}
	if in.Online == nil {
		return faults{"online is missing, want true or false"}.err()
	}
	if err := p.SetOnline(r.Context(), *in.Online); err != nil {
		return err
	}
	writeJSON(w, http.StatusOK, describe(p))
	return nil
}

// setTyping shows or hides "typing" on the other side. Without "chat" it is the business number's.
func (s *Server) setTyping(w http.ResponseWriter, r *http.Request, p *phone.Phone) error {
	in := struct {
		Chat string
		On   bool
	}{On: true}
	if err := readJSON(r, bodyLimit, &in); err != nil {
		return err
	}
	if in.Chat == "" {
		in.Chat = s.Business
	}
	if err := p.Typing(r.Context(), in.Chat, in.On); err != nil {
		return err
	}
	writeJSON(w, http.StatusOK, map[string]bool{"typing": in.On})
	return nil
}

const nameLimit = 100 // bytes; WhatsApp shows about 25 characters of a name

// onPhone finds the phone that the path names.
func (s *Server) onPhone(h func(http.ResponseWriter, *http.Request, *phone.Phone) error) handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		p, ok := s.Book.Phone(digits(r.PathValue("phone")))
		if !ok {
			return notFound("there is no customer with this phone")
		}
		return h(w, r, p)
	}
}

// number checks a phone number and returns its digits, "" when it is none.
func (f *faults) number(field, text string) string {
	switch n := digits(text); {
	case text == "":
		f.add("%s is missing", field)
	case len(n) < 7 || len(n) > 15 || n[0] == '0':
		f.add("%s must be an international number of 7 to 15 digits", field)
	default:
		return n
	}
	return ""
}

// digits brings a number as people write it to its digits; "" when it holds anything else.
func digits(text string) string {
	text = strings.TrimSuffix(text, "@s.whatsapp.net")
	text = strings.NewReplacer("+", "", " ", "", "-", "", "(", "", ")", "").Replace(text)
	if strings.ContainsFunc(text, func(c rune) bool { return c < '0' || c > '9' }) {
		return ""
	}
	return text
}

// within bounds a call to the network: a fault may have silenced it.
func within(r *http.Request) (context.Context, context.CancelFunc) {
	return context.WithTimeout(r.Context(), callLimit)
}
