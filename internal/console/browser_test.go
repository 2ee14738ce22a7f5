package console_test

import (
	"tapgate/internal/browsertest"
)

// tab is the console in a browser.
type tab struct{ *browsertest.Page }

// browse opens the console, at this size; path is what follows /console, such as #/channels.
func (w *world) browse(width, height int64, path string) *tab {
	w.t.Helper()
	return &tab{browsertest.Open(w.t, w.facts.API+"/console"+path, browsertest.Options{
		Width: width, Height: height, Ready: `document.querySelector('#live').dataset.state === 'on' && document.querySelector('.page') !== null`,
	})}
}

// open opens a page of the console.
func (p *tab) open(hash string) {
	p.T.Helper()
	p.Exec(`(location.hash = ` + browsertest.Quote(hash) + `)`)
}
