package api

import (
	"context"
	"net/http"
	"time"

	"tapgate/internal/channel"
	"tapgate/internal/gateway"
	"tapgate/internal/id"
	"tapgate/internal/store"
	"tapgate/internal/whapi"
)

// Channels is what the API needs to manage channels and their tokens. Tokens of the channel "" are
// admin tokens.
type Channels interface {
	AddChannel(ctx context.Context, n gateway.NewChannel) (c channel.Channel, token string, err error)
	Overview(ctx context.Context) ([]gateway.Health, error)
	RemoveChannel(ctx context.Context, ch id.Channel) error

	Tokens(ctx context.Context, ch id.Channel) ([]channel.Token, error)
	AddToken(ctx context.Context, ch id.Channel, n gateway.NewToken) (t channel.Token, secret string, err error)
	RotateToken(ctx context.Context, ch id.Channel, old string, overlap time.Duration) (t channel.Token, secret string, err error)
	RevokeToken(ctx context.Context, ch id.Channel, token string) error
}

func (s *Server) channelRoutes() []Route {
	return []Route{
		{http.MethodGet, "/tapgate/channels", s.listChannels},
		{http.MethodPost, "/tapgate/channels", s.addChannel},
		{http.MethodGet, ownChannel, s.showChannel},
		{http.MethodDelete, ownChannel, s.removeChannel},
		{http.MethodGet, ownChannel + "/login", s.ownLogin},
		{http.MethodGet, ownChannel + "/login/image", s.loginImage},
		{http.MethodPost, ownChannel + "/login/code", s.ownLoginCode},
		{http.MethodPost, ownChannel + "/logout", s.logout},
	}
}

func (s *Server) listChannels(c call) (answer, error) {
	all, err := s.Gateway.Overview(c.Context())
	if err != nil {
		return answer{}, err
	}
	list := make([]whapi.Channel, len(all))
	for i, h := range all {
		list[i] = shownChannel(h)
	}
	return asJSON(whapi.EncodeChannels(list))
}

func (s *Server) addChannel(c call) (answer, error) {
	body, err := c.optionalBody()
	if err != nil {
		return answer{}, err
	}
	name, err := whapi.DecodeNewChannel(body)
	if err != nil {
		return answer{}, err
	}
	added, token, err := s.Gateway.AddChannel(c.Context(), gateway.NewChannel{Name: name})
	if err != nil {
		return answer{}, err
	}
	c.note(func(a *store.Audit) { a.Channel = added.ID })
	h, err := s.Gateway.Health(c.Context(), added.ID)
	if err != nil {
		return answer{}, err
	}
	return asJSON(whapi.EncodeNewChannel(shownChannel(h), token))
}

func (s *Server) showChannel(c call) (answer, error) {
	h, err := s.Gateway.Health(c.Context(), c.channel)
	if err != nil {
		return answer{}, err
	}
	return asJSON(whapi.EncodeChannel(shownChannel(h)))
}

func shownChannel(h gateway.Health) whapi.Channel {
	return whapi.Channel{
		Channel: h.Channel, State: h.State, Fault: h.Fault, Reason: h.Reason, Until: h.Until, StartedAt: h.StartedAt, Waiting: h.Waiting,
	}
}

func (s *Server) removeChannel(c call) (answer, error) {
	if err := s.Gateway.RemoveChannel(c.Context(), c.channel); err != nil {
		return answer{}, err
	}
	return success()
}

// ownLogin is login with both the picture and the text.
func (s *Server) ownLogin(c call) (answer, error) {
	code, err := s.Gateway.Login(c.Context(), c.channel)
	if err != nil {
		return answer{}, err
	}
	shown := s.describe(code)
	if shown.RowData = code.QR; code.QR != "" {
		if shown.Base64, err = c.drawBase64(code.QR); err != nil {
			return answer{}, err
		}
	}
	return asJSON(whapi.EncodeQR(shown))
}

func (s *Server) ownLoginCode(c call) (answer, error) {
	body, err := c.body()
	if err != nil {
		return answer{}, err
	}
	number, err := whapi.DecodePhone(body)
	if err != nil {
		return answer{}, err
	}
	return s.pairingCode(c, number)
}

func success() (answer, error) { return asJSON([]byte(`{"success":true}`), nil) }
