package whapi

import (
	"net/http"
	"strconv"

	"tapgate/internal/event"
	"tapgate/internal/message"
)

// statusJSON has its time as text, unlike messages.
type statusJSON struct {
	ID          string      `json:"id"`
	Code        int         `json:"code"`
	Status      string      `json:"status"`
	RecipientID string      `json:"recipient_id,omitempty"`
	ViewerID    string      `json:"viewer_id,omitempty"`
	Timestamp   string      `json:"timestamp"`
	Errors      []errorJSON `json:"errors,omitempty"`
}

func encodeStatus(s event.StatusChanged) statusJSON {
	out := statusJSON{
		ID:          s.Message.String(),
		Code:        s.Status.Code(),
		Status:      string(s.Status),
		RecipientID: s.Message.Chat.String(),
		ViewerID:    string(s.Viewer),
		Timestamp:   strconv.FormatInt(s.At.Unix(), 10),
	}
	if s.Status == message.Failed && s.Reason != "" {
		out.Errors = []errorJSON{{Code: http.StatusInternalServerError, Message: s.Reason}}
	}
	return out
}
