package whapi

import (
	"errors"

	"tapgate/internal/message"
)

// EncodeSent is the answer to a request that sends a message.
func EncodeSent(m message.Message) ([]byte, error) { return nil, errors.New("not yet") }

// EncodeMessage is one message, sent or received.
func EncodeMessage(m message.Message) ([]byte, error) { return nil, errors.New("not yet") }
