// The messages of a channel, newest first, and the story of the one that is open.
import { api, at, part } from './api.js';
import { stamp } from './time.js';
import { timeline } from './timeline.js';
import { h, icon, heading, badge, choice, input, empty, number, complain } from './ui.js';

const page = 60;
const searchPage = 500;
const most = 5000; // rows in the list: a longer one is searched, not scrolled

const tones = { pending: 'busy', sent: '', delivered: '', read: 'good', played: 'good', failed: 'bad', deleted: 'warn' };

export const statusBadge = (status) => (status ? badge(status, tones[status] ?? '') : null);

export function messages(el, context) {
  const { channel } = context;
  const chat = input({ type: 'search', placeholder: 'Number, chat id, or words', 'aria-label': 'Search messages', value: '' });
  const way = choice([['', 'Sent and received'], ['true', 'Sent'], ['false', 'Received']], '', { 'aria-label': 'Direction' });
  const told = h('p', { class: 'list-told faint', role: 'status' });
  const list = h('ol', { class: 'list', 'aria-label': 'Messages' });
  const end = h('div', { class: 'list-end' });
  const story = h('section', { class: 'split-detail', 'aria-label': 'Message' });
  const split = h('div', { class: 'split' }, h('div', { class: 'split-list' }, h('div', { class: 'filters' }, chat, way), told, list, end), story);
  el.append(heading('Messages', null), split);

  let rows = new Map(); // id -> { key, el }
  let order = []; // messages, newest first
  let run = 0; // a new search ends the one before
  let done = false;
  let loading = false;
  let unwatch = () => {};
  let open = '';
  let closeStory = () => {};
  context.onLeave(() => { run++; closeStory(); seen.disconnect(); });

  const seen = new IntersectionObserver((entries) => { if (entries.some((e) => e.isIntersecting)) more(); }, { root: document.querySelector('#main'), rootMargin: '600px' });
  seen.observe(end);

  // source is what the list shows: a chat, or everything, through which words are looked for.
  function source() {
    const text = chat.value.trim();
    const digits = text.replace(/[\s+()-]/g, '');
    const id = /@/.test(text) ? text : /^\d{7,15}$/.test(digits) ? `${digits}@s.whatsapp.net` : '';
    return { path: id ? `/messages/list/${part(id)}` : '/messages/list', words: id ? '' : text.toLowerCase(), query: { channel, from_me: way.value } };
  }

  function begin() {
    run++;
    unwatch();
    rows = new Map();
    order = [];
    done = false;
    loading = false;
    list.replaceChildren();
    told.textContent = '';
    const from = source();
    const mine = run;
    unwatch = context.watch(at(from.path, { ...from.query, count: page }), (body, status) => {
      if (mine !== run) return;
      if (status !== 200) { told.textContent = body?.error?.details ?? body?.error?.message ?? ''; return; }
      const first = !order.length;
      put(body.messages.filter((m) => fits(m, from.words)));
      if (first) done = body.messages.length < page;
      tell(from, body.total);
      if (from.words && first) search(from, body.messages);
    });
  }

  function fits(message, words) { return !words || `${summary(message)} ${who(message)} ${message.id}`.toLowerCase().includes(words); }

  // put takes messages in, in their order in time.
  function put(some) {
    const known = new Map(order.map((m) => [m.id, m]));
    for (const m of some) known.set(m.id, m);
    const placed = new Map([...known.values()].map((m, i) => [m.id, i]));
    order = [...known.values()].sort((a, b) => b.timestamp - a.timestamp || (some.includes(a) && some.includes(b) ? some.indexOf(a) - some.indexOf(b) : placed.get(a.id) - placed.get(b.id))).slice(0, most);
    draw();
  }

  function draw() {
    const now = order.map((m) => {
      const key = JSON.stringify([m, m.id === open]);
      const had = rows.get(m.id);
      if (had?.key === key) return had.el;
      const made = row(m, m.id === open, context);
      rows.set(m.id, { key, el: made });
      return made;
    });
    swap(list, now);
  }

  function tell(from, total) {
    told.textContent = from.words ? `${order.length} found` : total ? `${total} message${total === 1 ? '' : 's'}` : '';
    if (!order.length && done) list.replaceChildren(h('li', {}, empty('chats', chat.value ? 'Nothing found' : 'No messages yet', chat.value ? 'Try another number or other words.' : 'What this channel sends and receives appears here.')));
  }

  // more loads what is older than the last one.
  async function more() {
    if (done || loading || !order.length || source().words) return;
    const from = source();
    const mine = run;
    loading = true;
    try {
      const last = order.at(-1);
      let body = await api('GET', at(from.path, { ...from.query, count: page, time_to: Math.floor(last.timestamp) }));
      // A second can hold more than a page.
      if (body.messages.every((m) => rows.has(m.id)) && body.total > order.length) body = await api('GET', at(from.path, { ...from.query, count: page, offset: order.length }));
      if (mine !== run) return;
      const fresh = body.messages.filter((m) => !rows.has(m.id));
      done = !fresh.length || order.length + fresh.length >= most;
      put(body.messages);
    } catch (error) {
      complain(error);
      done = true;
    } finally {
      if (mine === run) loading = false;
    }
    if (mine === run && !done && end.getBoundingClientRect().top < innerHeight + 600) more();
  }

  // search goes through everything for words. The API finds chats and times, not words.
  async function search(from, already) {
    const mine = run;
    let looked = already.length;
    try {
      for (let offset = already.length; ; offset += searchPage) {
        const body = await api('GET', at(from.path, { ...from.query, count: searchPage, offset }));
        if (mine !== run) return;
        looked += body.messages.length;
        put([...order, ...body.messages.filter((m) => fits(m, from.words))]);
        told.textContent = `${order.length} found in ${looked} of ${body.total}`;
        if (!body.messages.length || looked >= body.total || order.length >= 500) break;
      }
      done = true;
      tell(from, looked);
    } catch (error) {
      if (mine === run) complain(error);
    }
  }

  function show([id]) {
    open = id ?? '';
    split.classList.toggle('open', Boolean(open));
    closeStory();
    closeStory = () => {};
    draw();
    if (!open) {
      story.replaceChildren(empty('chats', 'No message is open', 'Open one to see what became of it.'));
      return;
    }
    const inside = h('div');
    story.replaceChildren(h('a', { class: 'back', href: context.link(channel, 'messages') }, icon('left'), h('span', { text: 'All messages' })), inside);
    closeStory = timeline(inside, context, open);
  }

  let typing = 0;
  chat.addEventListener('input', () => { clearTimeout(typing); typing = setTimeout(begin, 250); });
  way.addEventListener('change', begin);
  begin();
  show(context.args);
  return { update: show };
}

// swap makes the children of a list those given, and touches only what differs.
export function swap(list, now) {
  now.forEach((el, i) => { if (list.children[i] !== el) list.insertBefore(el, list.children[i] ?? null); });
  while (list.children.length > now.length) list.lastChild.remove();
}

function row(m, open, context) {
  return h('li', {}, h('a', { class: `line ${m.from_me ? 'out' : 'in'}`, href: context.link(context.channel, 'messages', m.id), 'aria-current': open ? 'true' : null, data: { message: m.id } },
    h('span', { class: 'line-way', title: m.from_me ? 'Sent' : 'Received' }, icon(m.from_me ? 'send' : 'inbox', m.from_me ? 'Sent' : 'Received')),
    h('span', { class: 'line-text' },
      h('span', { class: 'line-top' }, h('span', { class: 'line-who', text: who(m) }), stamp(m.timestamp)),
      h('span', { class: 'line-bottom' }, h('span', { class: 'line-what', text: summary(m) }), m.from_me ? statusBadge(m.status) : h('span', { class: 'line-kind faint', text: m.type })))));
}

// who is the other side of a message.
export function who(m) {
  const [user, server] = String(m.chat_id ?? '').split('@');
  const name = m.chat_name || (!m.from_me && m.from_name) || '';
  const shown = server === 's.whatsapp.net' ? number(user) : m.chat_id;
  return name ? `${name} · ${shown}` : shown;
}

// summary is a message in a line.
export function summary(m) {
  const reply = m.reply?.buttons_reply ?? m.reply?.list_reply;
  if (reply) return `↩ ${reply.title ?? reply.id}`;
  const i = m.interactive;
  if (i) {
    const titles = i.action?.buttons?.map((b) => b.title) ?? (i.action?.list ? [i.action.list.label] : []);
    return [i.header?.text, i.body?.text, titles.length ? `[${titles.join('] [')}]` : ''].filter(Boolean).join(' · ');
  }
  const c = m.carousel;
  if (c) return [c.body?.text ?? c.text, `${c.cards?.length ?? 0} cards`].filter(Boolean).join(' · ');
  const file = m[m.type];
  return m.text?.body ?? file?.caption ?? file?.file_name ?? m.subtype ?? m.type ?? '';
}

