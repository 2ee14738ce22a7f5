package api

import (
	"net/http"
	"strings"

	"tapgate/internal/channel"
	"tapgate/internal/fault"
	"tapgate/internal/id"
	"tapgate/internal/whapi"
)

// access is who may use a route.
type access struct {
	// scope is what a channel's token needs; "" keeps all of them out: an admin token is needed.
	scope channel.Scope
	// inPath says that the channel is the one that the path names, not the one that the token opens.
	inPath bool
}

// ownChannel begins the paths about a channel that the path itself names.
const ownChannel = "/tapgate/channels/{ChannelID}"

// accessTo is the table of who may use what. A new route that reads needs the scope read, one that
// changes something the scope send, unless it stands here.
func accessTo(method, pattern string) access {
	under := func(prefixes ...string) bool {
		for _, p := range prefixes {
			if pattern == p || strings.HasPrefix(pattern, p+"/") {
				return true
			}
		}
		return false
	}
	reads := method == http.MethodGet || method == http.MethodHead
	switch {
	case pattern == ownChannel && reads:
		return access{channel.Read, true}
	case pattern == ownChannel:
		return access{"", true}
	case under(ownChannel):
		return access{channel.Admin, true}
	case under("/tapgate/channels", "/tapgate/tokens", "/tapgate/audit"):
		return access{}
	case under("/users/login", "/users/logout"):
		return access{scope: channel.Admin}
	case under("/settings", "/tapgate/webhooks"): // they tell secrets
		return access{scope: channel.Configure}
	case under("/tapgate/deliveries", "/tapgate/events") && !reads:
		return access{scope: channel.Configure}
	case reads, pattern == "/contacts" && method == http.MethodPost: // which only looks
		return access{scope: channel.Read}
	}
	return access{scope: channel.Send}
}

// admit finds the channel that an authenticated call is about: the one that the token opens; with an
// admin token the one that the query parameter channel names; or the one in the path. It is "" for
// routes that are about no channel.
func (s *Server) admit(c call, to access) (id.Channel, error) {
	admin := c.token.Channel == ""
	if !admin {
		if to.scope == "" {
			return "", mayNot("an admin token is needed")
		}
		if !c.token.Allows(to.scope) {
			return "", mayNot("it has the scopes " + whapi.Scopes(c.token.Scopes) + "; this needs " + string(to.scope))
		}
	}
	ch := c.token.Channel
	switch {
	case to.inPath:
		named, err := c.param("ChannelID")
		if err != nil {
			return "", err
		}
		if !admin && id.Channel(named) != ch {
			return "", mayNot("it opens another channel")
		}
		ch = id.Channel(named)
	case admin && to.scope == "":
		return "", nil
	case admin:
		ch = id.Channel(c.URL.Query().Get("channel"))
		if ch == "" {
			f := fault.New(fault.NotFound, "Channel not found")
			f.Next = "the token is an admin token: name the channel with the query parameter 'channel'"
			return "", f
		}
	}
	if admin {
		if _, err := s.Gateway.Health(c.Context(), ch); err != nil {
			return "", err
		}
	}
	return ch, nil
}

func mayNot(why string) error {
	return &fault.Error{Kind: fault.Forbidden, Code: "token_scope", Message: "This token may not do that", Next: why}
}
