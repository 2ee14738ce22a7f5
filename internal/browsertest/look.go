package browsertest

import (
	"os"
	"path/filepath"

	"github.com/chromedp/chromedp"
)

// Pictures is the directory that the environment variable TAPGATE_PICTURES names, in which tests leave what they
// saw for a person to look at; "" keeps nothing.
func Pictures() string { return os.Getenv("TAPGATE_PICTURES") }

// Picture keeps a picture of what is in sight, once it stands still.
func (p *Page) Picture(name string) {
	p.T.Helper()
	if Pictures() == "" {
		return
	}
	Eval[string](p, `Promise.allSettled([...document.images].filter((i) => i.loading !== 'lazy' || i.getBoundingClientRect().top < innerHeight).map((i) => i.decode())
		.concat(document.getAnimations().filter((a) => a.effect.getTiming().iterations < 9).map((a) => a.finished))).then(() => '')`)
	png, err := chromedp.Run(p.ctx, chromedp.CaptureScreenshot())
	if err != nil {
		p.T.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(Pictures(), name+".png"), png, 0o600); err != nil {
		p.T.Fatal(err)
	}
}

// Fits fails the test where something visible stands over the right edge of the window. What scrolls by itself may.
func (p *Page) Fits(what string) {
	p.T.Helper()
	over := Eval[[]string](p, `[...document.querySelectorAll('body *')]
		.filter((el) => !el.closest('.strip, pre, .skip, .offscreen, .toasts') && el.checkVisibility() && el.getBoundingClientRect().right > innerWidth + .5)
		.map((el) => el.tagName + '.' + el.className)`)
	wide := Eval[int](p, `document.documentElement.scrollWidth - document.documentElement.clientWidth`)
	if len(over) > 0 || wide > 0 {
		p.T.Errorf("%s is %d pixels wider than the screen: %v", what, wide, over)
	}
}
