// The webhooks of a channel: how each fares, its secret, its settings, and the log of deliveries.
import { api, at, part } from './api.js';
import { log, place, replay } from './deliveries.js';
import { ago } from './time.js';
import { h, heading, badge, press, ask, field, input, choice, tick, empty, notice, sure, copyButton, toast } from './ui.js';

const kinds = ['messages', 'statuses', 'channel', 'chats', 'contacts', 'groups', 'presences', 'calls', 'users', 'labels'];
const modes = [['body', 'POST, the event in the body'], ['path', 'the event’s name added to the path'], ['method', 'the event’s method as HTTP method']];

const breakers = { closed: ['works', 'good'], open: ['down: paused', 'bad'], half_open: ['being tried', 'busy'], 'half-open': ['being tried', 'busy'], probing: ['being tried', 'busy'] };

export function webhooks(el, context) {
  const { channel } = context;
  const list = h('ul', { class: 'cards hooks' });
  const below = h('div', { class: 'log' });
  el.append(heading('Webhooks', 'Where the events of this channel go, and what became of each.', press('Add a webhook', () => edit(channel, null), { kind: 'primary' })), list, below);
  let all = [];
  const deliveries = log(below, context, () => all);
  const cards = new Map();
  context.watch(at('/tapgate/webhooks', { channel }), (body, status) => {
    if (status !== 200) {
      list.replaceChildren(h('li', {}, notice('warn', h('p', { text: body?.error?.message ?? `The gateway answered ${status}.` }))));
      return;
    }
    const before = JSON.stringify(all.map((w) => [w.key, w.url]));
    all = body.webhooks;
    if (JSON.stringify(all.map((w) => [w.key, w.url])) !== before) deliveries.name(all);
    const now = all.map((w) => {
      const text = JSON.stringify(w);
      const had = cards.get(w.key);
      if (had?.text === text) return had.el;
      const made = card(w, context, deliveries);
      cards.set(w.key, { text, el: made });
      return made;
    });
    if (!now.length) now.push(h('li', {}, empty('globe', 'No webhook yet', 'Add the address of your program: it is told of messages, taps and statuses there.')));
    if (now.length !== list.children.length || now.some((e, i) => list.children[i] !== e)) list.replaceChildren(...now);
  });
  return { update: deliveries.update };
}

function card(w, context, deliveries) {
  const { channel } = context;
  const [text, tone] = w.breaker === 'closed' && w.failures ? ['failing', 'warn'] : breakers[w.breaker] ?? [w.breaker, ''];
  return h('li', { class: 'card-item', data: { webhook: w.key, breaker: w.breaker } }, h('div', { class: 'card-link hook' },
    h('span', { class: 'card-top' }, h('span', { class: 'card-name', text: place(w.url), title: place(w.url) }), badge(text, tone)),
    w.failures ? h('p', { class: 'card-reason' }, `${w.failures} failure${w.failures === 1 ? '' : 's'} in a row, the first `, ago(w.failing_since), w.probe_at ? ['; tried again ', ago(w.probe_at)] : null, '. Nothing is dropped.') : null,
    h('dl', { class: 'hook-facts' },
      [['Waiting', w.pending, w.pending ? 'busy' : ''], ['Given up', w.dead, w.dead ? 'bad' : ''], ['Last success', w.last_success ? ago(w.last_success) : 'none yet', '']]
        .map(([name, value, mood]) => h('div', {}, h('dt', { text: name }), h('dd', { class: mood ? `mood-${mood}` : null }, value instanceof Node ? value : String(value))))),
    h('div', { class: 'tools' },
      press('Log', () => deliveries.only(w.key), { kind: 'small' }),
      w.dead ? press('Replay given up', () => replay(channel, { webhook: w.key, state: 'dead' }), { kind: 'small', symbol: 'reply' }) : null,
      press('Test', () => test(channel, w), { kind: 'small' }),
      press('Secret', () => secret(channel, w), { kind: 'small', symbol: 'lock' }),
      press('Edit', () => edit(channel, w), { kind: 'small' }))));
}

async function test(channel, w) {
  await api('POST', at('/settings/webhook_test', { channel }), { url: w.url, mode: w.mode, type: 'messages' });
  toast('The receiver took the test');
}

async function secret(channel, w) {
  const path = at(`/tapgate/webhooks/${part(w.key)}/secret`, { channel });
  const now = await api('GET', path);
  const again = await ask('Secret of this webhook', [
    h('p', { class: 'faint', text: 'Requests are signed with it, in the headers of Standard Webhooks. Your program checks the signature with it.' }),
    h('div', { class: 'secret' }, h('code', { text: now.secret }), copyButton('Copy the secret', () => now.secret)),
    now.old_secret ? notice('info', h('p', {}, 'The one before signs too; it ends ', ago(now.old_until), '.')) : null,
  ].filter(Boolean), [{ text: 'New secret', kind: 'danger', value: true }, { text: 'Done', kind: 'primary', act: () => false, first: true }]);
  if (!again || !await sure('Make a new secret?', 'Requests are signed with both for 24 hours, so that your program can change over.', 'Make a new one')) return;
  await api('POST', path, {});
  await secret(channel, w);
}

// edit changes a webhook in the settings, or adds one. The other webhooks stay as they are.
async function edit(channel, w) {
  const path = at('/settings', { channel });
  const settings = await api('GET', path);
  const list = settings.webhooks ?? [];
  const nth = w ? list.findIndex((one) => one.url === w.url && (one.mode ?? 'body') === w.mode) : -1;
  if (w && nth < 0) {
    toast('This webhook was changed meanwhile', 'bad');
    return;
  }
  const was = list[nth] ?? {};
  const url = input({ inputmode: 'url', value: was.url ?? '', placeholder: 'https://example.org/hook', autofocus: true });
  const mode = choice(modes, was.mode ?? 'body');
  const wanted = new Set((was.events ?? []).map((e) => e.type));
  const other = (was.events ?? []).some((e) => !kinds.includes(e.type) || (e.method && e.method !== 'post'));
  const save = async (webhooks) => { await api('PATCH', path, { webhooks }); return true; };
  const now = () => ({
    ...was, url: url.value.trim(), mode: mode.value,
    ...(other ? {} : { events: [...wanted].map((type) => ({ type, method: 'post' })) }),
  });
  const done = await ask(w ? 'Edit the webhook' : 'Add a webhook', [field('URL', url), field('Mode', mode),
    other ? notice('info', h('p', { text: 'Its events were chosen by a program and stay as they are.' }))
      : h('fieldset', { class: 'group' }, h('legend', { text: 'Events (none chosen: all)' }), h('div', { class: 'ticks-grid' }, kinds.map((k) => tick(k, wanted.has(k), (on) => { if (on) wanted.add(k); else wanted.delete(k); }))))], [
    ...(nth >= 0 ? [{ text: 'Remove', kind: 'danger', act: () => save(list.filter((_, i) => i !== nth)) }] : []),
    { text: 'Cancel', act: () => false },
    { text: 'Save', kind: 'primary', act: () => save(nth >= 0 ? list.map((one, i) => (i === nth ? now() : one)) : [...list, now()]) },
  ]);
  if (done) toast('Saved');
}
