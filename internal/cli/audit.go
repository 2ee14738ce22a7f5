package cli

import (
	"cmp"
	"encoding/json"
	"fmt"
	"net/url"
	"strconv"
	"strings"
)

// auditCommand shows who changed what.
type auditCommand struct {
	operator
	Channel string `help:"Only what was done to this channel, by its id." placeholder:"ID"`
	Before  int64  `help:"Only those with a lower id."`
	Limit   int    `help:"How many, 500 at most." default:"50"`
}

// Run shows records, newest first.
func (a *auditCommand) Run(c *console) error {
	query := url.Values{"limit": {strconv.Itoa(a.Limit)}}
	if a.Channel != "" {
		query.Set("channel", a.Channel)
	}
	if a.Before > 0 {
		query.Set("before", strconv.FormatInt(a.Before, 10))
	}
	var raw json.RawMessage
	if err := a.remote().get(c.ctx, "/tapgate/audit?"+query.Encode(), &raw); err != nil {
		return err
	}
	if a.JSON {
		return asJSON(c.stdout, raw)
	}
	var got struct {
		Records []struct {
			ID                      int64
			At                      float64
			Action, Outcome, Target string
			Token                   string                                  `json:"token_id"`
			Channel                 string                                  `json:"channel_id"`
			Changes                 []struct{ Field, Before, After string } `json:"changes"`
		}
		Next int64
	}
	if err := json.Unmarshal(raw, &got); err != nil {
		return err
	}
	var rows [][]string
	for _, r := range got.Records {
		detail := []string{r.Target}
		for _, x := range r.Changes {
			said := x.Field
			if x.Before != "" || x.After != "" {
				said += ": " + dash(x.Before) + " to " + dash(x.After)
			}
			detail = append(detail, said)
		}
		rows = append(rows, []string{
			strconv.FormatInt(r.ID, 10), moment(r.At), cmp.Or(r.Token, "tapgate"), r.Action, r.Outcome, dash(r.Channel),
			strings.TrimSpace(strings.Join(detail, " ")),
		})
	}
	if err := table(c.stdout, []string{"id", "time", "by", "action", "outcome", "channel", "what"}, rows); err != nil || got.Next == 0 {
		return err
	}
	_, err := fmt.Fprintf(c.stdout, "More: --before %d\n", got.Next)
	return err
}
