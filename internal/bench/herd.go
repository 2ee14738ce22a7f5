package bench

import (
	"context"
	"encoding/json"
	"errors"
	"time"
)

// bareClient is the process of the bare client, seen from outside.
type bareClient struct{ *process }

func startBare(ctx context.Context, binary, dir string, n *network) (*bareClient, error) {
	p, err := launch(ctx, &reply{}, binary, "bench-bare", "--api", n.api, "--network", n.address, "--network-root", n.root, "--dir", dir)
	if err != nil {
		return nil, err
	}
	return &bareClient{p}, nil
}

// do gives an order and waits until it is done.
func (b *bareClient) do(ctx context.Context, o order) (r reply, err error) {
	line, err := json.Marshal(o)
	if err != nil {
		return r, err
	}
	if _, err := b.in.Write(append(line, '\n')); err != nil {
		return r, err
	}
	if err := b.read(ctx, &r); err != nil {
		return r, err
	}
	if r.Error != "" {
		return r, errors.New("bare client: " + r.Error)
	}
	return r, nil
}

// sample turns the answer to a send into one.
func (r reply) sample(cpu usage) sample {
	s := sample{elapsed: time.Duration(r.Elapsed) * time.Microsecond, cpu: cpu}
	for _, us := range r.Took {
		s.took = append(s.took, time.Duration(us)*time.Microsecond)
	}
	return s
}
