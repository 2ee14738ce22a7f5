package browsertest

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/chromedp/cdproto/accessibility"
	"github.com/chromedp/chromedp"
)

// Control is something that a page is worked with, as the browser's accessibility tree tells of it to a screen reader.
type Control struct{ Role, Name string }

// String implements fmt.Stringer.
func (c Control) String() string { return fmt.Sprintf("%s %q", c.Role, c.Name) }

// Controls returns what a person could work now, in the order of the page.
func (p *Page) Controls() []Control {
	p.T.Helper()
	ctx, cancel := context.WithTimeout(p.ctx, Patience)
	defer cancel()
	tree, err := chromedp.Call(ctx, accessibility.GetFullAXTree, accessibility.GetFullAXTreeParams{})
	if err != nil {
		p.T.Fatal(err)
	}
	var all []Control
	for _, n := range tree.Nodes {
		role := textOf(n.Role)
		switch role {
		case "button", "link", "textbox", "searchbox", "combobox", "checkbox", "radio", "tab", "spinbutton", "slider", "switch", "menuitem":
			if !n.Ignored {
				all = append(all, Control{role, textOf(n.Name)})
			}
		}
	}
	return all
}

func textOf(v *accessibility.Value) string {
	var text string
	if v != nil {
		_ = json.Unmarshal([]byte(v.Value), &text) // what is no text has none
	}
	return text
}

// Named fails the test where a control has no name for those who can't see it.
func (p *Page) Named(what string) {
	p.T.Helper()
	all := p.Controls()
	if len(all) == 0 {
		p.T.Errorf("%s: there is nothing to work it with", what)
	}
	for _, c := range all {
		if c.Name == "" {
			p.T.Errorf("%s: a %s has no name", what, c.Role)
		}
	}
}

// Focus says what has the focus, and whether that can be seen.
type Focus struct {
	// Tag, Class and Text are those of the element; the text is cut.
	Tag, Class, Text string
	// Seen is false where neither an outline, a border nor a shadow tells it from the others, or it is out of sight.
	Seen bool
}

// Walk presses Tab until the focus comes to an element a second time, or leaves the page, and returns what it came by.
func (p *Page) Walk(most int) []Focus {
	p.T.Helper()
	p.Exec(`(window.walked = new Set())`)
	var all []Focus
	for range most {
		p.Keys("\t")
		f := Eval[*Focus](p, `(() => {
			let el = document.activeElement;
			if (!el || el === document.body || window.walked.has(el)) return null;
			window.walked.add(el);
			const shown = el.closest('label') ?? el;
			const marks = [el, el.parentElement, shown, ...shown.querySelectorAll('*'), el.nextElementSibling ?? el].map((e) => getComputedStyle(e));
			const box = shown.getBoundingClientRect();
			return {
				Tag: el.tagName.toLowerCase(), Class: String(el.className), Text: (el.getAttribute('aria-label') ?? el.textContent).trim().slice(0, 200),
				Seen: marks.some((s) => s.outlineStyle !== 'none' && parseFloat(s.outlineWidth) > 0)
					&& box.width > 0 && box.height > 0 && box.right > 0 && box.bottom > 0 && box.left < innerWidth && box.top < innerHeight,
			};
		})()`)
		if f == nil {
			return all
		}
		all = append(all, *f)
	}
	return all
}
