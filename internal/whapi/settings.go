package whapi

import (
	"errors"

	"tapgate/internal/channel"
)

// EncodeSettings is the answer to GET /settings.
func EncodeSettings(s channel.Settings) ([]byte, error) { return nil, errors.New("not yet") }

// PatchSettings merges the body of PATCH /settings into now. Fields that are absent stay as they
// are, webhooks are replaced as a whole. Changes names the fields whose value differs afterwards.
// Any error is a fault.
func PatchSettings(body []byte, now channel.Settings) (after channel.Settings, changes []string, err error) {
	return now, nil, errors.New("not yet")
}

// EncodeSettingsChange is the answer to PATCH /settings.
func EncodeSettingsChange(before, after channel.Settings, changes []string) ([]byte, error) {
	return nil, errors.New("not yet")
}
