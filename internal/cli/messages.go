package cli

import (
	"cmp"
	"encoding/json"
	"fmt"
	"net/url"
	"strconv"
	"time"
)

// messagesCommand looks at the messages of a channel.
type messagesCommand struct {
	List messagesListCommand `cmd:"" help:"List messages, newest first."`
	Show messagesShowCommand `cmd:"" help:"Show what became of a message: attempts, ack, receipts, taps, webhooks."`
}

type messagesListCommand struct {
	remote
	Chat   string        `arg:"" optional:"" help:"Only of this chat, such as 61371989950@s.whatsapp.net."`
	Count  int           `help:"How many, 500 at most." default:"20"`
	Offset int           `help:"How many to leave out before."`
	Since  time.Duration `help:"Not older than this, such as 90m or 24h."`
	FromMe *bool         `name:"from-me" negatable:"" help:"Only what the channel's own number sent; --no-from-me: only what others did."`
}

// messageAnswer is what the tables show of a message.
type messageAnswer struct {
	ID        string
	FromMe    bool `json:"from_me"`
	Type      string
	Subtype   string
	ChatID    string `json:"chat_id"`
	Timestamp float64
	Status    string
	From      string
	Text      struct{ Body string }
	// Interactive is of a message with buttons or a list.
	Interactive struct{ Body struct{ Text string } }
	Reply       struct {
		Buttons struct{ Title string } `json:"buttons_reply"`
		List    struct{ Title string } `json:"list_reply"`
	}
	// Action is what somebody did to a message.
	Action struct {
		Type, Emoji string
		Content     struct{ Body, Caption string } `json:"edited_content"`
	}
}

// Run lists.
func (l *messagesListCommand) Run(c *console) error {
	query := url.Values{"count": {strconv.Itoa(l.Count)}, "offset": {strconv.Itoa(l.Offset)}}
	if l.Since > 0 {
		query.Set("time_from", strconv.FormatInt(time.Now().Add(-l.Since).Unix(), 10))
	}
	if l.FromMe != nil {
		query.Set("from_me", strconv.FormatBool(*l.FromMe))
	}
	path := "/messages/list"
	if l.Chat != "" {
		path += "/" + url.PathEscape(l.Chat)
	}
	var raw json.RawMessage
	if err := l.get(c.ctx, path+"?"+query.Encode(), &raw); err != nil {
		return err
	}
	if l.JSON {
		return asJSON(c.stdout, raw)
	}
	var got struct {
		Messages []messageAnswer
		Total    int
	}
	if err := json.Unmarshal(raw, &got); err != nil {
		return err
	}
	var rows [][]string
	for _, m := range got.Messages {
		rows = append(rows, []string{moment(m.Timestamp), m.ID, direction(m), m.ChatID, cmp.Or(m.Status, "received"), m.preview()})
	}
	if err := table(c.stdout, []string{"time", "id", "", "chat", "status", "content"}, rows); err != nil {
		return err
	}
	_, err := fmt.Fprintf(c.stdout, "%d of %d\n", len(rows), got.Total)
	return err
}

func direction(m messageAnswer) string {
	if m.FromMe {
		return "out"
	}
	return "in"
}

// preview is the beginning of what a message says.
func (m messageAnswer) preview() string {
	const most = 50
	kind := cmp.Or(m.Action.Type, m.Subtype, m.Type)
	said := cmp.Or(m.Text.Body, m.Interactive.Body.Text, m.Reply.Buttons.Title, m.Reply.List.Title,
		m.Action.Emoji, m.Action.Content.Body, m.Action.Content.Caption)
	if r := []rune(said); len(r) > most {
		said = string(r[:most]) + "…"
	}
	if said == "" {
		return kind
	}
	return kind + ": " + said
}

type messagesShowCommand struct {
	remote
	ID string `arg:"" help:"Id of the message, as the API told it."`
}

// timelineAnswer is what the tables show of a timeline.
type timelineAnswer struct {
	Message messageAnswer
	Failure struct{ Code, Reason string }
	Steps   []struct {
		Step, Result, Reason, By string
		At                       float64
		Number                   int
		Took                     *float64 `json:"took_ms"`
		Reply                    *messageAnswer
	}
	Webhooks []struct {
		Delivery             int64  `json:"delivery_id"`
		MessageID            string `json:"message_id"`
		Type, Event, Webhook string
		State                string
		At                   float64
		Attempts             []attemptAnswer
	}
}

type attemptAnswer struct {
	At      float64
	Took    float64 `json:"took_ms"`
	Status  int
	Failure string
}

// Run shows one message.
func (s *messagesShowCommand) Run(c *console) error {
	var raw json.RawMessage
	if err := s.get(c.ctx, "/tapgate/messages/"+url.PathEscape(s.ID)+"/timeline", &raw); err != nil {
		return err
	}
	if s.JSON {
		return asJSON(c.stdout, raw)
	}
	var l timelineAnswer
	if err := json.Unmarshal(raw, &l); err != nil {
		return err
	}
	return l.print(c)
}

func (l timelineAnswer) print(c *console) error {
	m := l.Message
	fmt.Fprintf(c.stdout, "%s  %s  %s  %s\n", m.ID, map[bool]string{true: "to", false: "in"}[m.FromMe], m.ChatID, cmp.Or(m.Status, "received"))
	fmt.Fprintln(c.stdout, tame(m.preview()))
	if l.Failure.Code != "" {
		fmt.Fprintf(c.stdout, "failed: %s (%s)\n", tame(l.Failure.Reason), l.Failure.Code)
	}
	fmt.Fprintln(c.stdout)
	var steps [][]string
	for _, s := range l.Steps {
		detail := s.Reason
		switch {
		case s.Reply != nil:
			detail = "by " + s.By + ": " + s.Reply.preview()
		case s.By != "":
			detail = "by " + s.By
		case s.Number > 0:
			detail = fmt.Sprintf("number %d: %s", s.Number, s.Result)
			if s.Reason != "" {
				detail += ", " + s.Reason
			}
		}
		steps = append(steps, []string{exactly(s.At), s.Step, lasted(s.Took), detail})
	}
	if err := table(c.stdout, []string{"time", "step", "took", "detail"}, steps); err != nil {
		return err
	}
	if len(l.Webhooks) == 0 {
		_, err := fmt.Fprintln(c.stdout, "\nNo webhook was told of it.")
		return err
	}
	fmt.Fprintln(c.stdout)
	return table(c.stdout, []string{"time", "delivery", "event", "webhook", "state", "attempts", "took", "last answer"}, l.told())
}

// told is the table of webhook deliveries.
func (l timelineAnswer) told() (rows [][]string) {
	for _, d := range l.Webhooks {
		took, answer := "", ""
		if n := len(d.Attempts); n > 0 {
			last := d.Attempts[n-1]
			took, answer = lasted(&last.Took), last.Failure
			if answer == "" {
				answer = strconv.Itoa(last.Status)
			}
		}
		about := d.Type + "." + d.Event
		if d.MessageID != l.Message.ID {
			about += " (reply)"
		}
		rows = append(rows, []string{exactly(d.At), strconv.FormatInt(d.Delivery, 10), about, d.Webhook, d.State, strconv.Itoa(len(d.Attempts)), took, answer})
	}
	return rows
}

// exactly shows a time with its milliseconds.
func exactly(seconds float64) string {
	return time.UnixMilli(int64(seconds * 1000)).Local().Format("2006-01-02 15:04:05.000")
}

// lasted shows milliseconds; "" when there are none.
func lasted(ms *float64) string {
	if ms == nil {
		return ""
	}
	d := time.Duration(*ms * float64(time.Millisecond))
	if d >= time.Second {
		return d.Round(10 * time.Millisecond).String()
	}
	return d.Round(10 * time.Microsecond).String()
}
