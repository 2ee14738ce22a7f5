package console

import (
	"net/http"

	"tapgate/internal/message"
)

// bound is how long a text may be, and how much of it apps show; 0 means all of it.
type bound struct {
	Most  int `json:"most"`
	Shown int `json:"shown,omitempty"`
}

// limits tells the composer what the API refuses and what apps cut short, so that it counts with the
// same numbers.
func (s *Server) limits(w http.ResponseWriter, _ *http.Request, _ session) {
	writeJSON(w, http.StatusOK, map[string]any{
		"buttons":        message.MaxButtons,
		"sections":       message.MaxSections,
		"rows":           message.MaxRows,
		"cards":          message.MaxCards,
		"header":         bound{message.MaxShortText, message.ShownHeader},
		"footer":         bound{message.MaxShortText, message.ShownFooter},
		"body":           bound{message.MaxBody, message.ShownInteractive},
		"listBody":       bound{message.MaxBody, message.ShownListBody},
		"text":           bound{Most: message.MaxBody},
		"label":          bound{message.MaxShortText, message.ShownLabel},
		"buttonTitle":    bound{message.MaxButtonTitle, message.ShownButtonTitle},
		"sectionTitle":   bound{message.MaxShortText, message.ShownSectionTitle},
		"rowTitle":       bound{message.MaxShortText, message.ShownRowTitle},
		"rowDescription": bound{message.MaxShortText, message.ShownRowDescription},
		"cardText":       bound{message.MaxShortText, message.ShownCardText},
	})
}
