package cli

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"time"
)

// webhooksCommand looks at webhooks and at what they were told.
type webhooksCommand struct {
	List   webhooksListCommand   `cmd:"" help:"List webhooks and how they fare."`
	Show   webhooksShowCommand   `cmd:"" help:"Show the deliveries of webhooks, newest first, or one of them with its requests."`
	Replay webhooksReplayCommand `cmd:"" help:"Make deliveries again: some, those of a time, or all that failed."`
	Secret webhooksSecretCommand `cmd:"" help:"Print the secret that signs the requests of a webhook, or make a new one."`
}

type webhooksListCommand struct{ remote }

// webhookAnswer is what the table shows of a webhook.
type webhookAnswer struct {
	Key, URL, Mode, Breaker string
	Failures, Pending, Dead int
	FailingSince            float64 `json:"failing_since"`
	ProbeAt                 float64 `json:"probe_at"`
	LastSuccess             float64 `json:"last_success"`
}

// Run lists webhooks.
func (l *webhooksListCommand) Run(c *console) error {
	var raw json.RawMessage
	if err := l.get(c.ctx, "/tapgate/webhooks", &raw); err != nil {
		return err
	}
	if l.JSON {
		return asJSON(c.stdout, raw)
	}
	var got struct{ Webhooks []webhookAnswer }
	if err := json.Unmarshal(raw, &got); err != nil {
		return err
	}
	var rows [][]string
	for _, w := range got.Webhooks {
		state := "works"
		switch {
		case w.Breaker == "open":
			state = "down, next try " + moment(w.ProbeAt)
		case w.Failures > 0:
			state = fmt.Sprintf("failing (%d)", w.Failures)
		}
		rows = append(rows, []string{w.Key, w.URL, w.Mode, state, strconv.Itoa(w.Pending), strconv.Itoa(w.Dead), moment(w.LastSuccess)})
	}
	return table(c.stdout, []string{"webhook", "url", "mode", "state", "waiting", "dead", "last success"}, rows)
}

type webhooksShowCommand struct {
	remote
	Delivery int64  `arg:"" optional:"" help:"Id of one delivery."`
	Webhook  string `help:"Only of this webhook, by its key."`
	State    string `help:"Only in this state: open, delivered, dead, expired or cancelled."`
	Before   int64  `help:"Only those with a lower id."`
	Limit    int    `help:"How many, 500 at most." default:"20"`
}

type deliveryAnswer struct {
	ID                         int64
	Webhook, URL, State, Event string
	EventID                    string `json:"event_id"`
	Type                       string
	Attempts                   int
	At                         float64
	NextAt                     float64 `json:"next_at"`
}

// Run shows deliveries.
func (s *webhooksShowCommand) Run(c *console) error {
	query := url.Values{"limit": {strconv.Itoa(s.Limit)}}
	for name, value := range map[string]string{"webhook": s.Webhook, "state": s.State} {
		if value != "" {
			query.Set(name, value)
		}
	}
	if s.Before > 0 {
		query.Set("before", strconv.FormatInt(s.Before, 10))
	}
	path := "/tapgate/deliveries?" + query.Encode()
	if s.Delivery > 0 {
		path = fmt.Sprintf("/tapgate/deliveries/%d", s.Delivery)
	}
	var raw json.RawMessage
	if err := s.get(c.ctx, path, &raw); err != nil {
		return err
	}
	switch {
	case s.JSON:
		return asJSON(c.stdout, raw)
	case s.Delivery > 0:
		return showDelivery(c, raw)
	}
	var got struct {
		Deliveries []deliveryAnswer
		Next       int64
	}
	if err := json.Unmarshal(raw, &got); err != nil {
		return err
	}
	var rows [][]string
	for _, d := range got.Deliveries {
		rows = append(rows, []string{
			strconv.FormatInt(d.ID, 10), moment(d.At), d.Type + "." + d.Event, d.Webhook, d.State, strconv.Itoa(d.Attempts), moment(d.NextAt),
		})
	}
	if err := table(c.stdout, []string{"delivery", "time", "event", "webhook", "state", "attempts", "next"}, rows); err != nil {
		return err
	}
	if got.Next > 0 {
		fmt.Fprintf(c.stdout, "more with --before %d\n", got.Next)
	}
	return nil
}

func showDelivery(c *console, raw []byte) error {
	var got struct {
		Delivery deliveryAnswer
		Attempts []struct {
			attemptAnswer
			Answer string
		}
		Body json.RawMessage
	}
	if err := json.Unmarshal(raw, &got); err != nil {
		return err
	}
	d := got.Delivery
	fmt.Fprintf(c.stdout, "delivery %d of %s.%s (%s) to %s: %s\n\n", d.ID, d.Type, d.Event, d.EventID, cmp.Or(d.URL, d.Webhook), d.State)
	var rows [][]string
	for _, a := range got.Attempts {
		status := "-"
		if a.Status > 0 {
			status = strconv.Itoa(a.Status)
		}
		rows = append(rows, []string{moment(a.At), fmt.Sprintf("%.0f ms", a.Took), status, a.Failure, a.Answer})
	}
	if err := table(c.stdout, []string{"time", "took", "status", "failure", "answer"}, rows); err != nil {
		return err
	}
	fmt.Fprintln(c.stdout)
	return asJSON(c.stdout, got.Body)
}

type webhooksReplayCommand struct {
	remote
	IDs     []int64       `arg:"" optional:"" name:"id" help:"Ids of deliveries."`
	Failed  bool          `help:"All that were given up and not replayed since."`
	Since   time.Duration `help:"All that were made within this time, such as 90m or 24h."`
	From    time.Time     `help:"All that were made then or later, as 2026-01-31T08:00:00Z."`
	To      time.Time     `help:"Only those that were made before."`
	State   string        `help:"Only in this state: delivered, dead, expired or cancelled."`
	Webhook string        `help:"Only of this webhook, by its key."`
	Target  string        `name:"to-url" help:"Where to, instead of the webhook." placeholder:"URL"`
	Mode    string        `help:"How, with --to-url: body, path or method."`
}

// request is the body of the request.
func (r *webhooksReplayCommand) request(now time.Time) (map[string]any, error) {
	in := map[string]any{}
	state := r.State
	if r.Failed {
		state = "dead"
	}
	for name, value := range map[string]string{"state": state, "webhook": r.Webhook, "url": r.Target, "mode": r.Mode} {
		if value != "" {
			in[name] = value
		}
	}
	if r.Since > 0 {
		r.From = now.Add(-r.Since)
	}
	if !r.From.IsZero() {
		in["time_from"] = float64(r.From.UnixMicro()) / 1e6
	}
	if !r.To.IsZero() {
		in["time_to"] = float64(r.To.UnixMicro()) / 1e6
	}
	if len(r.IDs) > 0 {
		in["ids"] = r.IDs
	} else if state == "" && r.From.IsZero() {
		return nil, errors.New("say which deliveries: ids, --failed, --state, --since or --from")
	}
	return in, nil
}

// Run replays, in as many requests as it takes.
func (r *webhooksReplayCommand) Run(c *console) error {
	in, err := r.request(time.Now())
	if err != nil {
		return err
	}
	total := 0
	for {
		var got struct {
			Replayed int
			Next     int64
		}
		if err := r.do(c.ctx, http.MethodPost, "/tapgate/deliveries/replay", in, &got); err != nil {
			if total > 0 {
				err = fmt.Errorf("%w (%d were replayed before)", err, total)
			}
			return err
		}
		total += got.Replayed
		if got.Next == 0 {
			break
		}
		in["after"] = got.Next
	}
	if r.JSON {
		return asJSON(c.stdout, map[string]int{"replayed": total})
	}
	_, err = fmt.Fprintf(c.stdout, "%d replayed\n", total)
	return err
}

type webhooksSecretCommand struct {
	remote
	Key     string        `arg:"" help:"Key of the webhook, as list shows it."`
	Rotate  bool          `help:"Make a new secret."`
	Overlap time.Duration `help:"With --rotate: for how long the old one signs as well." default:"24h"`
}

// Run prints the secret.
func (s *webhooksSecretCommand) Run(c *console) error {
	method, in := http.MethodGet, any(nil)
	if s.Rotate {
		method, in = http.MethodPost, map[string]any{"overlap_seconds": s.Overlap.Seconds()}
	}
	var raw json.RawMessage
	if err := s.do(c.ctx, method, "/tapgate/webhooks/"+url.PathEscape(s.Key)+"/secret", in, &raw); err != nil {
		return err
	}
	if s.JSON {
		return asJSON(c.stdout, raw)
	}
	var got struct {
		Secret   string
		OldUntil float64 `json:"old_until"`
	}
	if err := json.Unmarshal(raw, &got); err != nil {
		return err
	}
	fmt.Fprintln(c.stdout, got.Secret)
	if got.OldUntil > 0 {
		fmt.Fprintf(c.stderr, "the old secret signs as well until %s\n", moment(got.OldUntil))
	}
	return nil
}
