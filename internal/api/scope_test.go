package api

import (
	"testing"

	"tapgate/internal/channel"
)

// TestAccess: what a token needs for a route. "" is an admin token.
func TestAccess(t *testing.T) {
	for route, want := range map[[2]string]access{
		{"POST", "/messages/text"}:                           {scope: channel.Send},
		{"GET", "/messages/{MessageID}"}:                     {scope: channel.Read},
		{"HEAD", "/messages/{MessageID}"}:                    {scope: channel.Read},
		{"POST", "/media"}:                                   {scope: channel.Send},
		{"GET", "/health"}:                                   {scope: channel.Read},
		{"GET", "/settings"}:                                 {scope: channel.Configure}, // headers of webhooks are secrets
		{"PATCH", "/settings"}:                               {scope: channel.Configure},
		{"GET", "/settings/events"}:                          {scope: channel.Configure},
		{"GET", "/users/login/rowdata"}:                      {scope: channel.Admin}, // who scans it reads along
		{"POST", "/users/logout"}:                            {scope: channel.Admin},
		{"GET", "/tapgate/channels"}:                         {},
		{"POST", "/tapgate/channels"}:                        {},
		{"GET", "/tapgate/channels/{ChannelID}"}:             {channel.Read, true},
		{"DELETE", "/tapgate/channels/{ChannelID}"}:          {"", true},
		{"POST", "/tapgate/channels/{ChannelID}/tokens"}:     {channel.Admin, true},
		{"GET", "/tapgate/channels/{ChannelID}/login/image"}: {channel.Admin, true},
		{"POST", "/tapgate/tokens/{TokenID}/rotate"}:         {},
		{"GET", "/tapgate/messages/{MessageID}/timeline"}:    {scope: channel.Read},
		{"POST", "/tapgate/deliveries/{DeliveryID}/replay"}:  {scope: channel.Configure},
		{"GET", "/tapgate/webhooks/{WebhookKey}/secret"}:     {scope: channel.Configure},
		{"GET", "/tapgate/audit"}:                            {},
		{"GET", "/tapgate/channelsomething"}:                 {scope: channel.Read},
	} {
		if got := accessTo(route[0], route[1]); got != want {
			t.Errorf("%s %s: %+v, want %+v", route[0], route[1], got, want)
		}
	}
}
