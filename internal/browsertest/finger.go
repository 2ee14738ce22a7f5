package browsertest

import (
	"context"

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
// down, in steps small enough to be a drag.
func (p *Page) Swipe(selector string, dx, dy float64) {
	p.T.Helper()
	p.Until(`document.querySelector(` + Quote(selector) + `) !== null`)
	at := Eval[[]float64](p, `(() => { const r = document.querySelector(`+Quote(selector)+`).getBoundingClientRect(); return [r.left + r.width / 2, r.top + r.height / 2]; })()`)
	p.touch(input.DispatchTouchEventTypeTouchStart, &input.TouchPoint{X: at[0], Y: at[1]})
	const steps = 12
	for i := 1.0; i <= steps; i++ {
		p.touch(input.DispatchTouchEventTypeTouchMove, &input.TouchPoint{X: at[0] + dx*i/steps, Y: at[1] + dy*i/steps})
	}
	p.touch(input.DispatchTouchEventTypeTouchEnd)
}

func (p *Page) touch(kind input.DispatchTouchEventType, points ...*input.TouchPoint) {
	p.T.Helper()
	p.Do(chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		_, err := cdp.Call(ctx, t, input.DispatchTouchEvent, input.DispatchTouchEventParams{Type: kind, TouchPoints: append([]*input.TouchPoint{}, points...)})
		return err
	}))
}
