// The phone: its frame, the open chat, and the line to write in.
import { h, number } from './dom.js';
import { icon } from './icons.js';
import { bubble } from './bubble.js';
import { Composer } from './composer.js';
import { isGroup } from './state.js';

// How many bubbles stand in an opened chat, and how many more come when its top is near: a phone keeps thousands.
const atFirst = 120, atATime = 40;

const platforms = [['android', 'Android', 'phone'], ['ios', 'iOS', 'phone'], ['web', 'Web', 'globe']];

// Device is drawn into a slot of the middle column. Bubbles are kept while their message is the same, so that
// a carousel keeps its place and a button its focus.
export class Device {
  #rows = new Map(); // message id -> { key, el, message, platform }
  #shown = '';
  #limit = atFirst; // bubbles, counted from the newest message
  #oldest = ''; // the id of the first bubble
  #growing = false; // earlier messages are being drawn
  #state;
  #open; // { phone, chat }
  #atEnd = true; // the newest message is in sight, and stays so when a picture above it gets its height
  #slot;

  // button stands beside the choice of the client.
  constructor(slot, actions, button) {
    this.#slot = slot;
    this.actions = actions;
    this.switch = h('div', { class: 'segments', role: 'radiogroup', 'aria-label': 'Which client this customer uses' },
      platforms.map(([value, name, symbol]) => h('button', {
        type: 'button', role: 'radio', data: { platform: value },
        on: { click: () => this.actions.platform(value), keydown: (event) => this.#arrow(event, value) },
      }, icon(symbol), h('span', { text: name }))));
    this.caption = h('p', { class: 'caption' });
    this.face = h('span', { class: 'face' });
    this.title = h('span', { class: 'peer-name' });
    this.subtitle = h('span', { class: 'peer-state' });
    this.chat = h('div', { class: 'chat-view', role: 'log', 'aria-label': 'Messages', tabindex: '0' });
    this.chat.addEventListener('scroll', () => this.#scrolled());
    this.chat.addEventListener('load', () => { if (this.#atEnd) this.#toEnd(); }, true);
    this.offline = h('div', { class: 'offline', role: 'status', hidden: true }, icon('offline'), h('span', { text: 'Offline: what is sent waits.' }),
      h('button', { type: 'button', class: 'quiet', text: 'Go online', on: { click: () => this.actions.online(true) } }));
    this.composer = new Composer({ ...actions, screen: () => this.screen });
    this.screen = h('div', { class: 'screen' }, statusBar(),
      h('header', { class: 'peer' }, this.face, h('span', { class: 'peer-text' }, this.title, this.subtitle),
        h('button', { type: 'button', class: 'round', 'aria-label': 'This phone: offline, new installation', 'aria-haspopup': 'dialog', title: 'Offline, new installation', on: { click: () => this.actions.phoneMenu() } }, icon('dots'))),
      this.offline, this.chat, this.composer.el, h('div', { class: 'toasts', role: 'status', 'aria-live': 'polite' }));
    this.frame = h('div', { class: 'device', data: { platform: 'android' } }, this.screen);
    slot.append(h('div', { class: 'stage-head' }, this.caption, this.switch, button), this.frame);
  }

  draw(state, open) {
    this.#state = state;
    this.#open = open;
    const customer = state.customer(open.phone);
    this.#slot.classList.toggle('vacant', !customer);
    if (!customer) {
      this.caption.textContent = 'No customer yet';
      return;
    }
    this.frame.dataset.platform = customer.platform;
    this.caption.replaceChildren(h('strong', { text: `${customer.name}’s phone` }), h('span', { text: number(customer.phone) }));
    this.#drawSwitch(customer);
    this.offline.hidden = customer.online !== false;
    this.composer.show(`${this.#open.phone} ${this.#open.chat}`);
    this.#drawPeer(state);
    this.#drawChat(state, customer);
  }

  #drawSwitch(customer) {
    for (const button of this.switch.children) { // kept, so that none is replaced under a finger
      const on = button.dataset.platform === customer.platform;
      button.setAttribute('aria-checked', String(on));
      button.tabIndex = on ? 0 : -1;
    }
  }

  async #arrow(event, value) {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step) return;
    const at = platforms.findIndex(([v]) => v === value);
    const [next] = platforms[(at + step + platforms.length) % platforms.length];
    await this.actions.platform(next);
    this.switch.querySelector(`[data-platform="${next}"]`)?.focus();
  }

  #drawPeer(state) {
    const group = isGroup(this.#open.chat);
    this.face.replaceChildren(icon(group ? 'people' : 'shop'));
    this.title.textContent = state.chatName(this.#open.chat);
    const members = state.groups.find((g) => g.chat === this.#open.chat)?.members ?? [];
    const typing = this.actions.businessTyping();
    this.subtitle.classList.toggle('live', Boolean(typing));
    this.subtitle.textContent = typing ? 'typing…' : group ? members.map((m) => (m === this.#open.phone ? 'You' : state.nameOf(m))).join(', ') : 'Business account';
    this.chat.classList.toggle('is-group', group);
  }

  #drawChat(state, customer) {
    const key = `${this.#open.phone} ${this.#open.chat}`;
    const fresh = key !== this.#shown;
    const follow = fresh || (this.#atEnd && this.#nearEnd()); // a person may have scrolled since the last scroll event
    if (follow) this.#limit = atFirst;
    const context = this.actions.context(customer);
    const rows = new Map();
    const all = state.messages(this.#open.phone, this.#open.chat);
    if (!follow) this.#limit = Math.max(this.#limit, all.length - all.findIndex((m) => m.id === this.#oldest)); // what came since pushes nothing out
    const messages = all.slice(-this.#limit);
    this.#oldest = messages[0]?.id;
    const nodes = [messages.length < all.length ? this.#earlier(all.length - messages.length)
      : h('p', { class: 'chip lock' }, icon('lock'), 'End-to-end encrypted with the Signal protocol. Nothing leaves this machine.')];
    let before = null;
    for (const message of messages) {
      const day = dayOf(message.timestamp);
      if (!before || day !== dayOf(before.timestamp)) nodes.push(h('p', { class: 'chip day', text: day }));
      const row = this.#row(message, context, !fresh && !this.#growing);
      row.el.classList.toggle('first', !before || before.from !== message.from || day !== dayOf(before.timestamp));
      rows.set(message.id, row);
      nodes.push(row.el);
      before = message;
    }
    if (!messages.length) nodes.push(h('p', { class: 'chip', text: 'No messages yet. Send one with the command on the right.' }));
    if (this.actions.businessTyping()) nodes.push(typingBubble());
    const aside = [...rows].map(([id, { el }]) => [el, this.#rows.get(id)?.el]).filter(([el, was]) => was && was !== el)
      .map(([el, was]) => [el.querySelector('.strip'), was.querySelector('.strip')?.scrollLeft]);
    this.#rows = rows;
    this.#shown = key;
    replaceChanged(this.chat, nodes);
    for (const [strip, left] of aside) if (strip && left) strip.scrollLeft = left; // its cards stay where they were
    if (follow) this.#toEnd();
  }

  #earlier(count) {
    return h('button', { type: 'button', class: 'chip earlier', text: `${count} earlier messages`, on: { click: () => this.#more(atATime) } });
  }

  #scrolled() {
    this.#atEnd = this.#nearEnd();
    if (this.chat.scrollTop < 600 && !this.#atEnd && this.chat.querySelector('.earlier')) this.#more(atATime);
  }

  #nearEnd() {
    return this.chat.scrollHeight - this.chat.scrollTop - this.chat.clientHeight < 120;
  }

  // more draws earlier messages above, and what is in sight stays where it is.
  #more(count) {
    const before = this.chat.scrollHeight - this.chat.scrollTop;
    this.#limit += count;
    this.#atEnd = false;
    this.#growing = true;
    this.draw(this.#state, this.#open);
    this.#growing = false;
    this.chat.scrollTop = this.chat.scrollHeight - before;
  }

  #toEnd() {
    this.#atEnd = true;
    this.chat.scrollTop = this.chat.scrollHeight;
  }

  #row(message, context, arrives) {
    const { platform } = context;
    const known = this.#rows.get(message.id);
    if (known?.message === message && known.platform === platform) return known; // a change makes another object
    // That an incoming message was read does not show: it must not replace a button under a finger.
    const shown = message.from_me ? message : { ...message, status: undefined };
    const key = JSON.stringify([shown, platform]);
    if (known?.key === key) return Object.assign(known, { message });
    const focused = known?.el.contains(document.activeElement) ? [...known.el.querySelectorAll('button')].indexOf(document.activeElement) : -1;
    const el = bubble(message, context);
    if (focused >= 0) {
      requestAnimationFrame(() => { // unless the focus has gone elsewhere meanwhile
        if (document.activeElement === document.body) el.querySelectorAll('button')[focused]?.focus({ preventScroll: true });
      });
    }
    if (!known && arrives) el.classList.add('new');
    return { key, el, message, platform };
  }

  // goTo scrolls to a message and lights it up.
  goTo(id) {
    if (!this.#rows.has(id)) {
      const { phone, chat } = this.#open;
      const all = this.#state.messages(phone, chat);
      const at = all.findIndex((m) => m.id === id);
      if (at >= 0) this.#more(all.length - at + 20 - this.#limit);
    }
    const el = this.#rows.get(id)?.el;
    if (!el) return;
    el.scrollIntoView({ block: 'center', behavior: 'smooth' });
    el.classList.add('lit');
    setTimeout(() => el.classList.remove('lit'), 1400);
  }
}

// replaceChanged puts nodes into parent and leaves those in place that stand there already, so
// that neither focus nor scroll position is lost.
function replaceChanged(parent, nodes) {
  const keep = new Set(nodes);
  for (const child of [...parent.childNodes]) if (!keep.has(child)) child.remove();
  let at = parent.firstChild;
  for (const node of nodes) {
    if (node === at) at = at.nextSibling;
    else parent.insertBefore(node, at);
  }
}

function statusBar() {
  const time = h('span', { class: 'status-time' });
  const tick = () => { time.textContent = new Date().toLocaleTimeString([], { hour: '2-digit', minute: '2-digit', hour12: false }); };
  tick();
  setInterval(tick, 10000);
  return h('div', { class: 'status-bar', 'aria-hidden': 'true' }, time, h('span', { class: 'island' }),
    h('span', { class: 'status-icons' }, h('i', { class: 'signal' }), h('i', { class: 'battery' })),
    h('span', { class: 'web-address' }, icon('lock'), 'web.whatsapp · emulated'));
}

function typingBubble() {
  return h('div', { class: 'row theirs first typing' }, h('div', { class: 'bubble', role: 'status', 'aria-label': 'The business is typing' }, h('i'), h('i'), h('i')));
}

function dayOf(timestamp) {
  const date = new Date(timestamp * 1000);
  const today = new Date();
  if (date.toDateString() === today.toDateString()) return 'Today';
  return date.toLocaleDateString([], { day: 'numeric', month: 'long', year: 'numeric' });
}
