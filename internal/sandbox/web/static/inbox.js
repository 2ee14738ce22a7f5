// The right column: each webhook request as it arrived, newest first.
import { h, clock, copyButton } from './dom.js';
import { icon } from './icons.js';
import { prettyJSON } from './json.js';
import { firstMessageSent, welcome } from './welcome.js';

const shownLimit = 200; // requests; more make the page slow, the API has them all

export class Inbox {
  #requests = new Map(); // number -> { request, el }
  #first = true;

  constructor(el, { clear }) {
    this.el = el;
    this.count = h('span', { class: 'count', text: '0' });
    this.list = h('ol', { class: 'requests', 'aria-live': 'polite', 'aria-relevant': 'additions' });
    this.empty = h('div', { class: 'empty' }, icon('inbox'), h('p', { text: 'Nothing received yet.' }),
      h('p', { class: 'faint', text: 'Press a button on the phone: what your program’s webhook would get appears here.' }));
    this.guide = h('div');
    this.more = h('button', { type: 'button', class: 'quiet', 'aria-pressed': 'false', text: 'All statuses', hidden: true, on: { click: () => this.#showAll() } });
    const wipe = h('button', { type: 'button', class: 'round small', 'aria-label': 'Empty the inbox', title: 'Empty the inbox', on: { click: clear } }, icon('trash'));
    el.append(h('header', { class: 'column-head' }, h('h2', { text: 'Webhooks' }), this.count, h('span', { class: 'gap' }), this.more, wipe),
      h('div', { class: 'inbox-scroll' }, this.guide, this.empty, this.list));
  }

  // Of many statuses in a row only the newest show, so that the newest message stays in sight.
  #showAll() {
    this.more.setAttribute('aria-pressed', String(this.list.classList.toggle('all')));
  }

  welcome(facts) {
    this.guide.replaceChildren(welcome(facts));
  }

  // firstMessageSent folds the first panel: it has done its work.
  firstMessageSent() {
    const panel = this.guide.firstElementChild;
    if (panel) firstMessageSent(panel);
  }

  set(requests) {
    this.#requests.clear();
    this.list.replaceChildren();
    for (const request of requests.slice(-shownLimit)) this.#add(request);
    this.#first = false;
    this.#settle();
  }

  add(request) {
    if (this.#requests.has(request.number)) return;
    this.#add(request);
    this.#settle();
  }

  #add(request) {
    const el = entry(request, !this.#first);
    this.#requests.set(request.number, el);
    this.list.prepend(el);
    while (this.list.children.length > shownLimit) this.list.lastChild.remove();
  }

  // settle leaves the newest payload open that is not minor, and those that a person opened.
  #settle() {
    this.count.textContent = String(this.#requests.size);
    this.more.hidden = !this.list.querySelector('.minor + .minor + .minor + .minor');
    this.empty.hidden = this.#requests.size > 0;
    const newest = this.list.querySelector('.request:not(.minor)');
    for (const el of this.list.children) {
      const details = el.querySelector('details');
      if (!el.dataset.touched && details.open !== (el === newest)) details.open = el === newest;
    }
  }
}

function entry(request, fresh) {
  const { type, line, minor } = describe(request.body);
  const details = h('details', {}, h('summary', {},
    h('span', { class: 'entry-top' }, h('span', { class: 'event', text: type }),
      request.status === 200 ? null : h('span', { class: 'event bad', text: `answered ${request.status}` }),
      h('time', { text: clock(request.at) })),
    h('span', { class: 'entry-line', text: line || `${request.method} ${request.path}` })));
  const tools = h('div', { class: 'entry-tools' },
    h('span', { class: 'faint mono', text: `${request.method} ${request.path}` }),
    copyButton('Copy the payload', () => (typeof request.body === 'string' ? request.body : JSON.stringify(request.body, null, 2))));
  details.addEventListener('toggle', () => {
    if (details.open && details.children.length === 1) details.append(tools, prettyJSON(request.body), headers(request));
  });
  const el = h('li', { class: `request${minor ? ' minor' : ''}${fresh ? ' fresh' : ''}`, data: { number: String(request.number) } }, details);
  details.querySelector('summary').addEventListener('click', () => { el.dataset.touched = 'yes'; });
  return el;
}

function headers(request) {
  const rows = Object.entries(request.headers).sort(([a], [b]) => a.localeCompare(b));
  return h('details', { class: 'headers' }, h('summary', { text: `${rows.length} headers` }),
    h('dl', {}, rows.map(([name, value]) => [h('dt', { text: name }), h('dd', { text: value })])));
}

// describe names the event of a payload and says in a line what it is about. What only tells how a sent
// message fares is minor: it takes one line.
function describe(body) {
  if (body === null || typeof body !== 'object') return { type: 'request', line: '', minor: false };
  const event = body.event && typeof body.event === 'object' ? body.event : {};
  const type = [event.type, event.event].filter((s) => typeof s === 'string').join('.') || 'request';
  const message = Array.isArray(body.messages) ? body.messages[0] : null;
  if (message) return { type, line: messageLine(message), minor: message.from_me === true };
  const status = Array.isArray(body.statuses) ? body.statuses[0] : null;
  if (status) return { type, line: `${status.status ?? 'status'} · ${status.id ?? ''}`, minor: true };
  return { type, line: '', minor: false };
}

function messageLine(message) {
  const reply = message.reply?.buttons_reply ?? message.reply?.list_reply;
  const what = reply ? `${reply.title ?? ''} (${reply.id ?? ''})` : message.text?.body ?? message.type ?? '';
  const who = message.from_me ? 'you' : message.from_name || message.from || '';
  return [message.type, who, what].filter(Boolean).join(' · ').slice(0, 160);
}
