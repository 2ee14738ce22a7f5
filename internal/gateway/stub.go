package gateway

import (
	"context"
	"time"

	"tapgate/internal/channel"
	"tapgate/internal/fault"
	"tapgate/internal/id"
	"tapgate/internal/message"
)

type actor struct{}

// Draft is a message to send.
type Draft struct {
	To      id.Chat
	Content message.Content
	// Typing is how long "typing" is shown before the message leaves. 0 shows nothing.
	Typing time.Duration
	// Recipe names the encoding; "" lets the backend choose.
	Recipe string
}

// NewChannel says what channel to add.
type NewChannel struct {
	ID    id.Channel // "" makes one
	Name  string     // "" takes the id
	Token string     // "" makes one
}

// Health is how a channel is.
type Health struct {
	Channel   channel.Channel
	StartedAt time.Time
	Uptime    time.Duration
	State     channel.State
	Reason    string
	Version   string
}

// Login is a code to pair with.
type Login struct {
	// QR is the text to show as a QR code.
	QR string
	// ExpiresAt is until when it can be scanned.
	ExpiresAt time.Time
}

var errStub = fault.New(fault.Unavailable, "not there yet")

// Start loads the channels, starts their actors and connects those that are paired.
func (g *Gateway) Start(ctx context.Context) error { return errStub }

// Stop finishes the sends in flight and closes the sessions; when ctx ends, it cuts them off.
func (g *Gateway) Stop(ctx context.Context) error { return errStub }

// AddChannel adds a channel and returns it with its token, which can't be read again.
func (g *Gateway) AddChannel(ctx context.Context, n NewChannel) (c channel.Channel, token string, err error) {
	return c, "", errStub
}

// Channels returns all channels in the order of their creation.
func (g *Gateway) Channels(ctx context.Context) ([]channel.Channel, error) { return nil, errStub }

// Authenticate returns the channel that a token opens.
func (g *Gateway) Authenticate(ctx context.Context, token string) (id.Channel, error) {
	return "", errStub
}

// Send accepts a message and waits for WhatsApp's ack for a while.
func (g *Gateway) Send(ctx context.Context, ch id.Channel, d Draft) (message.Message, error) {
	return message.Message{}, errStub
}

// Message returns one message of a channel.
func (g *Gateway) Message(ctx context.Context, ch id.Channel, m id.Message) (message.Message, error) {
	return message.Message{}, errStub
}

// Health tells how a channel is.
func (g *Gateway) Health(ctx context.Context, ch id.Channel) (Health, error) {
	return Health{}, errStub
}

// Wake starts a session that does not run.
func (g *Gateway) Wake(ctx context.Context, ch id.Channel) error { return errStub }

// Settings returns the settings of a channel.
func (g *Gateway) Settings(ctx context.Context, ch id.Channel) (channel.Settings, error) {
	return channel.Settings{}, errStub
}

// UpdateSettings changes the settings of a channel.
func (g *Gateway) UpdateSettings(ctx context.Context, ch id.Channel, change func(channel.Settings) (channel.Settings, error)) (before, after channel.Settings, err error) {
	return before, after, errStub
}

// Login returns the QR code to pair with.
func (g *Gateway) Login(ctx context.Context, ch id.Channel) (Login, error) { return Login{}, errStub }

// LoginCode returns the code to pair the number with.
func (g *Gateway) LoginCode(ctx context.Context, ch id.Channel, number id.User) (string, error) {
	return "", errStub
}

// Logout unpairs a channel.
func (g *Gateway) Logout(ctx context.Context, ch id.Channel) error { return errStub }
