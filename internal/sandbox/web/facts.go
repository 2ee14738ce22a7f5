package web

import (
	"maps"
	"net/http"

	"tapgate/internal/sandbox"
)

// listFacts answers with what the page's first panel shows, and the business number.
func (s *Server) listFacts(w http.ResponseWriter, _ *http.Request) error {
	facts := maps.Clone(s.Facts())
	if facts == nil {
		facts = map[string]any{}
	}
	facts["business"] = s.Business
	writeJSON(w, http.StatusOK, facts)
	return nil
}

// account is a number on the network with its devices, the phone itself included.
type account struct {
	Phone   string   `json:"phone"`
	Name    string   `json:"name"`
	LID     string   `json:"lid"`
	Devices []device `json:"devices"`
}

type device struct {
	JID    string `json:"jid"`
	Online bool   `json:"online"`
}

// refused is a message that the network refused, as WhatsApp would.
type refused struct {
	ID     string `json:"id"`
	Code   int    `json:"code"`
	Reason string `json:"reason"`
}

// unknown is a request that a client made and that the network does not emulate.
type unknown struct {
	Namespace string `json:"namespace"`
	Type      string `json:"type"`
	Child     string `json:"child"`
	Count     int    `json:"count"`
}

// showNetwork answers with what the emulated server knows and refused.
func (s *Server) showNetwork(w http.ResponseWriter, _ *http.Request) error {
	out := struct {
		Accounts []account `json:"accounts"`
		Refusals []refused `json:"refusals"`
		Unknown  []unknown `json:"unknown"`
	}{[]account{}, []refused{}, []unknown{}}
	for _, a := range s.Network.Accounts() {
		out.Accounts = append(out.Accounts, s.describeAccount(a))
	}
	for _, r := range s.Network.Refusals() {
		out.Refusals = append(out.Refusals, refused{r.ID, r.Code, r.Reason})
	}
	for _, u := range s.Network.Unknown() {
		out.Unknown = append(out.Unknown, unknown{u.Namespace, u.Type, u.Child, u.Count})
	}
	writeJSON(w, http.StatusOK, out)
	return nil
}

func (s *Server) describeAccount(a sandbox.Account) account {
	out := account{Phone: a.Phone, Name: a.Name, LID: a.LID.String(), Devices: []device{}}
	for _, jid := range s.Network.Devices(a.Phone) {
		out.Devices = append(out.Devices, device{jid.String(), s.Network.Online(jid)})
	}
	return out
}
