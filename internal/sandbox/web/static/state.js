// What the page knows: customers, groups, messages.
import { number } from './dom.js';

// State keeps each phone's messages in the order the phone holds them.
export class State {
  customers = [];
  groups = [];
  business = '';
  facts = {};
  #messages = new Map(); // phone -> Map(id -> message)

  setMessages(phone, list) {
    this.#messages.set(phone, new Map(list.map((m) => [m.id, m])));
  }

  // put adds or replaces one message.
  put(phone, message) {
    if (!this.#messages.has(phone)) this.#messages.set(phone, new Map());
    this.#messages.get(phone).set(message.id, message);
  }

  message(phone, id) {
    return this.#messages.get(phone)?.get(id);
  }

  all(phone) {
    return [...(this.#messages.get(phone)?.values() ?? [])].filter((m) => !silent.has(m.kind));
  }

  messages(phone, chat) {
    return this.all(phone).filter((m) => this.chatOf(m) === chat);
  }

  // chatOf names the chat of a message: the group, or the private chat with the business.
  chatOf(message) {
    return isGroup(message.chat) ? message.chat : 'business';
  }

  // chats lists the chats of a phone: the private one always, groups it is a member of or heard from.
  chats(phone) {
    const ids = new Set(['business']);
    for (const group of this.groups) if (group.members.includes(phone)) ids.add(group.chat);
    for (const message of this.all(phone)) ids.add(this.chatOf(message));
    return [...ids].map((chat) => {
      const list = this.messages(phone, chat);
      return { chat, title: this.chatName(chat), last: list.at(-1), unread: list.filter((m) => m.drawn && unread(m)).length };
    });
  }

  // unread counts over all phones what a person would be notified of.
  unread() {
    return this.customers.flatMap(({ phone }) => this.all(phone)).filter((m) => m.drawn && unread(m)).length;
  }

  customer(phone) {
    return this.customers.find((c) => c.phone === phone);
  }

  chatName(chat) {
    if (chat === 'business') return this.facts.business_name || number(this.business);
    return this.groups.find((g) => g.chat === chat)?.subject ?? 'Group';
  }

  nameOf(phone) {
    if (phone === this.business) return this.facts.business_name || number(phone);
    return this.customer(phone)?.name ?? number(phone);
  }

  // recipient is what "to" must say so that a message goes to a chat.
  recipient({ chat }) {
    return chat === 'business' ? this.business : chat;
  }
}

// Messages of these kinds change others, which show the change themselves.
const silent = new Set(['reaction', 'edit', 'revoke']);

export function isGroup(chat) {
  return chat.endsWith('@g.us');
}

export function unread(message) {
  return !message.from_me && message.status !== 'read' && message.status !== 'played' && !message.deleted;
}

// summary is the one line that a list of chats shows of a message.
export function summary(message) {
  if (!message) return '';
  if (message.deleted) return message.from_me ? 'You deleted this message' : 'This message was deleted';
  if (!message.drawn) return 'nothing shown';
  const named = { image: 'Photo', video: 'Video', audio: 'Voice message', document: 'Document', sticker: 'Sticker', location: 'Location', contact: 'Contact', poll: 'Poll', vote: 'Vote', unknown: 'Unknown message' }[message.kind];
  return message.reply?.title || message.body || message.header || message.media?.file_name || named || '';
}
