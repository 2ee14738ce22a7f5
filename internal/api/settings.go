package api

import (
	"encoding/json"
	"net/http"

	"tapgate/internal/channel"
	"tapgate/internal/fault"
	"tapgate/internal/store"
	"tapgate/internal/whapi"
)

func (s *Server) settingsRoutes() []Route {
	return []Route{
		{http.MethodGet, "/settings", s.readSettings},
		{http.MethodPatch, "/settings", s.changeSettings},
		{http.MethodDelete, "/settings", s.resetSettings},
		{http.MethodGet, "/settings/events", s.listEvents},
	}
}

func (s *Server) readSettings(c call) (answer, error) {
	now, err := s.Gateway.Settings(c.Context(), c.channel)
	if err != nil {
		return answer{}, err
	}
	return asJSON(whapi.EncodeSettings(now))
}

func (s *Server) changeSettings(c call) (answer, error) {
	body, err := c.body()
	if err != nil {
		return answer{}, err
	}
	var changes []string
	before, after, err := s.Gateway.UpdateSettings(c.Context(), c.channel, func(now channel.Settings) (channel.Settings, error) {
		patched, changed, err := whapi.PatchSettings(body, now)
		changes = changed
		return patched, err
	})
	if err != nil {
		return answer{}, err
	}
	c.noteSettings(before, after)
	return asJSON(whapi.EncodeSettingsChange(before, after, changes))
}

func (s *Server) resetSettings(c call) (answer, error) {
	before, after, err := s.Gateway.UpdateSettings(c.Context(), c.channel, func(now channel.Settings) (channel.Settings, error) {
		usual := channel.DefaultSettings()
		if whapi.SameSettings(now, usual) {
			return now, fault.New(fault.Conflict, "Settings already reset")
		}
		return usual, nil
	})
	if err != nil {
		return answer{}, err
	}
	c.noteSettings(before, after)
	return success()
}

// noteSettings records what was changed.
func (c call) noteSettings(before, after channel.Settings) {
	c.note(func(a *store.Audit) {
		for _, x := range whapi.SettingsChanges(before, after) {
			a.Changes = append(a.Changes, store.AuditChange(x))
		}
	})
}

// listEvents names every pair that a webhook may ask for. Pairs that never happen are allowed:
// clients register each type with each method.
func (s *Server) listEvents(call) (answer, error) {
	type pair struct {
		Type   string `json:"type"`
		Method string `json:"method"`
	}
	var all []pair
	for _, t := range []string{
		"messages", "statuses", "chats", "contacts", "groups", "presences", "calls", "channel", "users", "labels", "service",
	} {
		for _, m := range []string{"post", "put", "patch", "delete"} {
			all = append(all, pair{t, m})
		}
	}
	return asJSON(json.Marshal(all))
}
