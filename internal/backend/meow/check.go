package meow

import (
	"context"
	"fmt"
	"strings"

	"go.mau.fi/whatsmeow/types"

	"tapgate/internal/backend"
	"tapgate/internal/id"
)

// Check implements backend.Session. The library remembers which hidden number belongs to each of them.
func (s *session) Check(ctx context.Context, numbers []id.User) (map[id.User]id.User, error) {
	if !s.connected() {
		return nil, backend.ErrOffline
	}
	phones := make([]string, len(numbers))
	for i, n := range numbers {
		phones[i] = "+" + string(n) // the international form
	}
	list, err := s.client.IsOnWhatsApp(ctx, phones)
	if err != nil {
		return nil, fmt.Errorf("ask which numbers are on WhatsApp: %w", err)
	}
	found := map[id.User]id.User{}
	for _, r := range list {
		number := r.PhoneNumber
		if number.IsEmpty() && r.JID.Server != types.HiddenUserServer {
			number = r.JID
		}
		asked := id.User(strings.TrimPrefix(r.Query, "+"))
		if asked == "" {
			asked = id.User(number.User)
		}
		if !r.IsIn {
			continue
		}
		if found[asked] = asked; number.User != "" {
			found[asked] = id.User(number.User)
		}
	}
	return found, nil
}
