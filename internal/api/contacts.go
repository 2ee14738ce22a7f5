package api

import (
	"net/http"

	"tapgate/internal/fault"
	"tapgate/internal/id"
	"tapgate/internal/whapi"
)

func (s *Server) contactRoutes() []Route {
	return []Route{
		{http.MethodPost, "/contacts", s.checkContacts},
		{http.MethodHead, "/contacts/{ContactID}", s.checkContact},
		{http.MethodGet, "/contacts/{ContactID}/profile", s.showContact},
	}
}

// checkContacts says of each input whether it is a number on WhatsApp. What can't be a number is
// invalid like one that has no account.
func (s *Server) checkContacts(c call) (answer, error) {
	body, err := c.body()
	if err != nil {
		return answer{}, err
	}
	inputs, err := whapi.DecodeCheck(body)
	if err != nil {
		return answer{}, err
	}
	list := make([]whapi.Checked, len(inputs))
	var numbers []id.User
	for i, input := range inputs {
		list[i].Input = input
		if number, ok := whapi.PhoneNumber(input); ok {
			numbers = append(numbers, number)
		}
	}
	found, err := s.Gateway.Check(c.Context(), c.channel, numbers)
	if err != nil {
		return answer{}, err
	}
	for i := range list {
		if number, ok := whapi.PhoneNumber(list[i].Input); ok {
			list[i].Number = found[number]
		}
	}
	return asJSON(whapi.EncodeChecked(list))
}

func (s *Server) checkContact(c call) (answer, error) {
	number, err := c.contact()
	if err != nil {
		return answer{}, err
	}
	found, err := s.Gateway.Check(c.Context(), c.channel, []id.User{number})
	if err != nil {
		return answer{}, err
	}
	if found[number] == "" {
		return answer{}, errUnregistered()
	}
	return asJSON([]byte("{}"), nil)
}

func (s *Server) showContact(c call) (answer, error) {
	number, err := c.contact()
	if err != nil {
		return answer{}, err
	}
	p, err := s.Gateway.ContactProfile(c.Context(), c.channel, number)
	if err != nil {
		return answer{}, err
	}
	return asJSON(whapi.EncodeProfile(p))
}

// contact returns the number that the path names. What can't be one is not registered.
func (c call) contact() (id.User, error) {
	text, err := c.param("ContactID")
	if err != nil {
		return "", err
	}
	number, ok := whapi.PhoneNumber(text)
	if !ok {
		return "", errUnregistered()
	}
	return number, nil
}

func errUnregistered() error { return fault.New(fault.NotFound, "Specified contact not registered") }
