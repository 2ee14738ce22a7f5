package browsertest

import "strconv"

// Readable fails the test where a visible text stands out from what is behind it by less than a ratio, as WCAG counts
// it: 4.5 is what it asks of texts, 3 of large ones. What can't be used may be faint. A text over a picture or over what
// is half transparent is left out, as its background is not known.
func (p *Page) Readable(what string, ratio float64) {
	p.T.Helper()
	faint := Eval[[]string](p, `(() => {
		const parts = (c) => { const m = /^rgba?\(([^)]+)\)$/.exec(c); if (!m) return null; const v = m[1].split(/[ ,/]+/).map(Number); return { v, a: v[3] ?? 1 }; };
		const light = ([r, g, b]) => [r, g, b].map((c) => c / 255).map((c) => (c <= .03928 ? c / 12.92 : ((c + .055) / 1.055) ** 2.4)).reduce((n, c, i) => n + c * [.2126, .7152, .0722][i], 0);
		const behind = (el) => {
			for (; el; el = el.parentElement) {
				const s = getComputedStyle(el);
				if (s.backgroundImage !== 'none' || s.opacity < 1 || s.filter !== 'none') return null;
				const c = parts(s.backgroundColor);
				if (!c) return null;
				if (c.a === 1) return c.v;
				if (c.a > 0) return null;
			}
			return null;
		};
		const bad = new Set();
		const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
		for (let n = walk.nextNode(); n; n = walk.nextNode()) {
			const el = n.parentElement;
			if (!n.data.trim() || !el.checkVisibility({ opacityProperty: true, visibilityProperty: true }) || el.closest('[aria-disabled="true"], :disabled, [inert], .offscreen, .visually-hidden, .skip, noscript, option')) continue;
			const front = parts(getComputedStyle(el).color), back = behind(el);
			if (!front || front.a < 1 || !back) continue;
			const [a, b] = [light(front.v), light(back)].sort((x, y) => y - x);
			const r = (a + .05) / (b + .05);
			if (r < `+strconv.FormatFloat(ratio, 'f', -1, 64)+`) bad.add(el.tagName.toLowerCase() + '.' + el.className + ' "' + n.data.trim().slice(0, 20) + '" ' + r.toFixed(2));
		}
		return [...bad];
	})()`)
	if len(faint) > 0 {
		p.T.Errorf("%s: hard to read: %q", what, faint)
	}
}
