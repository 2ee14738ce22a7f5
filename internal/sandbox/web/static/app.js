// Puts the three columns together and keeps them up to date.
import { api, listen } from './api.js';
import { State, unread } from './state.js';
import { drawChats } from './chats.js';
import { Handset } from './handset.js';
import { h } from './dom.js';
import { icon } from './icons.js';
import { Inbox } from './inbox.js';
import { tabs, themeSwitch } from './chrome.js';

const state = new State();
const typing = new Map(); // "phone chat" -> timer, while the business types to that phone
const title = document.title;
const live = document.querySelector('#live');

const page = { changed: redraw, drawSoon, typing: (phone) => typing.has(phone) };
const stage = document.querySelector('#stage');
const [first, second] = ['stage-first', 'stage-second'].map((name) => {
  const opens = name === 'stage-first';
  const words = opens ? 'Put a second phone beside this one' : 'Close this phone';
  const slot = h('div', { class: `slot ${name}`, hidden: !opens });
  stage.append(slot);
  return new Handset(slot, state, page, h('button', {
    type: 'button', class: 'round small beside', 'aria-label': words, title: words, on: { click: () => (opens ? putBeside() : closeBeside()) },
  }, icon(opens ? 'beside' : 'close')));
});
let active = first; // where a chat opens that is chosen
for (const one of [first, second]) {
  for (const event of ['pointerdown', 'focusin']) one.slot.addEventListener(event, () => activate(one));
}
const inbox = new Inbox(document.querySelector('#inbox'), {
  clear: () => first.attempt(async () => inbox.set(await api.clearWebhooks())),
});
const column = tabs(document.querySelector('#tabs'), document.querySelector('#columns'));
themeSwitch(document.querySelector('#theme'));

const shown = () => [first, second].filter((one) => !one.slot.hidden);

function activate(one) {
  if (active === one) return;
  active = one;
  drawSoon();
}

// putBeside opens a second phone: another customer in the same chat, or the same one where there is no other.
function putBeside() {
  const other = state.customers.find(({ phone }) => phone !== first.open.phone)?.phone ?? first.open.phone;
  const member = state.groups.find((g) => g.chat === first.open.chat)?.members.includes(other);
  second.open = { phone: other, chat: member ? first.open.chat : 'business' };
  second.slot.hidden = false;
  active = second;
  draw();
}

function closeBeside() {
  second.slot.hidden = true;
  active = first;
  draw();
}

function draw() {
  stage.classList.toggle('two', shown().length > 1);
  for (const one of shown()) {
    one.slot.classList.toggle('active', one === active);
    one.draw();
  }
  drawChats(document.querySelector('#chats'), state, { open: active.open, select, typing: () => false });
  document.title = (state.unread() ? `(${state.unread()}) ` : '') + title;
  markRead();
}

// redraw fetches what a phone shows when it imitates another client.
async function redraw(phone) {
  state.setMessages(phone, await api.messages(phone));
  draw();
}

let drawing = false;
function drawSoon() {
  if (drawing) return;
  drawing = true;
  requestAnimationFrame(() => { drawing = false; draw(); });
}

function select(phone, chat) {
  active.open = { phone, chat };
  if (active === first) history.replaceState(null, '', `#/${phone}/${encodeURIComponent(chat)}`);
  draw();
  column.show('phone');
}

// markRead reads what stands open before a person's eyes.
const asked = new Set();
function markRead() {
  if (document.visibilityState !== 'visible' || !column.sees('phone')) return;
  for (const { phone, chat } of shown().map((one) => one.open)) {
    const ids = state.messages(phone, chat).filter((m) => unread(m) && m.drawn && !asked.has(`${phone} ${m.id}`)).map((m) => m.id);
    if (!ids.length) continue;
    for (const id of ids) asked.add(`${phone} ${id}`);
    api.read(phone, ids).catch(() => { for (const id of ids) asked.delete(`${phone} ${id}`); });
  }
}

// load fetches everything: at the start, after the stream was broken, and when it left something out. What
// happens while it does so may be missing in the answers, so that it is done once more.
let loading = null, again = false;
function load() {
  again = loading !== null;
  loading ??= (async () => {
    try {
      do {
        again = false;
        await fetchAll();
      } while (again);
    } finally {
      loading = null;
    }
  })();
  return loading;
}

async function fetchAll() {
  const [facts, customers, groups, requests] = await Promise.all([api.facts(), api.customers(), api.groups(), api.webhooks()]);
  Object.assign(state, { facts, customers, groups, business: String(facts.business ?? '') });
  await Promise.all(customers.map(async ({ phone }) => state.setMessages(phone, await api.messages(phone))));
  inbox.welcome(facts);
  inbox.set(requests);
  if (customers.some(({ phone }) => state.all(phone).some(sentByProgram))) inbox.firstMessageSent();
  chooseChat();
  draw();
}

function chooseChat() {
  const [, phone, chat] = location.hash.split('/');
  if (state.customer(phone)) first.open = { phone, chat: decodeURIComponent(chat ?? 'business') };
  else if (!first.customer) first.open = { phone: state.customers[0]?.phone ?? '', chat: 'business' };
}

// sentByProgram tells whether a message came from the business, so that the first steps are done.
const sentByProgram = (message) => !message.from_me && message.from === state.business;

function onTyping({ customer, on }) {
  clearTimeout(typing.get(customer));
  typing.delete(customer);
  if (on) typing.set(customer, setTimeout(() => { typing.delete(customer); drawSoon(); }, 15000));
}

async function onChange(name, change) {
  if (name === 'missed') {
    await load();
    return;
  }
  if (name === 'typing') onTyping(change);
  if (name === 'group') state.groups = await api.groups();
  if (change.message) {
    state.put(change.customer, change.message);
    if (name === 'message' && !change.message.from_me) onTyping({ customer: change.customer, on: false });
    if (sentByProgram(change.message)) inbox.firstMessageSent();
  }
  if (name === 'presence' || name === 'platform' || !state.customer(change.customer)) state.customers = await api.customers();
  if (name === 'platform') await redraw(change.customer);
  drawSoon();
}

function say(text, mood) {
  live.textContent = text;
  live.dataset.state = mood;
}

listen({
  opened: async () => {
    try {
      await load();
      say('live', 'on');
    } catch (error) {
      say(error.message, 'off');
    }
  },
  lost: () => say('reconnecting', 'off'),
  happened: (name, data) => {
    if (name === 'webhook') {
      inbox.add(data);
      column.badge('inbox');
    } else {
      onChange(name, data).catch((error) => say(error.message, 'off'));
    }
  },
});
document.addEventListener('visibilitychange', markRead);
column.changed(markRead);
