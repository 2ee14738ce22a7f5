// What became of one message: each step, each attempt, each webhook that was told.
import { at, part } from './api.js';
import { summary, who, statusBadge } from './messages.js';
import { stamp, length, date } from './time.js';
import { h, icon, panel, badge, notice, number, prettyJSON, copyButton } from './ui.js';
import { deliveryState } from './deliveries.js';

const told = {
  accepted: ['Accepted', 'tick'], received: ['Received', 'inbox'], queued: ['Waited in the queue', 'list'], attempt: ['Attempt', 'send'],
  pending: ['Pending', 'list'], sent: ['WhatsApp has it', 'tick'], delivered: ['Delivered to the phone', 'phone'], read: ['Read', 'tick'], played: ['Played', 'play'],
  failed: ['Failed', 'warn'], deleted: ['Deleted', 'trash'], tapped: ['Pressed', 'reply'], replied: ['Answered', 'chats'],
  edited: ['Edited', 'reply'], reacted: ['Reacted', 'chats'],
};

export function timeline(el, context, id) {
  let key = '';
  return context.watch(at(`/tapgate/messages/${part(id)}/timeline`, { channel: context.channel }), (body, status) => {
    const next = JSON.stringify([body, status]);
    if (next === key) return;
    key = next;
    if (status !== 200) {
      el.replaceChildren(notice('warn', h('p', { text: body?.error?.message ?? `The gateway answered ${status}.` })));
      return;
    }
    const open = Boolean(el.querySelector('details[open]'));
    el.replaceChildren(...draw(body, context));
    if (open) el.querySelector('details.fold').open = true;
  });
}

function draw({ message, failure, steps, webhooks }, context) {
  const begin = date(steps[0]?.at ?? message.timestamp);
  return [
    h('header', { class: 'story-head' },
      h('div', { class: 'story-top' }, h('h2', { text: who(message) }), message.from_me ? statusBadge(message.status) : badge(message.type)),
      h('p', { class: 'story-what', text: summary(message) }),
      h('p', { class: 'story-id' }, h('code', { text: message.id }), copyButton('Copy the message id', () => message.id))),
    failure ? notice('bad', h('p', { class: 'strong', text: failure.code }), h('p', { text: failure.reason })) : null,
    panel('Timeline', h('ol', { class: 'story', 'aria-label': 'Steps' }, steps.map((s) => step(s, begin, context)))),
    panel('Webhooks that were told', webhooks.length ? h('ol', { class: 'story' }, webhooks.map((w) => webhook(w, begin, context))) : h('p', { class: 'faint', text: 'None: no webhook of the channel wants these events, or the deliveries are no longer kept.' })),
    h('details', { class: 'panel fold' }, h('summary', {}, h('h2', { text: 'As JSON' })), prettyJSON(message)),
  ].filter(Boolean);
}

function step(s, begin, context) {
  const [name, symbol] = told[s.step] ?? [s.step, 'info'];
  const bad = s.step === 'failed' || s.result === 'refused';
  const doubtful = s.result === 'unknown';
  const title = s.step === 'attempt' ? `${name} ${s.number}` : name;
  const reply = s.reply?.reply?.buttons_reply ?? s.reply?.reply?.list_reply;
  return h('li', { class: `step ${bad ? 'tone-bad' : doubtful ? 'tone-warn' : ['read', 'played', 'tapped'].includes(s.step) ? 'tone-good' : ''}`, data: { step: s.step } },
    h('span', { class: 'step-mark' }, icon(symbol)),
    h('div', { class: 'step-text' },
      h('p', { class: 'step-name' }, title,
        s.result ? badge({ acked: 'taken', refused: 'refused', unknown: 'outcome unknown' }[s.result] ?? s.result, bad ? 'bad' : doubtful ? 'warn' : 'good') : null,
        s.by ? h('span', { class: 'faint', text: number(s.by) }) : null),
      reply ? h('p', {}, h('a', { class: 'link', href: context.link(context.channel, 'messages', s.reply.id), text: `“${reply.title}”` }), h('span', { class: 'faint mono', text: ` ${reply.id}` })) : null,
      s.reply && !reply ? h('p', {}, h('a', { class: 'link', href: context.link(context.channel, 'messages', s.reply.id), text: summary(s.reply) || 'a message' })) : null,
      s.reason ? h('p', { class: 'step-reason', text: s.reason }) : null),
    times(s, begin));
}

function times(s, begin) {
  const after = begin && date(s.at) ? date(s.at) - begin : 0;
  return h('div', { class: 'step-times' }, stamp(s.at, { millis: true }),
    h('span', { class: 'faint', text: s.took_ms !== undefined ? `took ${length(s.took_ms)}` : after > 999 ? `+${length(after)}` : '' }));
}

function webhook(w, begin, context) {
  const [text, tone] = deliveryState(w.state);
  return h('li', { class: `step ${tone === 'bad' ? 'tone-bad' : tone === 'good' ? 'tone-good' : ''}` },
    h('span', { class: 'step-mark' }, icon('globe')),
    h('div', { class: 'step-text' },
      h('p', { class: 'step-name' }, h('a', { class: 'link', href: context.link(context.channel, 'webhooks', w.delivery_id), text: `${w.type}.${w.event}` }), badge(text, tone)),
      h('p', { class: 'faint', text: attemptsLine(w.attempts) })),
    times(w, begin));
}

function attemptsLine(attempts) {
  if (!attempts?.length) return 'no attempt yet';
  const last = attempts.at(-1);
  return `${attempts.length} attempt${attempts.length === 1 ? '' : 's'}, the last ${last.status ? `answered ${last.status}` : `failed: ${last.failure ?? 'no answer'}`} in ${length(last.took_ms)}`;
}
