// Puts the three columns together and keeps them up to date.
import { api, listen } from './api.js';
import { State, unread } from './state.js';
import { drawChats } from './chats.js';
import { Device } from './device.js';
import { Inbox } from './inbox.js';
import { Finger } from './finger.js';
import { toast } from './toast.js';
import { tabs, themeSwitch } from './chrome.js';

const state = new State();
const typing = new Map(); // "phone chat" -> timer, while the business types to that phone
const title = document.title;
const live = document.querySelector('#live');

const device = new Device(document.querySelector('#stage'), {
  context,
  platform: (platform) => attempt(async () => {
    const { phone } = state.open;
    Object.assign(state.customer(phone), await api.platform(phone, platform));
    await redraw(phone);
  }),
  write: (content) => attempt(() => api.write(state.open.phone, content.edit ? content : { to: state.recipient(), ...content })),
  attach: (file, content) => attempt(async () => {
    await api.write(state.open.phone, { to: state.recipient(), media: await base64(file), mime_type: file.type, file_name: file.name, ...content });
  }),
  online,
  phoneMenu: () => finger.phoneMenu(online),
  typing: announceTyping,
  businessTyping: ({ phone }) => typing.has(phone),
});
const finger = new Finger(device.screen, { state, attempt });
const inbox = new Inbox(document.querySelector('#inbox'), {
  clear: () => attempt(async () => inbox.set(await api.clearWebhooks())),
});
const column = tabs(document.querySelector('#tabs'), document.querySelector('#columns'));
themeSwitch(document.querySelector('#theme'));

// context is what a bubble of the open chat needs to know and may do.
function context(customer) {
  return {
    customer,
    platform: customer.platform,
    group: state.open.chat !== 'business',
    nameOf: (phone) => state.nameOf(phone),
    mediaURL: (id, media, card) => api.mediaURL(customer.phone, id, media, card),
    goTo: (id) => device.goTo(id),
    press: (message, press, button) => finger.press(message, press, button),
    openList: (message) => finger.openList(message),
    openAll: (message) => finger.openAll(message),
    inspect: (message) => finger.inspect(message),
    menu: (message) => finger.menu(message, device.composer),
    vote: (message, options) => finger.vote(message, options),
    message: (id) => state.message(customer.phone, id),
  };
}

// attempt runs what a person asked for and shows a refusal as a toast. It tells whether it went well.
async function attempt(fn) {
  try {
    await fn();
    return true;
  } catch (error) {
    toast(device.screen, error.details ? `${error.message} (${error.details})` : error.message);
    return false;
  }
}

// online takes the phone off the network, or back.
function online(on) {
  const { phone } = state.open;
  return attempt(async () => {
    Object.assign(state.customer(phone), await api.online(phone, on));
    drawSoon();
  });
}

function draw() {
  drawChats(document.querySelector('#chats'), state, { select, typing: () => false });
  device.draw(state);
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
  state.open = { phone, chat };
  history.replaceState(null, '', `#/${phone}/${encodeURIComponent(chat)}`);
  draw();
  column.show('phone');
}

// markRead reads what stands open before a person's eyes.
const asked = new Set();
function markRead() {
  if (document.visibilityState !== 'visible' || !column.sees('phone')) return;
  const { phone, chat } = state.open;
  const ids = state.messages(phone, chat).filter((m) => unread(m) && m.drawn && !asked.has(`${phone} ${m.id}`)).map((m) => m.id);
  if (!ids.length) return;
  for (const id of ids) asked.add(`${phone} ${id}`);
  api.read(phone, ids).catch(() => { for (const id of ids) asked.delete(`${phone} ${id}`); });
}

let announced = 0;
function announceTyping() {
  if (Date.now() - announced < 3000) return;
  announced = Date.now();
  api.typing(state.open.phone, state.recipient(), true).catch(() => { /* nobody is told, nothing is lost */ });
}

async function base64(file) {
  if (file.size > 16 << 20) throw new Error('The sandbox takes files of up to 16 MB.');
  const bytes = new Uint8Array(await file.arrayBuffer());
  let binary = '';
  for (let at = 0; at < bytes.length; at += 0x8000) binary += String.fromCharCode(...bytes.subarray(at, at + 0x8000));
  return btoa(binary);
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
  if (state.customer(phone)) state.open = { phone, chat: decodeURIComponent(chat ?? 'business') };
  else if (!state.customer(state.open.phone)) state.open = { phone: state.customers[0]?.phone ?? '', chat: 'business' };
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
