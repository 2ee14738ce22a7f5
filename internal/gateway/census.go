package gateway

import "tapgate/internal/channel"

// States counts the channels in each state.
func (g *Gateway) States() map[channel.State]int {
	g.mu.RLock()
	defer g.mu.RUnlock()
	count := map[channel.State]int{}
	for _, a := range g.actors {
		count[a.view.Load().state]++
	}
	return count
}
