// What a channel has done, and what went wrong: counted, and the last failures with their reasons.
import { api, at, part } from './api.js';
import { place } from './deliveries.js';
import { summary, who } from './messages.js';
import { stamp, ago } from './time.js';
import { h, icon, panel } from './ui.js';

const looked = 50; // the newest sent messages, among which failures are looked for
const most = 5; // failures that are shown

export function counts(el, context) {
  const { channel, link } = context;
  const tiles = new Map([['sent', ['Sent', 'messages']], ['received', ['Received', 'messages']], ['waiting', ['Waiting to be sent', 'messages']],
    ['failed', [`Failed of the last ${looked} sent`, 'messages']], ['pending', ['Webhook requests waiting', 'webhooks']], ['dead', ['Webhook requests given up', 'webhooks']],
  ].map(([name, [text, page]]) => [name, tile(name, text, link(channel, page))]));
  const wrong = h('ul', { class: 'wrongs' });
  const troubles = panel('What went wrong', wrong);
  troubles.hidden = true;
  el.append(h('section', { class: 'counts', 'aria-label': 'Counts' }, [...tiles.values()].map((t) => t.el)), troubles);
  const reasons = new Map(); // message id -> why it failed
  let failed = [];
  let hooks = [];

  context.watch(at('/messages/list', { channel, from_me: true, count: looked }), (body, status) => {
    if (status !== 200) return;
    failed = body.messages.filter((m) => m.status === 'failed');
    tiles.get('sent').show(body.total);
    tiles.get('failed').show(failed.length, 'bad');
    draw();
    explain();
  });
  context.watch(at('/messages/list', { channel, from_me: false, count: 1 }), (body, status) => {
    if (status === 200) tiles.get('received').show(body.total);
  });
  context.watch(at('/tapgate/webhooks', { channel }), (body, status) => {
    if (status !== 200) return;
    hooks = body.webhooks;
    tiles.get('pending').show(hooks.reduce((n, w) => n + w.pending, 0));
    tiles.get('dead').show(hooks.reduce((n, w) => n + w.dead, 0), 'bad');
    draw();
  });

  function draw() {
    const rows = [
      ...hooks.filter((w) => w.failures || w.dead).map((w) => trouble('globe', link(channel, 'webhooks'), place(w.url), [
        w.failures ? `${w.failures} failure${w.failures === 1 ? '' : 's'} in a row${w.breaker === 'closed' ? '' : ', so that it is paused'}` : '',
        w.dead ? `${w.dead} given up, to be repeated by hand` : ''].filter(Boolean).join('; '), w.failures ? ago(w.failing_since) : null)),
      ...failed.slice(0, most).map((m) => trouble('send', link(channel, 'messages', m.id), `${who(m)}: ${summary(m)}`, reasons.get(m.id) ?? 'It failed', stamp(m.timestamp))),
    ];
    troubles.hidden = !rows.length;
    wrong.replaceChildren(...rows);
  }

  // explain asks for the reasons that are not known yet.
  async function explain() {
    const unknown = failed.slice(0, most).filter((m) => !reasons.has(m.id));
    for (const m of unknown) reasons.set(m.id, 'It failed');
    await Promise.all(unknown.map(async (m) => {
      const story = await api('GET', at(`/tapgate/messages/${part(m.id)}/timeline`, { channel })).catch(() => null);
      if (story?.failure) reasons.set(m.id, story.failure.reason || story.failure.code);
    }));
    if (unknown.length) draw();
  }

  // The number of those that wait comes with the channel itself.
  return { waiting: (n) => tiles.get('waiting').show(n, 'busy') };
}

function tile(name, text, href) {
  const value = h('span', { class: 'count-value', text: '–' });
  const el = h('a', { class: 'count-tile', href, data: { count: name } }, value, h('span', { class: 'count-name', text }));
  return {
    el,
    show(n, mood) {
      value.textContent = Number(n ?? 0).toLocaleString('en');
      value.className = `count-value ${n && mood ? `mood-${mood}` : ''}`;
    },
  };
}

function trouble(symbol, href, title, reason, when) {
  return h('li', {}, h('a', { class: 'wrong-row', href }, icon(symbol),
    h('span', { class: 'row-text' }, h('span', { class: 'wrong-title', text: title }), h('span', { class: 'wrong-reason', text: reason })),
    when ? h('span', { class: 'faint wrong-when' }, when) : null));
}
