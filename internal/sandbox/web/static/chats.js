// The left column: every customer's phone, and the chats on it.
import { h, clock, number } from './dom.js';
import { icon, ticks } from './icons.js';
import { plain } from './markup.js';
import { tint } from './bubble.js';
import { isGroup, summary } from './state.js';

const platformNames = { android: 'Android', ios: 'iOS', web: 'Web' };

const drawn = new WeakMap(); // column -> what it was drawn of

// drawChats draws the column again only where it has changed: a chat is not replaced under a finger.
export function drawChats(el, state, { open, select, typing }) {
  const now = JSON.stringify([open, state.customers.map((c) => [c, typing(c.phone), state.chats(c.phone)])]);
  if (drawn.get(el) === now) return;
  drawn.set(el, now);
  const { phone, chat } = document.activeElement?.closest('.chat')?.dataset ?? {}; // the focus stays on its chat
  el.replaceChildren(
    h('header', { class: 'column-head' }, h('h2', { text: 'Customers' }), h('span', { class: 'count', text: String(state.customers.length) })),
    h('ul', { class: 'chat-list' }, state.customers.map((customer) => oneCustomer(customer, state, open, select, typing))),
    h('p', { class: 'empty', hidden: state.customers.length > 0, text: 'No customers yet. POST /sandbox/customers adds one.' }));
  if (phone) [...el.querySelectorAll('.chat')].find((b) => b.dataset.phone === phone && b.dataset.chat === chat)?.focus({ preventScroll: true });
}

function oneCustomer(customer, state, open, select, typing) {
  const chats = state.chats(customer.phone);
  const [own, ...groups] = chats;
  return h('li', {},
    chatButton(customer, own, open, select, typing, h('span', { class: 'who' },
      h('span', { class: 'who-name', text: customer.name }),
      h('span', { class: 'who-platform', text: customer.online === false ? 'offline' : platformNames[customer.platform] ?? customer.platform }))),
    groups.length ? h('ul', { class: 'sub-list' }, groups.map((chat) => h('li', {},
      chatButton(customer, chat, open, select, typing, h('span', { class: 'who' }, h('span', { class: 'who-name', text: chat.title })))))) : null);
}

function chatButton(customer, chat, open, select, typing, who) {
  const group = isGroup(chat.chat);
  const active = open.phone === customer.phone && open.chat === chat.chat;
  const button = h('button', {
    type: 'button', class: `chat${active ? ' active' : ''}${group ? ' chat-group' : ''}`, 'aria-current': active ? 'true' : null,
    data: { phone: customer.phone, chat: chat.chat },
  },
  avatar(customer, group),
  h('span', { class: 'chat-main' },
    h('span', { class: 'chat-top' }, who, chat.last ? h('time', { text: clock(chat.last.timestamp) }) : null),
    h('span', { class: 'chat-bottom' }, preview(customer, chat, typing),
      chat.unread ? h('span', { class: 'badge', text: String(chat.unread), 'aria-label': `${chat.unread} unread` }) : null)));
  button.addEventListener('click', () => select(customer.phone, chat.chat));
  return button;
}

function preview(customer, chat, typing) {
  if (typing(customer.phone)) return h('span', { class: 'preview live', text: 'typing…' });
  if (!chat.last) return h('span', { class: 'preview', text: isGroup(chat.chat) ? 'No messages yet' : number(customer.phone) });
  return h('span', { class: 'preview' }, chat.last.from_me ? ticks(chat.last.status || 'sent') : null,
    h('span', { text: plain(summary(chat.last)).replace(/\s+/g, ' ').slice(0, 120) }));
}

export function avatar(customer, group) {
  if (group) return h('span', { class: 'avatar avatar-group', 'aria-hidden': 'true' }, icon('people'));
  const letters = customer.name.split(/\s+/).map((word) => [...word][0] ?? '').join('').slice(0, 2).toUpperCase();
  return h('span', { class: `avatar tint-bg-${tint(customer.phone)}`, 'aria-hidden': 'true', text: letters || '?' });
}
