package browsertest

import (
	"context"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/chromedp"
)

// Tap touches the first element that a selector finds, once nothing moves any more.
func (p *Page) Tap(selector string) {
	p.T.Helper()
	p.Until(`document.querySelector(` + Quote(selector) + `) !== null`)
	p.Until(still)
	p.Do(chromedp.Tap(chromedp.CSS(selector)))
}

// Swipe draws a finger across the middle of the first element that a selector finds, dx pixels to the right and dy
// down, as a slow drag that comes to rest before it ends: how far it flies on would depend on the machine.
func (p *Page) Swipe(selector string, dx, dy float64) {
	p.T.Helper()
	p.Until(`document.querySelector(` + Quote(selector) + `) !== null`)
	at := Eval[[]float64](p, `(() => { const r = document.querySelector(`+Quote(selector)+`).getBoundingClientRect(); return [r.left + r.width / 2, r.top + r.height / 2]; })()`)
	now := time.Now()
	p.touch(now, input.DispatchTouchEventTypeTouchStart, &input.TouchPoint{X: at[0], Y: at[1]})
	const steps, rest = 12, 4
	for i := range steps + rest {
		way := min(1, float64(i+1)/steps)
		now = now.Add(20 * time.Millisecond)
		p.touch(now, input.DispatchTouchEventTypeTouchMove, &input.TouchPoint{X: at[0] + dx*way, Y: at[1] + dy*way})
	}
	p.touch(now.Add(100*time.Millisecond), input.DispatchTouchEventTypeTouchEnd)
}

func (p *Page) touch(at time.Time, kind input.DispatchTouchEventType, points ...*input.TouchPoint) {
	p.T.Helper()
	p.Do(chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		_, err := cdp.Call(ctx, t, input.DispatchTouchEvent, input.DispatchTouchEventParams{Type: kind, Timestamp: input.TimeSinceEpoch(float64(at.UnixMicro()) / 1e6), TouchPoints: append([]*input.TouchPoint{}, points...)})
		return err
	}))
}
