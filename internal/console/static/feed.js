// Feed is a long list that stays in order. Only the rows around what is in sight are elements: ten
// thousand scroll like ten.
const rowHeight = 64; // pixels; .list > li in pages.css has the same
const around = 12; // rows kept above and below what is in sight

const main = () => document.querySelector('#main');

export class Feed {
  #items = new Map(); // id -> { text, item }
  #order = []; // ids, first one on top
  #shown = new Map(); // id -> { text, el }
  #open = '';
  #planned = 0;

  // idOf names an item; before tells whether a stands above b; row makes the element of one.
  constructor(el, { idOf, before, row, most = 20000 }) {
    Object.assign(this, { el, idOf, before, row, most });
    this.plan = () => { this.#planned ||= requestAnimationFrame(() => { this.#planned = 0; this.#draw(); }); };
    main().addEventListener('scroll', this.plan, { passive: true });
    this.sizes = new ResizeObserver(this.plan);
    this.sizes.observe(main());
  }

  // end stops following the page.
  end() {
    main().removeEventListener('scroll', this.plan);
    this.sizes.disconnect();
    cancelAnimationFrame(this.#planned);
  }

  get length() { return this.#order.length; }
  get last() { return this.#items.get(this.#order.at(-1))?.item; }
  has(id) { return this.#items.has(id); }

  // put takes items in, new ones and changed ones, and returns how many were new. Among those that stand
  // equal a later one comes below, or with onTop above.
  put(items, { onTop = false } = {}) {
    let fresh = 0;
    for (const item of items) {
      const id = this.idOf(item);
      const text = JSON.stringify(item);
      const had = this.#items.get(id);
      if (had) {
        Object.assign(had, { text, item });
      } else if (this.#order.length < this.most) {
        this.#items.set(id, { text, item });
        this.#order.splice(this.#place(item, onTop), 0, id);
        fresh++;
      }
    }
    this.#draw();
    return fresh;
  }

  // keep removes what fits says no to.
  keep(fits) {
    this.#order = this.#order.filter((id) => fits(this.#items.get(id).item) || !this.#items.delete(id));
    this.#draw();
  }

  clear() {
    this.#items.clear();
    this.#order = [];
    this.#draw();
  }

  // refresh makes every row anew, when something beside the items has changed.
  refresh() {
    for (const row of this.#shown.values()) row.text = '';
    this.plan();
  }

  // open marks the item that is shown beside the list.
  open(id) {
    this.#open = id;
    this.plan();
  }

  #place(item, onTop) {
    let low = 0;
    let high = this.#order.length;
    while (low < high) {
      const mid = (low + high) >> 1;
      const there = this.#items.get(this.#order[mid]).item;
      if (onTop ? !this.before(there, item) : this.before(item, there)) high = mid;
      else low = mid + 1;
    }
    return low;
  }

  // draw makes the rows around what is in sight, in their order, and lets go of the others.
  #draw() {
    this.el.style.height = `${this.#order.length * rowHeight}px`;
    this.el.dataset.rows = String(this.#order.length);
    const top = main().getBoundingClientRect().top - this.el.getBoundingClientRect().top;
    const from = Math.max(0, Math.floor(top / rowHeight) - around);
    const to = Math.min(this.#order.length, Math.ceil((top + main().clientHeight) / rowHeight) + around);
    const ids = this.#order.slice(from, Math.max(from, to));
    const keep = new Set(ids);
    for (const [id, { el }] of this.#shown) if (!keep.has(id)) { el.remove(); this.#shown.delete(id); }
    ids.forEach((id, i) => {
      const el = this.#element(id);
      el.style.top = `${(from + i) * rowHeight}px`;
      el.setAttribute('aria-posinset', String(from + i + 1));
      el.setAttribute('aria-setsize', String(this.#order.length));
      if (this.el.children[i] !== el) this.el.insertBefore(el, this.el.children[i] ?? null);
    });
  }

  #element(id) {
    const { item } = this.#items.get(id);
    const text = `${id === this.#open} ${this.#items.get(id).text}`;
    const had = this.#shown.get(id);
    if (had?.text === text) return had.el;
    const el = this.row(item, id === this.#open);
    if (had) {
      const focused = had.el.contains(document.activeElement);
      had.el.replaceWith(el);
      if (focused) el.querySelector('a, button')?.focus({ preventScroll: true });
    }
    this.#shown.set(id, { text, el });
    return el;
  }
}

// atEnd calls more while the end of a list is in sight or close to it. It returns how to stop. (An
// observer of intersections would miss an end that is scrolled to faster than rows come.)
export function atEnd(el, more) {
  const look = () => { if (near(el)) more(); };
  main().addEventListener('scroll', look, { passive: true });
  return () => main().removeEventListener('scroll', look);
}

export const near = (el) => el.checkVisibility() && el.getBoundingClientRect().top < innerHeight + 900;
