package web_test

import (
	"fmt"
	"testing"

	"tapgate/internal/browsertest"
)

// A chat of 2,000 messages opens with the newest of them, draws earlier ones a part at a time, and reaches the first.
func TestBrowserScrollsThroughManyMessages(t *testing.T) {
	browsertest.Need(t)
	const many = 2000
	w := newWorld(t)
	w.pair()
	for i := range many {
		if i%10 == 0 {
			w.send(quickReply("", fmt.Sprint("Message ", i), "", "Yes", "No"), mixed())
		} else {
			w.send(text(fmt.Sprint("Message ", i)))
		}
	}
	w.messageWith("body", fmt.Sprint("Message ", many-1))
	p := w.browse(1440, 900)
	p.Until(`[...document.querySelectorAll('.row .body')].at(-1)?.textContent === 'Message 1999'`)
	if drawn := browsertest.Eval[int](p, `document.querySelectorAll('.row').length`); drawn > 200 {
		t.Errorf("%d bubbles are drawn at first", drawn)
	}
	p.Until(`document.title === 'tapgate sandbox'`) // all is read, so that nothing else is under way
	p.Until(`document.querySelector('.chat-view').scrollTop > 0`)
	up := p.Glide(`.chat-view`, -400, `el.scrollTop === 0 && !el.querySelector('.earlier')`)
	up.Smooth(t)
	down := p.Glide(`.chat-view`, 400, `el.scrollTop + el.clientHeight >= el.scrollHeight - 2`)
	down.Smooth(t)
	t.Logf("400 pixels a frame\nup: %s\ndown, with all bubbles drawn: %s", up, down)
	p = w.browse(1440, 900)
	p.Until(`[...document.querySelectorAll('.row .body')].at(-1)?.textContent === 'Message 1999'`)
	// Up by half a screen per frame; the bubble in the middle of the screen stands where it was after each step.
	seen := browsertest.Eval[map[string]float64](p, `(async () => {
		const view = document.querySelector('.chat-view');
		let longest = 0, jumps = 0, frames = 0, drawn = 0, added = 0, most = 0;
		const rows = (nodes) => [...nodes].filter((el) => el.classList?.contains('row')).length;
		new MutationObserver((all) => { for (const m of all) added += rows(m.addedNodes) + rows(m.removedNodes); }).observe(view, { childList: true });
		for (let top = Infinity; frames < 5000 && !(view.scrollTop === 0 && !view.querySelector('.earlier')); frames++) {
			const row = [...view.querySelectorAll('.row')].find((el) => el.getBoundingClientRect().bottom > view.getBoundingClientRect().top + 200);
			const before = row.getBoundingClientRect().top, step = Math.min(view.clientHeight / 2, view.scrollTop);
			const start = performance.now();
			added = 0;
			view.scrollTop -= step;
			await new Promise(requestAnimationFrame);
			await new Promise(requestAnimationFrame);
			longest = Math.max(longest, performance.now() - start);
			if (Math.abs(row.getBoundingClientRect().top - before - step) > 2) jumps++;
			most = Math.max(most, added);
			drawn = view.querySelectorAll('.row').length;
		}
		return { longest, jumps, frames, drawn, most };
	})()`)
	t.Logf("%.0f steps up, %.0f bubbles, at most %.0f in a step; the longest took %.0f ms", seen["frames"], seen["drawn"], seen["most"], seen["longest"])
	if seen["drawn"] != many || seen["jumps"] > 0 {
		t.Errorf("%v bubbles are drawn at the top, and the chat jumped %v times", seen["drawn"], seen["jumps"])
	}
	if seen["most"] > 100 { // what a step costs; its time depends on who else uses the machine
		t.Errorf("a step of the scroll drew %.0f bubbles", seen["most"])
	}
	if got := browsertest.Eval[string](p, `document.querySelector('.row .body').textContent`); got != "Message 0" {
		t.Errorf("the first bubble says %q", got)
	}
	w.send(text("One more"))
	w.messageWith("body", "One more")
	p.Until(`document.querySelectorAll('.row').length === 2001`) // the reader stays where he is
	if got := browsertest.Eval[float64](p, `document.querySelector('.chat-view').scrollTop`); got != 0 {
		t.Errorf("a message moved the chat to %v", got)
	}
}
