package whapi

import (
	"time"

	"tapgate/internal/channel"
)

// Channel is a channel as its operator sees it. The dialect has nothing of the kind.
type Channel struct {
	Channel channel.Channel
	State   channel.State
	// Fault and Reason explain the state, to programs and to people.
	Fault, Reason string
	// Until is when a temporary ban ends; zero for none.
	Until     time.Time
	StartedAt time.Time
	// Waiting is how many messages wait to be sent.
	Waiting int
}

// EncodeChannels is the answer to GET /tapgate/channels.
func EncodeChannels(list []Channel) ([]byte, error) {
	all := make([]channelJSON, len(list))
	for i, c := range list {
		all[i] = encodeChannel(c)
	}
	return encode(fields{{"channels", all}})
}

// EncodeChannel is the answer to GET /tapgate/channels/{ChannelID}.
func EncodeChannel(c Channel) ([]byte, error) { return encode(encodeChannel(c)) }

// EncodeNewChannel is the answer to POST /tapgate/channels: the channel with its first token, the
// only time that it is told.
func EncodeNewChannel(c Channel, token string) ([]byte, error) {
	return encode(fields{{"channel", encodeChannel(c)}, {"token", token}})
}

// DecodeNewChannel reads the body of POST /tapgate/channels.
func DecodeNewChannel(b Body) (name string, err error) {
	o, err := b.open(MaxRequest)
	if err != nil {
		return "", err
	}
	name = o.text("name")
	return name, o.in.err()
}

type channelJSON struct {
	ID   string `json:"id"`
	Name string `json:"name"`
	// Number is the paired number, digits only.
	Number   string            `json:"number,omitempty"`
	PushName string            `json:"push_name,omitempty"`
	State    string            `json:"state"`
	Status   channelStatusJSON `json:"status"`
	Fault    string            `json:"fault,omitempty"`
	Reason   string            `json:"reason,omitempty"`
	Until    int64             `json:"until,omitempty"`
	Waiting  int               `json:"waiting"`
	// CreatedAt and StartedAt are seconds since 1970.
	CreatedAt int64 `json:"created_at"`
	StartedAt int64 `json:"started_at,omitempty"`
}

func encodeChannel(c Channel) channelJSON {
	return channelJSON{
		ID: string(c.Channel.ID), Name: c.Channel.Name, Number: string(c.Channel.Number), PushName: c.Channel.PushName,
		State: string(c.State), Status: channelStatus(c.State), Fault: c.Fault, Reason: c.Reason, Until: seconds(c.Until), Waiting: c.Waiting,
		CreatedAt: seconds(c.Channel.CreatedAt), StartedAt: seconds(c.StartedAt),
	}
}

// seconds is how times are told: seconds since 1970, 0 for none.
func seconds(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.Unix()
}
