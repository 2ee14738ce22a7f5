package whapitest

import (
	"encoding/json"
	"fmt"
	"slices"
)

// Webhooks returns the events that the document describes, as "messages.post", sorted.
func (c *Contract) Webhooks() []string {
	var list []string
	for name := range c.model.Webhooks.FromOldest() {
		list = append(list, name)
	}
	slices.Sort(list)
	return list
}

// CheckWebhook returns what in the body of a webhook request is not as the document says.
func (c *Contract) CheckWebhook(body []byte) error {
	var value any
	if err := json.Unmarshal(body, &value); err != nil {
		return fmt.Errorf("webhook is not JSON: %w", err)
	}
	var head struct{ Event struct{ Type, Event string } }
	if err := json.Unmarshal(body, &head); err != nil {
		return fmt.Errorf("webhook without an event: %w", err)
	}
	name := head.Event.Type + "." + head.Event.Event
	item, ok := c.model.Webhooks.Get(name)
	if !ok {
		return fmt.Errorf("the document has no webhook %q: %s", name, body)
	}
	content, ok := item.Post.RequestBody.Content.Get("application/json")
	if !ok {
		return fmt.Errorf("the document describes no body of the webhook %s", name)
	}
	if err := c.conforms(content.Schema.Schema(), value); err != nil {
		return fmt.Errorf("webhook %s is not as described: %w\n%s", name, err, body)
	}
	return nil
}
