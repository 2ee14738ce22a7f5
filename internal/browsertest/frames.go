package browsertest

import (
	"context"
	"fmt"
	"testing"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/performance"
	"github.com/chromedp/chromedp"
)

// Frames is how a page kept up while it was scrolled. Times are milliseconds between two frames.
type Frames struct {
	Count                int
	Median, P95, Longest float64
	// Tasks is how many pieces of work held the page for more than 50 milliseconds, the longest for LongestTask.
	Tasks       int
	LongestTask float64
	// Script, Style and Layout are the processor's time for a frame, in milliseconds. Unlike the others it depends
	// little on who else uses the machine.
	Script, Style, Layout float64
}

// String implements fmt.Stringer.
func (f Frames) String() string {
	return fmt.Sprintf("%d frames: every %.0f ms, 95 of 100 within %.0f ms, the longest %.0f ms; %d tasks over 50 ms, the longest %.0f ms; processor's time for a frame: %.1f ms script, %.1f style, %.1f layout",
		f.Count, f.Median, f.P95, f.Longest, f.Tasks, f.LongestTask, f.Script, f.Style, f.Layout)
}

// Smooth fails the test where a frame takes so much of the processor that 30 in a second would not be reached.
func (f Frames) Smooth(t testing.TB) {
	t.Helper()
	if cost := f.Script + f.Style + f.Layout; cost > 33 {
		t.Errorf("a frame takes %.0f ms of the processor's time", cost)
	}
}

// Glide scrolls what a selector finds by some pixels a frame, until done is true, and tells how the page kept up.
func (p *Page) Glide(selector string, pixels int, done string) Frames {
	p.T.Helper()
	before := p.spent()
	f := Eval[Frames](p, fmt.Sprintf(`(async () => {
		const el = document.querySelector(%s), frames = [], tasks = [];
		const seen = new PerformanceObserver((list) => { for (const e of list.getEntries()) tasks.push(e.duration); });
		seen.observe({ type: 'longtask' });
		for (let before = await new Promise(requestAnimationFrame); frames.length < 20000;) {
			el.scrollTop += %d;
			const now = await new Promise(requestAnimationFrame);
			frames.push(now - before);
			before = now;
			if (%s) break;
		}
		await new Promise((resolve) => setTimeout(resolve, 100));
		seen.disconnect();
		frames.sort((a, b) => a - b);
		const at = (part) => frames[Math.min(frames.length - 1, Math.floor(part * frames.length))];
		return { Count: frames.length, Median: at(.5), P95: at(.95), Longest: frames.at(-1), Tasks: tasks.length, LongestTask: Math.max(0, ...tasks) };
	})()`, Quote(selector), pixels, done))
	after := p.spent()
	part := func(name string) float64 { return 1000 * (after[name] - before[name]) / float64(max(1, f.Count)) }
	f.Script, f.Style, f.Layout = part("ScriptDuration"), part("RecalcStyleDuration"), part("LayoutDuration")
	return f
}

// spent returns what the page's thread has used so far, in seconds of the processor's time.
func (p *Page) spent() map[string]float64 {
	p.T.Helper()
	all := map[string]float64{}
	p.Do(chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		if _, err := cdp.Call(ctx, t, performance.Enable, performance.EnableParams{TimeDomain: performance.EnableTimeDomainThreadTicks}); err != nil {
			return err
		}
		now, err := cdp.Call(ctx, t, performance.GetMetrics, cdp.Empty{})
		if err != nil {
			return err
		}
		for _, m := range now.Metrics {
			all[m.Name] = m.Value
		}
		return nil
	}))
	return all
}
