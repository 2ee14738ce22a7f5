// The log of deliveries: every webhook request that is to be made or was made, newest first, and the
// attempts of the one that is open.
import { api, at, part } from './api.js';
import { Feed, atEnd, near } from './feed.js';
import { stamp, length, ago, clockText } from './time.js';
import { h, icon, panel, badge, choice, empty, press, field, input, ask, facts, notice, prettyJSON, copyButton, complain, toast } from './ui.js';

const page = 100; // watched
const olderPage = 400;

const states = {
  open: ['waiting', 'busy'], delivered: ['delivered', 'good'], dead: ['given up', 'bad'], expired: ['too old', 'warn'], cancelled: ['cancelled', ''],
};

export const deliveryState = (state) => states[state] ?? [String(state), ''];

// log puts list and detail into an element. hooks returns the webhooks as last told.
export function log(el, context, hooks) {
  const { channel } = context;
  const hook = choice([['', 'All webhooks']], '', { 'aria-label': 'Webhook' });
  const state = choice([['', 'All states'], ...Object.entries(states).map(([value, [text]]) => [value, text])], '', { 'aria-label': 'State' });
  const list = h('ol', { class: 'list', 'aria-label': 'Deliveries' });
  const none = h('div', { hidden: true });
  const end = h('div', { class: 'list-end' });
  const detail = h('section', { class: 'split-detail', 'aria-label': 'Delivery' });
  const split = h('div', { class: 'split' }, h('div', { class: 'split-list' },
    h('div', { class: 'list-head' }, h('h2', { text: 'Delivery log' }), press('Replay', () => replaySome(context, hooks, hook.value), { kind: 'small', symbol: 'reply' })),
    h('div', { class: 'filters even' }, hook, state), list, none, end), detail);
  el.append(split);

  const feed = new Feed(list, { idOf: (d) => d.id, before: (a, b) => a.id > b.id, row: (d, open) => row(d, open, context, hooks) });
  let run = 0;
  let next = 0;
  let loading = false;
  let unwatch = () => {};
  let close = () => {};
  const stopEnd = atEnd(end, more);
  context.onLeave(() => { run++; close(); stopEnd(); feed.end(); });

  const query = (rest) => at('/tapgate/deliveries', { channel, webhook: hook.value, state: state.value, limit: page, ...rest });

  function begin() {
    const mine = ++run;
    unwatch();
    feed.clear();
    next = 0;
    loading = false;
    none.hidden = true;
    let first = true;
    unwatch = context.watch(query(), (body, status) => {
      if (mine !== run) return;
      if (status !== 200) { none.hidden = false; none.replaceChildren(notice('warn', h('p', { text: body?.error?.message ?? `status ${status}` }))); return; }
      // Of what the page held, those that fit no longer are gone from it: they have come to another state.
      const lowest = body.deliveries.at(-1)?.id ?? 0;
      const now = new Set(body.deliveries.map((d) => d.id));
      if (state.value) feed.keep((d) => (body.next && d.id < lowest) || now.has(d.id));
      feed.put([...body.deliveries].reverse(), { onTop: true });
      if (first) next = body.next ?? 0;
      first = false;
      if (near(end)) more();
      none.hidden = feed.length > 0;
      if (!none.hidden) none.replaceChildren(empty('globe', 'No deliveries', state.value || hook.value ? 'None fits these filters.' : 'Each event that a webhook is told of appears here.'));
    });
  }

  async function more() {
    if (!next || loading) return;
    const mine = run;
    loading = true;
    try {
      const body = await api('GET', query({ before: next, limit: olderPage }));
      if (mine !== run) return;
      feed.put(body.deliveries);
      next = body.next ?? 0;
    } catch (error) {
      complain(error);
      next = 0;
    } finally {
      if (mine === run) loading = false;
    }
    if (mine === run && next && near(end)) more();
  }

  function show([id = '']) {
    split.classList.toggle('open', Boolean(id));
    el.classList.toggle('detail', Boolean(id));
    close();
    close = () => {};
    feed.open(Number(id));
    if (!id) {
      detail.replaceChildren(empty('globe', 'No delivery is open', 'Open one to see each attempt and what the receiver answered.'));
      return;
    }
    const inside = h('div');
    detail.replaceChildren(h('a', { class: 'back', href: context.link(channel, 'webhooks') }, icon('left'), h('span', { text: 'All deliveries' })), inside);
    close = story(inside, context, hooks, id);
  }

  hook.addEventListener('change', begin);
  state.addEventListener('change', begin);
  begin();
  show(context.args);
  return {
    update: show,
    // only shows the log of one webhook.
    only: (key, which = '') => { hook.value = key; state.value = which; begin(); list.scrollIntoView({ block: 'start' }); },
    // name gives the webhooks that can be chosen.
    name: (all) => {
      const chosen = hook.value;
      hook.replaceChildren(h('option', { value: '', text: 'All webhooks' }), ...all.map((w) => h('option', { value: w.key, text: place(w.url) })));
      hook.value = chosen;
      feed.refresh();
    },
  };
}

function row(d, open, context, hooks) {
  const [text, tone] = deliveryState(d.state);
  const to = d.url || hooks().find((w) => w.key === d.webhook)?.url;
  return h('li', {}, h('a', { class: 'item', href: context.link(context.channel, 'webhooks', d.id), 'aria-current': open ? 'true' : null, data: { delivery: String(d.id), state: d.state, ...(d.attempts ? { attempts: String(d.attempts) } : {}) } },
    h('span', { class: 'line-text' },
      h('span', { class: 'line-top' }, h('span', { class: 'line-who mono', text: `${d.type}.${d.event}` }), stamp(d.at)),
      h('span', { class: 'line-bottom' }, h('span', { class: 'line-what', text: [to ? place(to) : 'a webhook that is gone', d.attempts ? `${d.attempts} attempt${d.attempts === 1 ? '' : 's'}` : 'no attempt yet', d.replays ? 'replay' : '', d.state === 'open' && d.next_at ? `next ${clockText(d.next_at)}` : ''].filter(Boolean).join(' · ') }), badge(text, tone)))));
}

// place is an address without what may be secret in it.
export function place(url) {
  try {
    const u = new URL(url);
    return `${u.host}${u.pathname === '/' ? '' : u.pathname}`;
  } catch {
    return String(url);
  }
}

function story(el, context, hooks, id) {
  const { channel } = context;
  let key = '';
  return context.watch(at(`/tapgate/deliveries/${part(id)}`, { channel }), (body, status) => {
    const text = JSON.stringify([body, status]);
    if (text === key) return;
    key = text;
    if (status !== 200) {
      el.replaceChildren(notice('warn', h('p', { text: body?.error?.message ?? `The gateway answered ${status}.` })));
      return;
    }
    const open = [...el.querySelectorAll('details')].map((d) => d.open);
    el.replaceChildren(...detail(body, context, hooks));
    el.querySelectorAll('details').forEach((d, i) => { if (open[i]) d.open = true; });
  });
}

function detail({ delivery: d, attempts, body }, context, hooks) {
  const { channel } = context;
  const [text, tone] = deliveryState(d.state);
  const to = d.url || hooks().find((w) => w.key === d.webhook)?.url;
  const other = (n) => h('a', { class: 'link', href: context.link(channel, 'webhooks', n), text: `delivery ${n}` });
  const message = body?.messages?.[0]?.id ?? body?.statuses?.[0]?.id;
  return [
    h('header', { class: 'story-head' },
      h('div', { class: 'story-top' }, h('h2', { class: 'mono', text: `${d.type}.${d.event}` }), badge(text, tone)),
      h('p', { class: 'story-what', text: to ? place(to) : 'a webhook that is gone' }),
      h('div', { class: 'tools' },
        press(d.state === 'open' ? 'Waiting to be made' : 'Replay', () => replayOne(channel, d), { kind: 'primary small', symbol: 'reply', disabled: d.state === 'open' }),
        d.state === 'open' ? null : press('Replay to another URL', () => replayElsewhere(channel, d), { kind: 'small' }),
        message ? h('a', { class: 'press small', href: context.link(channel, 'messages', message), text: 'The message' }) : null)),
    panel('Delivery', facts([
      ['Made', stamp(d.at)], ['Ended', d.done_at ? stamp(d.done_at) : null], ['Next attempt', d.state !== 'open' ? null : d.next_at ? h('span', {}, stamp(d.next_at), ' (', ago(d.next_at), ')') : 'at once'],
      ['Event', h('code', { text: d.event_id })], ['Repeats', d.replays ? other(d.replays) : null], ['Repeated by', d.replayed_by ? other(d.replayed_by) : null],
    ])),
    panel('Attempts', attempts.length ? h('ol', { class: 'story' }, attempts.map(attempt)) : h('p', { class: 'faint', text: 'None yet.' })),
    h('details', { class: 'panel fold' }, h('summary', {}, h('h2', { text: 'What is told' })), h('div', { class: 'form-foot' }, copyButton('Copy the body', () => JSON.stringify(body, null, 2))), prettyJSON(body)),
  ];
}

function attempt(a, i) {
  const good = a.status >= 200 && a.status < 300 && !a.failure;
  return h('li', { class: `step ${good ? 'tone-good' : 'tone-bad'}` },
    h('span', { class: 'step-mark' }, icon(good ? 'tick' : 'warn')),
    h('div', { class: 'step-text' },
      h('p', { class: 'step-name' }, `Attempt ${i + 1}`, badge(a.status ? `HTTP ${a.status}` : 'no answer', good ? 'good' : 'bad')),
      a.failure ? h('p', { class: 'step-reason', text: a.failure }) : null,
      a.answer ? h('details', { class: 'answer' }, h('summary', { text: 'What it answered' }), h('pre', { class: 'json', tabindex: '0', text: a.answer_encoding ? `(${a.answer_encoding}) ${a.answer}` : a.answer })) : null),
    h('div', { class: 'step-times' }, stamp(a.at, { millis: true }), h('span', { class: 'faint', text: `took ${length(a.took_ms)}` })));
}

async function replayOne(channel, d) {
  await replay(channel, { ids: [d.id] });
}

async function replayElsewhere(channel, d) {
  const url = input({ inputmode: 'url', placeholder: 'https://example.org/hook', autofocus: true });
  const done = await ask('Replay to another URL', [h('p', { class: 'faint', text: 'The same event, with the same id and signature, goes there as one POST request with the usual retries.' }), field('URL', url)], [
    { text: 'Cancel', act: () => false }, { text: 'Replay', kind: 'primary', act: () => api('POST', at('/tapgate/deliveries/replay', { channel }), { ids: [d.id], url: url.value.trim() }) },
  ]);
  if (done) toast('1 delivery is made again');
}

// replay makes deliveries again. A large number comes in parts.
export async function replay(channel, what) {
  let made = 0;
  let after;
  do {
    const answer = await api('POST', at('/tapgate/deliveries/replay', { channel }), { ...what, ...(after ? { after } : {}) });
    made += answer.replayed;
    after = answer.next;
    if (after) toast(`${made} made again so far`);
  } while (after);
  toast(made ? `${made} ${made === 1 ? 'delivery is' : 'deliveries are'} made again` : 'There was nothing to repeat');
  return made;
}

const localTime = (date) => new Date(date - date.getTimezoneOffset() * 60000).toISOString().slice(0, 16);

// replaySome asks which deliveries to repeat: all that were given up, or those of a range of time.
async function replaySome(context, hooks, chosen) {
  const what = choice([['dead', 'All that were given up'], ['range', 'All of a range of time']], 'dead');
  const hook = choice([['', 'All webhooks'], ...hooks().map((w) => [w.key, place(w.url)])], chosen);
  const state = choice([['', 'whatever became of them'], ...Object.entries(states).filter(([v]) => v !== 'open').map(([v, [t]]) => [v, t])], '');
  const now = new Date();
  const from = input({ type: 'datetime-local', value: localTime(new Date(now - 3600000)) });
  const to = input({ type: 'datetime-local', value: localTime(now) });
  const range = h('div', { class: 'stack-fields', hidden: true }, field('From', from), field('To', to), field('State', state));
  what.addEventListener('change', () => { range.hidden = what.value !== 'range'; });
  const seconds = (el) => Math.floor(new Date(el.value).getTime() / 1000);
  const request = () => ({
    ...(hook.value ? { webhook: hook.value } : {}),
    ...(what.value === 'dead' ? { state: 'dead' } : { time_from: seconds(from), time_to: seconds(to) + 59, ...(state.value ? { state: state.value } : {}) }),
  });
  await ask('Replay deliveries', [h('p', { class: 'faint', text: 'Each event is told once more, with the same event id, so that a program that has seen it knows it again.' }), field('Which', what), field('Of', hook), range], [
    { text: 'Cancel', act: () => false }, { text: 'Replay', kind: 'primary', act: async () => { await replay(context.channel, request()); return true; } },
  ]);
}
