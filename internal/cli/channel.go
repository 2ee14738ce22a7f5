package cli

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"text/tabwriter"
	"time"

	"tapgate/internal/obs"
)

// channelCommand manages the channels of a running tapgate.
type channelCommand struct {
	Add    channelAdd    `cmd:"" help:"Add a channel, print its token, and pair it."`
	List   channelList   `cmd:"" help:"List the channels and how they are."`
	Show   channelShow   `cmd:"" help:"Show one channel."`
	Pair   channelPair   `cmd:"" help:"Pair a channel with a phone, by QR code or by pairing code."`
	Unpair channelUnpair `cmd:"" help:"Unlink a channel from its phone. Its settings and messages stay."`
	Remove channelRemove `cmd:"" help:"Unpair a channel and remove it with everything it has."`
	Token  channelToken  `cmd:"" help:"Manage the tokens of a channel."`
}

// operator is remote with the token of an operator.
type operator struct {
	URL   string     `name:"url" help:"Address of the running tapgate." default:"http://127.0.0.1:8080" env:"TAPGATE_URL"`
	Token obs.Secret `help:"Admin token, which was printed at the first start; or a token of the channel with the scope admin." env:"TAPGATE_ADMIN_TOKEN,TAPGATE_TOKEN" placeholder:"TOKEN"`
	JSON  bool       `help:"Print what tapgate answers, as JSON."`
}

func (o *operator) remote() *remote { return &remote{URL: o.URL, Token: o.Token, JSON: o.JSON} }

// oneChannel is embedded in the commands about one channel.
type oneChannel struct {
	operator
	Channel string `arg:"" help:"Id of the channel, or its name."`
}

// path resolves the channel: it may be named by its id or, with an admin token, by its name.
func (o *oneChannel) path(ctx context.Context) (string, error) {
	own := "/tapgate/channels/" + url.PathEscape(o.Channel)
	err := o.remote().get(ctx, own, nil)
	if no := (*refused)(nil); !errors.As(err, &no) || no.status != http.StatusNotFound {
		return own, err
	}
	var all struct{ Channels []channelInfo }
	if o.remote().get(ctx, "/tapgate/channels", &all) != nil {
		return "", err
	}
	var found []string
	for _, c := range all.Channels {
		if c.Name == o.Channel {
			found = append(found, c.ID)
		}
	}
	switch len(found) {
	case 0:
		return "", fmt.Errorf("there is no channel %q; see tapgate channel list", o.Channel)
	case 1:
		return "/tapgate/channels/" + url.PathEscape(found[0]), nil
	}
	return "", fmt.Errorf("%d channels are called %q: give the id, one of %q", len(found), o.Channel, found)
}

// channelInfo is a channel as tapgate tells it.
type channelInfo struct {
	ID       string `json:"id"`
	Name     string `json:"name"`
	Number   string `json:"number"`
	PushName string `json:"push_name"`
	State    string `json:"state"`
	Fault    string `json:"fault"`
	Reason   string `json:"reason"`
	Until    int64  `json:"until"`
	Waiting  int    `json:"waiting"`
}

type channelList struct{ operator }

// Run lists the channels.
func (l *channelList) Run(c *console) error {
	var raw json.RawMessage
	if err := l.remote().get(c.ctx, "/tapgate/channels", &raw); err != nil {
		return err
	}
	if l.JSON {
		return c.line(raw)
	}
	var all struct{ Channels []channelInfo }
	if err := json.Unmarshal(raw, &all); err != nil {
		return err
	}
	if len(all.Channels) == 0 {
		_, err := fmt.Fprintln(c.stdout, "There is no channel yet: tapgate channel add NAME")
		return err
	}
	w := tabwriter.NewWriter(c.stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "CHANNEL\tNAME\tNUMBER\tSTATE\tWAITING\tREASON")
	for _, ch := range all.Channels {
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%d\t%s\n", ch.ID, ch.Name, dash(ch.Number), ch.State, ch.Waiting, ch.Reason)
	}
	return w.Flush()
}

func dash(text string) string {
	if text == "" {
		return "-"
	}
	return text
}

type channelShow struct{ oneChannel }

// Run shows the channel.
func (s *channelShow) Run(c *console) error {
	path, err := s.path(c.ctx)
	if err != nil {
		return err
	}
	var raw json.RawMessage
	if err := s.remote().get(c.ctx, path, &raw); err != nil {
		return err
	}
	if s.JSON {
		return c.line(raw)
	}
	var ch channelInfo
	if err := json.Unmarshal(raw, &ch); err != nil {
		return err
	}
	return ch.tell(c.stdout)
}

// tell writes everything that is known of the channel, for people.
func (ch channelInfo) tell(out io.Writer) error {
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintf(w, "Channel\t%s\nName\t%s\nNumber\t%s\nState\t%s\nWaiting\t%d messages\n", ch.ID, ch.Name, dash(ch.Number), ch.State, ch.Waiting)
	if ch.PushName != "" {
		fmt.Fprintf(w, "Shown as\t%s\n", ch.PushName)
	}
	if ch.Reason != "" {
		fmt.Fprintf(w, "Reason\t%s\n", ch.Reason)
	}
	if ch.Fault != "" {
		fmt.Fprintf(w, "Fault\t%s\n", ch.Fault)
	}
	if ch.Until > 0 {
		fmt.Fprintf(w, "Until\t%s\n", time.Unix(ch.Until, 0).Local().Format(time.DateTime))
	}
	return w.Flush()
}

type channelUnpair struct{ oneChannel }

// Run unpairs the channel.
func (u *channelUnpair) Run(c *console) error {
	path, err := u.path(c.ctx)
	if err != nil {
		return err
	}
	return c.did(&u.operator, http.MethodPost, path+"/logout", "Unpaired.")
}

type channelRemove struct {
	oneChannel
	Yes bool `help:"Do it: what is removed can't be brought back." required:""`
}

// Run removes the channel.
func (r *channelRemove) Run(c *console) error {
	path, err := r.path(c.ctx)
	if err != nil {
		return err
	}
	return c.did(&r.operator, http.MethodDelete, path, "Removed.")
}

// did makes a request that answers with success only, and says so.
func (c *console) did(o *operator, method, path, said string) error {
	var raw json.RawMessage
	if err := o.remote().do(c.ctx, method, path, nil, &raw); err != nil {
		return err
	}
	if o.JSON {
		return c.line(raw)
	}
	_, err := fmt.Fprintln(c.stdout, said)
	return err
}

// line writes one line of JSON.
func (c *console) line(v any) error {
	b, err := json.Marshal(v)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintln(c.stdout, string(b))
	return err
}

type channelAdd struct {
	operator
	pairing
	Name   string `arg:"" optional:"" help:"What you call it."`
	NoPair bool   `help:"Don't pair it yet."`
}

// Run adds the channel and pairs it.
func (a *channelAdd) Run(c *console) error {
	var raw json.RawMessage
	in := map[string]string{"name": a.Name}
	if err := a.remote().do(c.ctx, http.MethodPost, "/tapgate/channels", in, &raw); err != nil {
		return err
	}
	var added struct {
		Channel channelInfo
		Token   string
	}
	if err := json.Unmarshal(raw, &added); err != nil {
		return err
	}
	var err error
	if a.JSON {
		err = c.line(raw)
	} else {
		_, err = fmt.Fprintf(c.stdout, "Channel  %s\nToken    %s   <- shown now and never again\n\n", added.Channel.ID, added.Token)
	}
	if err != nil || a.NoPair {
		return err
	}
	return a.run(c, &a.operator, "/tapgate/channels/"+url.PathEscape(added.Channel.ID))
}
