package cli

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"text/tabwriter"
	"time"
)

// channelToken manages the tokens of a channel.
type channelToken struct {
	List   tokenList   `cmd:"" help:"List the tokens: their names and scopes, not the tokens themselves."`
	Add    tokenAdd    `cmd:"" help:"Make a token and print it once."`
	Rotate tokenRotate `cmd:"" help:"Put a new token in the place of one, which works on for a while."`
	Revoke tokenRevoke `cmd:"" help:"End a token at once."`
}

type tokenInfo struct {
	ID        string   `json:"id"`
	Name      string   `json:"name"`
	Scopes    []string `json:"scopes"`
	CreatedAt int64    `json:"created_at"`
	ExpiresAt int64    `json:"expires_at"`
}

type tokenList struct{ oneChannel }

// Run lists the tokens.
func (l *tokenList) Run(c *console) error {
	path, err := l.path(c.ctx)
	if err != nil {
		return err
	}
	var raw json.RawMessage
	if err := l.remote().get(c.ctx, path+"/tokens", &raw); err != nil {
		return err
	}
	if l.JSON {
		return c.line(raw)
	}
	var all struct{ Tokens []tokenInfo }
	if err := json.Unmarshal(raw, &all); err != nil {
		return err
	}
	w := tabwriter.NewWriter(c.stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "TOKEN ID\tNAME\tSCOPES\tMADE\tENDS")
	for _, t := range all.Tokens {
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\n", t.ID, dash(t.Name), strings.Join(t.Scopes, ","), day(t.CreatedAt), day(t.ExpiresAt))
	}
	return w.Flush()
}

// day is a moment for people; "-" for none.
func day(seconds int64) string {
	if seconds == 0 {
		return "-"
	}
	return time.Unix(seconds, 0).Local().Format(time.DateTime)
}

type tokenAdd struct {
	oneChannel
	Name    string        `help:"What you call it." placeholder:"NAME"`
	Scope   []string      `help:"What it allows: send, read, settings, admin; everything without it." enum:"send,read,settings,admin"`
	Expires time.Duration `help:"How long it works, such as 720h; for ever without it."`
}

// Run makes the token.
func (a *tokenAdd) Run(c *console) error {
	path, err := a.path(c.ctx)
	if err != nil {
		return err
	}
	in := map[string]any{"name": a.Name}
	if len(a.Scope) > 0 {
		in["scopes"] = a.Scope
	}
	if a.Expires > 0 {
		in["expires_at"] = time.Now().Add(a.Expires).Unix()
	}
	return c.newToken(&a.operator, path+"/tokens", in)
}

type oneToken struct {
	oneChannel
	ID string `arg:"" name:"token-id" help:"Id of the token, as token list tells it."`
}

type tokenRotate struct {
	oneToken
	Overlap time.Duration `help:"How long the old token works on." default:"24h"`
}

// Run makes the new token.
func (r *tokenRotate) Run(c *console) error {
	path, err := r.path(c.ctx)
	if err != nil {
		return err
	}
	return c.newToken(&r.operator, path+"/tokens/"+url.PathEscape(r.ID)+"/rotate", map[string]any{"overlap": r.Overlap.Seconds()})
}

// newToken makes a request that answers with a token, and prints that alone.
func (c *console) newToken(o *operator, path string, in any) error {
	var raw json.RawMessage
	if err := o.remote().do(c.ctx, http.MethodPost, path, in, &raw); err != nil {
		return err
	}
	if o.JSON {
		return c.line(raw)
	}
	var made struct{ Token string }
	if err := json.Unmarshal(raw, &made); err != nil {
		return err
	}
	_, err := fmt.Fprintln(c.stdout, made.Token)
	return err
}

type tokenRevoke struct{ oneToken }

// Run ends the token.
func (r *tokenRevoke) Run(c *console) error {
	path, err := r.path(c.ctx)
	if err != nil {
		return err
	}
	return c.did(&r.operator, http.MethodDelete, path+"/tokens/"+url.PathEscape(r.ID), "Revoked.")
}
