package whapi

import (
	"time"

	"tapgate/internal/channel"
	"tapgate/internal/id"
)

// Health is how a channel is.
type Health struct {
	Channel   id.Channel
	StartedAt time.Time
	Uptime    time.Duration
	// Version is the version of the gateway.
	Version string
	State   channel.State
	// Fault and Reason explain the state, to programs and to people; "" when the state says it all.
	Fault, Reason string
	// User is the channel's own number; it is told only while connected, because programs take it
	// as the sign that messages flow.
	User id.User
	// UserName is the name that the number's owner gave himself.
	UserName string
}

// EncodeHealth is the answer to GET /health.
func EncodeHealth(h Health) ([]byte, error) { return encode(encodeHealth(h)) }

type healthJSON struct {
	ChannelID string            `json:"channel_id,omitempty"`
	StartAt   int64             `json:"start_at"`
	Uptime    int64             `json:"uptime"`
	Status    channelStatusJSON `json:"status"`
	Version   string            `json:"version,omitempty"`
	User      *userJSON         `json:"user,omitempty"`
	// Fault and Reason are ours; the dialect has no such fields.
	Fault  string `json:"fault,omitempty"`
	Reason string `json:"reason,omitempty"`
}

type channelStatusJSON struct {
	Code int    `json:"code"`
	Text string `json:"text"`
}

type userJSON struct {
	ID   string `json:"id"`
	Name string `json:"name,omitempty"`
}

func encodeHealth(h Health) healthJSON {
	out := healthJSON{
		ChannelID: string(h.Channel),
		StartAt:   h.StartedAt.Unix(),
		Uptime:    int64(h.Uptime / time.Second),
		Status:    channelStatus(h.State),
		Version:   h.Version,
		Fault:     h.Fault,
		Reason:    h.Reason,
	}
	if h.State == channel.Connected && h.User != "" {
		out.User = &userJSON{ID: string(h.User), Name: h.UserName}
	}
	return out
}

// channelStatus maps a state to the code and the name that programs wait for. An unpaired channel
// waits for somebody to scan a code, so it is QR, as is one that shows the code already. A channel
// that tries again by itself is on its way up: LAUNCH.
func channelStatus(s channel.State) channelStatusJSON {
	switch s {
	case channel.Connecting, channel.Waiting:
		return channelStatusJSON{2, "LAUNCH"}
	case channel.Pairing, channel.Unpaired:
		return channelStatusJSON{3, "QR"}
	case channel.Connected:
		return channelStatusJSON{4, "AUTH"}
	case channel.Banned, channel.Outdated:
		return channelStatusJSON{5, "ERROR"}
	}
	return channelStatusJSON{1, "INIT"}
}
