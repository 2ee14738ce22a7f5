package api

import (
	"context"
	"net/http"
	"strconv"
	"time"

	"tapgate/internal/channel"
	"tapgate/internal/fault"
	"tapgate/internal/id"
	"tapgate/internal/store"
	"tapgate/internal/webhook"
	"tapgate/internal/whapi"
)

// Webhooks is what the API needs of the deliveries. Errors for the user are faults.
type Webhooks interface {
	Webhooks(ctx context.Context, ch id.Channel) ([]webhook.Health, error)
	Secret(ctx context.Context, ch id.Channel, key string) (webhook.Secrets, error)
	RotateSecret(ctx context.Context, ch id.Channel, key string, overlap time.Duration) (webhook.Secrets, error)
	Deliveries(ctx context.Context, ch id.Channel, q store.DeliveryQuery) (list []store.Delivery, next int64, err error)
	Delivery(ctx context.Context, ch id.Channel, delivery int64) (store.Delivery, []store.Attempt, error)
	Replay(ctx context.Context, ch id.Channel, r webhook.Replay) (made int, next int64, err error)
	Events(ctx context.Context, ch id.Channel, after int64, limit int) (list []store.LoggedEvent, missed bool, err error)
	Test(ctx context.Context, hook channel.Webhook, r store.Record) (store.Attempt, error)
}

func (s *Server) webhookRoutes() []Route {
	return []Route{
		{http.MethodPost, "/settings/webhook_test", s.testWebhook},
		{http.MethodGet, "/tapgate/webhooks", s.listWebhooks},
		{http.MethodGet, "/tapgate/webhooks/{WebhookKey}/secret", s.readSecret},
		{http.MethodPost, "/tapgate/webhooks/{WebhookKey}/secret", s.rotateSecret},
		{http.MethodGet, "/tapgate/deliveries", s.listDeliveries},
		{http.MethodGet, "/tapgate/deliveries/{DeliveryID}", s.readDelivery},
		{http.MethodPost, "/tapgate/deliveries/replay", s.replayDeliveries},
		{http.MethodGet, "/tapgate/events", s.readEvents},
	}
}

// testWebhook makes one request with a made-up event. A receiver that does not take it is a fault of
// what was asked for.
func (s *Server) testWebhook(c call) (answer, error) {
	body, err := c.body()
	if err != nil {
		return answer{}, err
	}
	hook, eventType, err := whapi.DecodeWebhookTest(body)
	if err != nil {
		return answer{}, err
	}
	now := s.Now().UTC()
	r := store.Record{Event: id.NewEvent(), Channel: c.channel, At: now}
	if r.Type, r.Method, r.Body, err = whapi.RenderTest(c.channel, eventType, now); err != nil {
		return answer{}, err
	}
	a, err := s.Webhooks.Test(c.Context(), hook, r)
	if err != nil {
		return answer{}, err
	}
	if a.Failure != "" {
		f := fault.New(fault.Invalid, "The webhook did not take the test")
		f.Next = a.Failure
		return answer{}, f
	}
	return asJSON(whapi.EncodeSuccess())
}

func (s *Server) listWebhooks(c call) (answer, error) {
	list, err := s.Webhooks.Webhooks(c.Context(), c.channel)
	if err != nil {
		return answer{}, err
	}
	out := make([]whapi.WebhookState, len(list))
	for i, h := range list {
		out[i] = whapi.WebhookState{
			Key: h.Key, Webhook: h.Webhook, Breaker: string(h.Breaker), Failures: h.Failures, FailingSince: h.FailingSince,
			ProbeAt: h.ProbeAt, LastSuccess: h.LastSuccess, Pending: h.Pending, OldestPending: h.OldestPending, Dead: h.Dead,
		}
	}
	return asJSON(whapi.EncodeWebhookStates(out))
}

func (s *Server) readSecret(c call) (answer, error) {
	key, err := c.param("WebhookKey")
	if err != nil {
		return answer{}, err
	}
	secrets, err := s.Webhooks.Secret(c.Context(), c.channel, key)
	if err != nil {
		return answer{}, err
	}
	return asJSON(whapi.EncodeSecret(whapi.Secret(secrets)))
}

func (s *Server) rotateSecret(c call) (answer, error) {
	key, err := c.param("WebhookKey")
	if err != nil {
		return answer{}, err
	}
	body, err := c.body()
	if err != nil {
		return answer{}, err
	}
	overlap, err := whapi.DecodeRotation(body)
	if err != nil {
		return answer{}, err
	}
	c.note(func(a *store.Audit) { a.Target = key })
	secrets, err := s.Webhooks.RotateSecret(c.Context(), c.channel, key, overlap)
	if err != nil {
		return answer{}, err
	}
	return asJSON(whapi.EncodeSecret(whapi.Secret(secrets)))
}

func (s *Server) listDeliveries(c call) (answer, error) {
	q, err := whapi.DecodeDeliveryQuery(c.URL.Query())
	if err != nil {
		return answer{}, err
	}
	list, next, err := s.Webhooks.Deliveries(c.Context(), c.channel, store.DeliveryQuery{
		Webhook: q.Webhook, State: store.DeliveryState(q.State), Before: q.Before, Limit: q.Limit,
	})
	if err != nil {
		return answer{}, err
	}
	out := make([]whapi.Delivery, len(list))
	for i, d := range list {
		out[i] = deliveryOf(d)
	}
	return asJSON(whapi.EncodeDeliveries(out, next))
}

// deliveryOf says a delivery in the words of the translation.
func deliveryOf(d store.Delivery) whapi.Delivery {
	return whapi.Delivery{
		ID: d.ID, Webhook: d.Line.Webhook, URL: d.URL, State: string(d.State), Event: d.Record.Event,
		Type: d.Record.Type, Method: d.Record.Method, Attempts: d.Attempts, NextAt: d.NextAt, CreatedAt: d.CreatedAt, DoneAt: d.DoneAt,
		Replays: d.Replays, ReplayedBy: d.ReplayedBy,
	}
}

func (s *Server) readDelivery(c call) (answer, error) {
	text, err := c.param("DeliveryID")
	if err != nil {
		return answer{}, err
	}
	num, err := strconv.ParseInt(text, 10, 64)
	if err != nil || num < 1 {
		return answer{}, fault.New(fault.NotFound, "Delivery not found")
	}
	d, attempts, err := s.Webhooks.Delivery(c.Context(), c.channel, num)
	if fault.Is(err, fault.NotFound) {
		err = fault.Wrap(fault.NotFound, err, "Delivery not found")
	}
	if err != nil {
		return answer{}, err
	}
	list := make([]whapi.Attempt, len(attempts))
	for i, a := range attempts {
		list[i] = whapi.Attempt(a)
	}
	return asJSON(whapi.EncodeDelivery(deliveryOf(d), list, d.Record.Body))
}

func (s *Server) replayDeliveries(c call) (answer, error) {
	body, err := c.body()
	if err != nil {
		return answer{}, err
	}
	r, err := whapi.DecodeReplay(body)
	if err != nil {
		return answer{}, err
	}
	made, next, err := s.Webhooks.Replay(c.Context(), c.channel, webhook.Replay{
		IDs: r.IDs, Webhook: r.Webhook, State: store.DeliveryState(r.State), From: r.From, To: r.To, After: r.After, URL: r.URL, Mode: r.Mode,
	})
	if err != nil {
		return answer{}, err
	}
	return asJSON(whapi.EncodeReplay(made, next))
}

func (s *Server) readEvents(c call) (answer, error) {
	after, limit, err := whapi.DecodeEventQuery(c.URL.Query())
	if err != nil {
		return answer{}, err
	}
	list, missed, err := s.Webhooks.Events(c.Context(), c.channel, after, limit)
	if err != nil {
		return answer{}, err
	}
	out := make([]whapi.LoggedEvent, len(list))
	for i, e := range list {
		r := e.Record
		out[i] = whapi.LoggedEvent{Cursor: e.Seq, ID: r.Event, Type: r.Type, Method: r.Method, At: r.At, Body: r.Body}
	}
	return asJSON(whapi.EncodeEvents(out, after, missed))
}
