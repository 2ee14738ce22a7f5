package channel_test

import (
	"strings"
	"testing"

	"tapgate/internal/channel"
)

// The table is written down a second time on purpose: a change of the machine is a change of both.
const transitions = `
            idle pairing connecting connected waiting unpaired banned outdated
idle         x      x        x          x        x        x       x       x
pairing      x      x        x          x        x        x       x       x
connecting   x      x        x          x        x        x       x       x
connected    x      -        x          x        x        x       x       x
waiting      x      -        x          x        x        x       x       x
unpaired     -      -        -          -        -        x       -       -
banned       -      -        x          x        -        x       x       x
outdated     -      -        x          x        -        x       x       x
`

func TestFollows(t *testing.T) {
	lines := strings.Split(strings.TrimSpace(transitions), "\n")
	columns := strings.Fields(lines[0])
	for _, line := range lines[1:] {
		cells := strings.Fields(line)
		for i, to := range columns {
			from, want := channel.State(cells[0]), cells[i+1] == "x"
			if got := from.Follows(channel.State(to)); got != want {
				t.Errorf("%s.Follows(%s) = %v, want %v", from, to, got, want)
			}
		}
	}
}
