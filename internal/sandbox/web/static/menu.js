// What a person can do with a message, and with the phone itself.
import { copyText, h } from './dom.js';
import { choices, openSheet } from './sheet.js';
import { toast } from './toast.js';

const emojis = ['👍', '❤️', '😂', '😮', '😢', '🙏'];
const editWindow = 15 * 60; // seconds in which clients let an own text be changed

// messageMenu offers what the clients do for this message. actions: react(emoji), quote(), edit(), remove(), inspect().
export function messageMenu(screen, { platform, phone }, message, actions) {
  const own = message.reactions?.find((r) => r.from === phone)?.emoji;
  const open = message.drawn && !message.deleted;
  const young = Date.now() / 1000 - message.timestamp < editWindow;
  const row = h('div', { class: 'emojis', role: 'group', 'aria-label': 'React' }, emojis.map((emoji) => h('button', {
    type: 'button', class: 'emoji', 'aria-label': `React with ${emoji}`, 'aria-pressed': String(emoji === own), data: { emoji }, text: emoji,
    on: { click: () => { done(); actions.react(emoji === own ? '' : emoji); } },
  })));
  const done = openSheet(screen, { kind: platform === 'web' ? 'dialog' : 'bottom', title: 'Message', body: [
    open ? row : null,
    choices([
      open && ['reply', 'Reply', () => { done(); actions.quote(); }],
      open && message.body && ['copy', 'Copy', async () => { done(); toast(screen, (await copyText(message.body)) ? 'Message copied' : 'The browser does not allow copying'); }],
      open && message.from_me && message.kind === 'text' && young && ['edit', 'Edit', () => { done(); actions.edit(); }],
      open && message.from_me && ['trash', 'Delete for everyone', () => { done(); actions.remove(); }],
      ['code', 'Show as JSON', () => { done(); actions.inspect(); }],
    ]),
  ] });
}

// phoneMenu offers what happens to a phone as a whole. actions: online(on), wipe().
export function phoneMenu(screen, customer, actions) {
  const done = openSheet(screen, { kind: customer.platform === 'web' ? 'dialog' : 'bottom', title: `${customer.name}’s phone`, body: choices([
    customer.online ? ['offline', 'Go offline: what is sent waits', () => { done(); actions.online(false); }]
      : ['online', 'Go online', () => { done(); actions.online(true); }],
    ['trash', 'Forget all sessions, as a new installation', () => { done(); actions.wipe(); }],
  ]) });
}
