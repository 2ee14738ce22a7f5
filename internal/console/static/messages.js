// The messages of a channel, newest first, and the story of the one that is open.
import { api, at, part } from './api.js';
import { Feed, atEnd, near } from './feed.js';
import { stamp } from './time.js';
import { timeline } from './timeline.js';
import { h, icon, heading, badge, choice, input, empty, number, complain } from './ui.js';

const page = 60;
const searchPage = 500;
const enough = 500; // finds, after which a search stops

const tones = { pending: 'busy', sent: '', delivered: '', read: 'good', played: 'good', failed: 'bad', deleted: 'warn' };

export const statusBadge = (status) => (status ? badge(status, tones[status] ?? '') : null);

export function messages(el, context) {
  const { channel } = context;
  const query = input({ type: 'search', placeholder: 'Number, chat id, or words', 'aria-label': 'Search messages' });
  const way = choice([['', 'Sent and received'], ['true', 'Sent'], ['false', 'Received']], '', { 'aria-label': 'Direction' });
  const told = h('p', { class: 'list-told faint', role: 'status' });
  const list = h('ol', { class: 'list', 'aria-label': 'Messages' });
  const none = h('div', { hidden: true });
  const end = h('div', { class: 'list-end' });
  const story = h('section', { class: 'split-detail', 'aria-label': 'Message' });
  const split = h('div', { class: 'split' }, h('div', { class: 'split-list' }, h('div', { class: 'filters' }, query, way), told, list, none, end), story);
  el.append(heading('Messages'), split);

  const feed = new Feed(list, { idOf: (m) => m.id, before: (a, b) => a.timestamp > b.timestamp, row: (m, open) => row(m, open, context) });
  let run = 0; // a new search ends the one before
  let done = false;
  let loading = false;
  let unwatch = () => {};
  let closeStory = () => {};
  const stopEnd = atEnd(end, more);
  context.onLeave(() => { run++; closeStory(); stopEnd(); feed.end(); });

  // source is what the list shows: a chat, or everything, through which words are looked for.
  function source() {
    const text = query.value.trim();
    const digits = text.replace(/[\s+()-]/g, '');
    const chat = text.includes('@') ? text : /^\d{7,15}$/.test(digits) ? `${digits}@s.whatsapp.net` : '';
    return { path: chat ? `/messages/list/${part(chat)}` : '/messages/list', words: chat ? '' : text.toLowerCase(), query: { channel, from_me: way.value } };
  }

  function begin() {
    const mine = ++run;
    unwatch();
    feed.clear();
    done = false;
    loading = false;
    told.textContent = '';
    none.hidden = true;
    const from = source();
    let first = true;
    unwatch = context.watch(at(from.path, { ...from.query, count: page }), (body, status) => {
      if (mine !== run) return;
      if (status !== 200) { told.textContent = body?.error?.details || body?.error?.message || ''; return; }
      feed.put(body.messages.filter((m) => fits(m, from.words)).reverse(), { onTop: true });
      if (first) {
        done = body.messages.length >= body.total;
        if (from.words && !done) search(from, body.messages.length);
      }
      first = false;
      tell(from, body.total);
      if (near(end)) more();
    });
  }

  function tell(from, total, looked) {
    const searching = looked !== undefined && looked < total;
    told.textContent = from.words ? `${feed.length} found${searching ? `, ${looked} of ${total} looked through` : ''}` : total ? `${total} message${total === 1 ? '' : 's'}` : '';
    none.hidden = feed.length > 0 || searching;
    if (!none.hidden) none.replaceChildren(query.value || way.value ? empty('chats', 'Nothing found', 'Try another number or other words.') : empty('chats', 'No messages yet', 'What this channel sends and receives appears here.'));
  }

  // more loads what is older than the last one.
  async function more() {
    const from = source();
    if (done || loading || !feed.length || from.words) return;
    const mine = run;
    loading = true;
    try {
      const older = { ...from.query, count: page, time_to: Math.floor(feed.last.timestamp) };
      let body = await api('GET', at(from.path, older));
      if (mine !== run) return;
      // A second may hold more than a page.
      if (body.messages.length && body.messages.every((m) => feed.has(m.id))) body = await api('GET', at(from.path, { ...older, offset: body.messages.length }));
      if (mine !== run) return;
      done = !feed.put(body.messages) || body.messages.length < page;
    } catch (error) {
      complain(error);
      done = true;
    } finally {
      if (mine === run) loading = false;
    }
    if (mine === run && !done && near(end)) more();
  }

  // search goes through everything for words. The API finds chats and times, not words.
  async function search(from, looked) {
    const mine = run;
    done = true;
    try {
      for (;;) {
        const body = await api('GET', at(from.path, { ...from.query, count: searchPage, offset: looked }));
        if (mine !== run) return;
        looked += body.messages.length;
        feed.put(body.messages.filter((m) => fits(m, from.words)));
        if (!body.messages.length || feed.length >= enough) looked = body.total;
        tell(from, body.total, looked);
        if (looked >= body.total) return;
      }
    } catch (error) {
      if (mine === run) complain(error);
    }
  }

  function show([id = '']) {
    split.classList.toggle('open', Boolean(id));
    closeStory();
    closeStory = () => {};
    feed.open(id);
    if (!id) {
      story.replaceChildren(empty('chats', 'No message is open', 'Open one to see what became of it.'));
      return;
    }
    const inside = h('div');
    story.replaceChildren(h('a', { class: 'back', href: context.link(channel, 'messages') }, icon('left'), h('span', { text: 'All messages' })), inside);
    closeStory = timeline(inside, context, id);
  }

  let typing = 0;
  query.addEventListener('input', () => { clearTimeout(typing); typing = setTimeout(begin, 250); });
  way.addEventListener('change', begin);
  begin();
  show(context.args);
  return { update: show };
}

const fits = (m, words) => !words || `${summary(m)} ${who(m)} ${m.id}`.toLowerCase().includes(words);

function row(m, open, context) {
  return h('li', {}, h('a', { class: `item ${m.from_me ? 'out' : 'in'}`, href: context.link(context.channel, 'messages', m.id), 'aria-current': open ? 'true' : null, data: { message: m.id } },
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
  if (reply) return `↩ ${reply.title || reply.id}`;
  if (m.action) return [m.action.type, m.action.emoji ?? m.action.edited_content?.body ?? m.action.edited_content?.caption].filter(Boolean).join(': ');
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
