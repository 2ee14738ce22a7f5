package api

import (
	"net/http"

	"tapgate/internal/gateway"
	"tapgate/internal/message"
	"tapgate/internal/whapi"
)

func (s *Server) sendRoutes() []Route {
	return []Route{
		{http.MethodPost, "/messages/text", s.send(maxBody, whapi.DecodeText)},
		{http.MethodPost, "/messages/interactive", s.send(whapi.MaxUpload, whapi.DecodeInteractive)},
		{http.MethodPost, "/messages/carousel", s.send(whapi.MaxUpload, whapi.DecodeCarousel)},
	}
}

// send makes the handler that sends one kind of message, whose JSON may have limit bytes.
func (s *Server) send(limit int64, decode func(whapi.Body) (whapi.Send, error)) handler {
	return func(c call) (answer, error) {
		d, warnings, err := s.draft(c, limit, decode)
		if err != nil {
			return answer{}, err
		}
		sent, err := s.Gateway.Send(c.Context(), c.channel, d)
		if err != nil {
			return answer{}, err
		}
		a, err := asJSON(whapi.EncodeSent(sent))
		a.warnings = append(warnings, s.waits(c, sent)...)
		return a, err
	}
}

// waits warns of a message that can't leave for now because the channel is in trouble.
func (s *Server) waits(c call, m message.Message) []string {
	if m.Status != message.Pending {
		return nil
	}
	h, err := s.Gateway.Health(c.Context(), c.channel)
	if err != nil || h.Fault == "" {
		return nil
	}
	return []string{"the message waits (" + h.Fault + "): " + h.Reason}
}

// draft reads a request to send a message. The header X-Tapgate-Recipe names the encoding on the wire
// to use for this message; without it the backend chooses. What files came with the request are in
// the media store after that, and no longer in memory: sending may take a while.
func (s *Server) draft(c call, limit int64, decode func(whapi.Body) (whapi.Send, error)) (d gateway.Draft, warnings []string, err error) {
	in, err := c.read(limit)
	if err != nil {
		return d, nil, err
	}
	defer in.close()
	m, err := decode(in.Body())
	if err != nil {
		return d, nil, err
	}
	d = gateway.Draft{To: m.To, Typing: m.Typing, Quote: m.Quote, Edit: m.Edit, Recipe: c.Header.Get("X-Tapgate-Recipe")}
	if d.Key, err = idempotencyKey(c.Request, in); err != nil {
		return d, nil, err
	}
	if d.Expiry, err = expiry(c.Request); err != nil {
		return d, nil, err
	}
	d.Content, err = s.shelveAll(c, in, m.Content)
	return d, m.Warnings, err
}

// shelveAll stores the files of a message that came with the request. When one of them is wrong, those
// that are elsewhere are looked at as well, so that all faults are told at once.
func (s *Server) shelveAll(c call, in *payload, content message.Content) (message.Content, error) {
	wrong := map[string]error{}
	done, err := message.EachMedia(content, func(path string, m message.Media) (message.Media, error) {
		m, err := s.shelve(c, in, m)
		if err != nil {
			wrong[path] = err
		}
		return m, err
	})
	if err == nil {
		return done, nil
	}
	done, err = message.EachMedia(done, func(path string, m message.Media) (message.Media, error) {
		if wrong[path] != nil {
			return m, wrong[path]
		}
		return s.Gateway.ObtainMedia(c.Context(), c.channel, m)
	})
	return nil, message.WithProblems(err, message.Validate(done))
}

// shelve stores the file of a message that came with the request, and leaves one that is elsewhere.
func (s *Server) shelve(c call, in *payload, m message.Media) (message.Media, error) {
	src := *m.Source
	var kept message.Media
	var err error
	switch {
	case src.URL != "" || src.ID != "":
		return m, nil
	case len(src.Data) > 0:
		kept, err = s.Media.Obtain(c.Context(), c.channel, m.As, src)
	default:
		kept, err = in.form.put(c, src)
	}
	// What it is called and what it is, the store knows from now on, also when it was changed.
	src.ID, src.Data, src.FileName, src.MimeType = kept.ID, nil, "", ""
	m.Source = &src
	return m, err
}
