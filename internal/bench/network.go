package bench

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"time"
)

// network is the emulated network and its customers.
type network struct {
	*process
	api     string
	address string
	root    string
	http    *http.Client
	known   int // customers that were added
}

func startNetwork(ctx context.Context, binary string) (*network, error) {
	var facts struct {
		API     string
		Network string
		RootKey string `json:"root_key"`
	}
	p, err := launch(ctx, &facts, binary, "network", "--listen", "127.0.0.1:0", "--json", "--log-level", "error")
	if err != nil {
		return nil, err
	}
	return &network{process: p, api: facts.API, address: facts.Network, root: facts.RootKey, http: newClient()}, nil
}

// newClient returns a client that keeps as many connections as there are channels.
func newClient() *http.Client {
	return &http.Client{
		Transport: &http.Transport{MaxIdleConns: 512, MaxIdleConnsPerHost: 512},
		Timeout:   time.Minute,
	}
}

// customer is the number of the i-th customer.
func customer(i int) string { return fmt.Sprintf("6137198%04d", i) }

// business is the number of the i-th channel, of the gateway or of the bare client.
func business(bare bool, i int) string {
	if bare {
		return fmt.Sprintf("9199843%05d", 50000+i)
	}
	return fmt.Sprintf("9199843%05d", i)
}

// people adds customers until there are n.
func (n *network) people(ctx context.Context, count int) error {
	for ; n.known < count; n.known++ {
		in := map[string]any{"phone": customer(n.known), "name": fmt.Sprint("Customer ", n.known)}
		if err := call(ctx, n.http, http.MethodPost, n.api+"/sandbox/customers", "", in, nil); err != nil {
			return err
		}
	}
	return nil
}

// scan lets a number's phone scan a code.
func (n *network) scan(ctx context.Context, number, code string) error {
	return call(ctx, n.http, http.MethodPost, n.api+"/sandbox/scan", "", map[string]string{"phone": number, "qr": code}, nil)
}

// write lets a customer write a text and returns the id of the message on the wire.
func (n *network) write(ctx context.Context, from, to, text string) (string, error) {
	var out struct{ ID string }
	err := call(ctx, n.http, http.MethodPost, n.api+"/sandbox/customers/"+from+"/messages", "", map[string]string{"to": to, "text": text}, &out)
	return stanzaOf(out.ID), err
}

// tap lets a customer press the first button of a message and returns the id on the wire of what that sent.
func (n *network) tap(ctx context.Context, from, message string) (string, error) {
	var out struct{ ID string }
	err := call(ctx, n.http, http.MethodPost, n.api+"/sandbox/customers/"+from+"/tap", "", map[string]any{"message_id": message, "button": 0}, &out)
	return stanzaOf(out.ID), err
}

// call makes one request with JSON in it and reads the JSON of the answer. token opens it, if it has
// to be opened.
func call(ctx context.Context, c *http.Client, method, url, token string, in, out any) error {
	var body io.Reader
	if in != nil {
		b, err := json.Marshal(in)
		if err != nil {
			return err
		}
		body = bytes.NewReader(b)
	}
	req, err := http.NewRequestWithContext(ctx, method, url, body)
	if err != nil {
		return err
	}
	if token != "" {
		req.Header.Set("Authorization", "Bearer "+token)
	}
	if in != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	resp, err := c.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	answer, err := io.ReadAll(resp.Body)
	if err != nil {
		return err
	}
	if resp.StatusCode > 299 {
		return fmt.Errorf("%s %s: %d: %s", method, url, resp.StatusCode, answer)
	}
	if out == nil {
		return nil
	}
	return json.Unmarshal(answer, out)
}
