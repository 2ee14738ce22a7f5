// One message as a bubble, and below it what a developer should know about it.
import { h, clock, number } from './dom.js';
import { icon, ticks } from './icons.js';
import { plain } from './markup.js';
import { bodyText } from './body.js';
import { buttonRow } from './button.js';
import { mediaOf } from './media.js';
import { carousel } from './carousel.js';
import { poll } from './poll.js';
import { quotedPicture } from './media.js';

// bubble returns the row of a message. The context knows the chat: customer, platform, group,
// nameOf(number), mediaURL(id, card), and what a finger does: press, openList, openAll, inspect, and in a chat vote,
// menu; message(id) finds what is quoted there.
export function bubble(message, context) {
  const row = h('article', {
    class: `row ${message.from_me ? 'mine' : 'theirs'} kind-${message.kind}`,
    data: { messageId: message.id },
    'aria-label': `${message.from_me ? 'Sent' : 'Received'} message at ${clock(message.timestamp)}`,
  });
  if (message.deleted) row.append(box(message, context, [deletedText(message)]));
  else if (!message.drawn) row.append(nothing(message, context));
  else row.append(drawn(message, context));
  const note = notes(message);
  if (note) row.append(note);
  return row;
}

function drawn(message, context) {
  if (message.kind === 'carousel') {
    const root = box(message, context, [author(message, context), quotedStrip(message, context), ...texts(message)]);
    return h('div', { class: 'stack' }, root, carousel(message, context));
  }
  const parts = [author(message, context), quotedStrip(message, context), ...content(message, context)];
  return box(message, context, parts, buttons(message, context));
}

// box is the bubble itself: the parts, the time, then the buttons under separators.
function box(message, context, parts, rows = []) {
  const el = h('div', { class: `bubble${rows.length ? ' has-buttons' : ''}` }, h('div', { class: 'inside' }, parts, stamp(message)), rows);
  if (message.reactions?.length) el.append(reactions(message));
  el.append(menuButton(message, context));
  el.addEventListener('contextmenu', (event) => {
    if (!context.menu || event.target.closest('a, video, audio') || !getSelection().isCollapsed) return;
    event.preventDefault();
    context.menu(message);
  });
  return el;
}

function stamp(message) {
  return h('span', { class: 'stamp' },
    message.edited ? h('span', { text: 'Edited' }) : null,
    h('time', { text: clock(message.timestamp) }),
    message.from_me && !message.deleted ? ticks(message.status || 'sent') : null);
}

function author(message, context) {
  if (!context.group || message.from_me) return null;
  return h('div', { class: `author tint-${tint(message.from)}`, text: context.nameOf(message.from) });
}

// tint gives each number one of eight colours.
export function tint(text) {
  let sum = 0;
  for (const c of String(text)) sum = (sum * 31 + c.codePointAt(0)) % 8;
  return sum;
}

function content(message, context) {
  switch (message.kind) {
    case 'reply': return replyParts(message);
    case 'location': return [place(message.location)];
    case 'contact': return [card(message.contact)];
    case 'poll': return [h('div', { class: 'header', text: message.body || message.header }), poll(message, context)];
    case 'vote': return [h('div', { class: 'body faint' }, icon('poll'), ` ${(message.options ?? []).join(', ') || message.body || 'Voted'}`)];
    case 'unknown': return [h('div', { class: 'body faint', text: message.body || 'A message of a kind that this phone does not know.' })];
    default: return [
      message.media ? mediaOf(message.media, context.mediaURL(message.id, message.media)) : null,
      ...texts(message),
    ];
  }
}

function texts(message) {
  const parts = [];
  if (message.header && !message.media) parts.push(h('div', { class: 'header', text: message.header }));
  if (message.body) parts.push(bodyText(message.body));
  if (message.footer) parts.push(h('div', { class: 'footer', text: message.footer }));
  return parts;
}

function replyParts(message) {
  const { title, description } = message.reply ?? { title: message.body };
  return [
    h('div', { class: 'body', text: title || message.body }),
    description ? h('div', { class: 'footer', text: description }) : null,
  ];
}

function quotedStrip(message, context) {
  const quoted = message.quoted;
  if (!quoted) return null;
  const mine = quoted.from === context.customer.phone;
  const strip = h('button', { type: 'button', class: `quoted ${mine ? 'quoted-mine' : ''}`, 'aria-label': 'Go to the quoted message' },
    h('span', { class: 'quoted-words' }, h('span', { class: 'quoted-from', text: mine ? 'You' : context.nameOf(quoted.from) }),
      h('span', { class: 'quoted-text', text: plain(quoted.text || 'Message') })),
    quotedPicture(context.message?.(quoted.id)?.media));
  strip.addEventListener('click', () => context.goTo(quoted.id));
  return strip;
}

function buttons(message, context) {
  if (message.kind === 'list') {
    return [buttonRow({ kind: 'list', title: message.label || 'Options', tappable: true }, () => context.openList(message))];
  }
  const all = message.buttons ?? [];
  const folded = context.platform !== 'web' && all.length > 3;
  const rows = (folded ? all.slice(0, 2) : all).map((button, i) =>
    buttonRow(button, () => context.press(message, { button: i }, button)));
  if (folded) rows.push(buttonRow({ kind: 'list', title: 'See all options', tappable: true }, () => context.openAll(message)));
  return rows;
}

function reactions(message) {
  const counted = new Map();
  for (const { emoji } of message.reactions) counted.set(emoji, (counted.get(emoji) ?? 0) + 1);
  const shown = [...counted].map(([emoji, n]) => (n > 1 ? `${emoji} ${n}` : emoji)).join(' ');
  return h('span', { class: 'reactions', text: shown, 'aria-label': `Reactions: ${shown}` });
}

function deletedText(message) {
  return h('div', { class: 'body faint' }, icon('blocked'),
    message.from_me ? ' You deleted this message' : ' This message was deleted');
}

function place(location) {
  if (!location) return h('div', { class: 'body faint', text: 'A location' });
  const { latitude, longitude, name, address } = location;
  return h('div', { class: 'place' },
    h('div', { class: 'map', 'aria-hidden': 'true' }, icon('pin')),
    name ? h('div', { class: 'header', text: name }) : null,
    address ? h('div', { class: 'body', text: address }) : null,
    h('div', { class: 'footer', text: `${latitude.toFixed(5)}, ${longitude.toFixed(5)}` }));
}

function card(contact) {
  return h('div', { class: 'contact' }, h('span', { class: 'face' }, icon('person')),
    h('span', {}, h('span', { class: 'header', text: contact?.name ?? 'Contact' }),
      contact?.phone ? h('span', { class: 'footer', text: number(contact.phone) }) : null));
}

// nothing is what a person would see of a message that is not drawn, made visible for a developer.
function nothing(message, context) {
  const why = message.warnings?.length ? message.warnings.join('; ') : 'the client knows no way to draw this message.';
  return h('div', { class: 'nothing' },
    icon('blocked'),
    h('p', {}, h('strong', { text: 'WhatsApp shows nothing here: ' }), why),
    inspectButton(message, context));
}

// notes stand below the bubble: warnings always, how sure the render table is on demand.
function notes(message) {
  if (!message.drawn || message.deleted) return null;
  const sure = [...message.notes ?? []];
  if (message.retry_count) sure.push(`Readable after ${message.retry_count} retry receipt${message.retry_count > 1 ? 's' : ''}.`);
  const warnings = message.warnings ?? [];
  if (!warnings.length && !sure.length) return null;
  const line = (text) => h('li', {}, text);
  return h('div', { class: 'notes' },
    warnings.length ? h('div', { class: 'note' }, icon('warn'), h('ul', { 'aria-label': 'What a person would miss' }, warnings.map(line))) : null,
    sure.length ? h('details', { class: 'note note-info' },
      h('summary', {}, icon('info'), h('span', { text: sure.length > 1 ? `${sure.length} notes on real clients` : 'A note on real clients' })),
      h('ul', {}, sure.map(line))) : null);
}

// menuButton opens what a person can do with the message: a long press or a right click does the same. Of a message
// that is only looked at, it shows the JSON.
function menuButton(message, context) {
  if (!context.menu) return inspectButton(message, context);
  return h('button', {
    type: 'button', class: 'inspect', 'aria-label': 'What to do with this message', 'aria-haspopup': 'dialog', title: 'Reply, react and more',
    on: { click: () => context.menu(message) },
  }, icon(context.platform === 'web' ? 'down' : 'dots'));
}

function inspectButton(message, context) {
  const button = h('button', { type: 'button', class: 'inspect', 'aria-label': 'Show this message as JSON', title: 'Show as JSON' }, icon('code'));
  button.addEventListener('click', () => context.inspect(message));
  return button;
}
