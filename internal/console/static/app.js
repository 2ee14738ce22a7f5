// Puts session, navigation and pages together.
import { own, onEnded } from './api.js';
import { watch, stop, onState } from './live.js';
import { enter } from './login.js';
import { h, icon, choice, number, complain } from './ui.js';
import { themeSwitch } from './phone/chrome.js';
import { stateOf } from './channels.js';
import { pages, sections } from './pages.js';

const main = document.querySelector('#main');
const side = document.querySelector('#side');
const frame = document.querySelector('#frame');
const who = document.querySelector('#who');
const live = document.querySelector('#live');

const state = { session: null, channels: null, channel: '' };
let leave = () => {};
let shown = '';
let serial = 0;
let current = null; // what the page that is shown can do: update(args)

themeSwitch(document.querySelector('#theme'));
onState((mood, text) => { live.dataset.state = mood; live.textContent = text; });
onEnded(() => begin({ quiet: true }));
addEventListener('hashchange', () => show());

// begin opens a session and shows the page that the address names.
async function begin({ quiet = false } = {}) {
  const mine = ++serial;
  leave();
  leave = () => {};
  shown = '';
  stop();
  state.channels = null;
  frame.classList.add('closed');
  side.replaceChildren();
  who.replaceChildren();
  live.hidden = true;
  const session = await enter(main, { quiet });
  if (mine !== serial) return;
  state.session = session;
  state.channel = session.channel ?? '';
  frame.classList.remove('closed');
  live.hidden = false;
  main.replaceChildren(h('p', { class: 'faint loading', text: 'Loading' }));
  who.replaceChildren(h('span', { class: 'who-name', text: session.local ? 'This machine' : session.admin ? 'Admin' : 'Channel token' }),
    h('button', { type: 'button', class: 'quiet', text: 'Log out', on: { click: logout } }));
  watch(session.admin ? '/tapgate/channels' : `/tapgate/channels/${session.channel}`, (body, status) => {
    if (status !== 200) {
      if (!state.channels) complain(new Error(body?.error?.message ?? `status ${status}`));
      return;
    }
    state.channels = session.admin ? body.channels : [body];
    drawSide();
    show();
  });
}

async function logout() {
  await own('DELETE', '/session').catch(() => {});
  begin({ quiet: true });
}

// route reads the address: #/channels, or #/c/<channel>/<page>/<rest...>.
function route() {
  const [, first, ...rest] = location.hash.split('/').map((p) => { try { return decodeURIComponent(p); } catch { return p; } });
  if (first !== 'c') return { channel: '', page: 'channels', args: [] };
  const [channel, page, ...args] = rest;
  return { channel, page: pages[page] ? page : 'overview', args };
}

export function link(channel, page, ...args) {
  return `#/${['c', channel, page, ...args].map(encodeURIComponent).join('/')}`;
}

function show() {
  if (!state.session || !state.channels) return;
  let { channel, page, args } = route();
  if (page === 'channels' && !state.session.admin) [channel, page] = [state.session.channel, 'overview'];
  if (channel && !state.channels.some((c) => c.id === channel)) [channel, page, args] = ['', 'channels', []];
  if (channel) state.channel = channel;
  const key = JSON.stringify([channel, page, args]);
  if (key === shown) return;
  const first = !shown;
  const same = shown && JSON.stringify(JSON.parse(shown).slice(0, 2)) === JSON.stringify([channel, page]);
  shown = key;
  if (same && current?.update) {
    current.update(args);
    return;
  }
  leave();
  leave = () => {};
  const el = h('div', { class: `page page-${page}`, data: { channel: (page !== 'channels' && state.channels.find((c) => c.id === channel)?.name) || '' } });
  main.replaceChildren(el);
  document.title = `${sections.find((s) => s.page === page)?.title ?? 'Channels'} · tapgate console`;
  const undo = [];
  const context = {
    session: state.session,
    channel,
    args,
    channels: () => state.channels,
    ofChannel: () => state.channels.find((c) => c.id === channel),
    link,
    go: (...to) => { location.hash = to.length > 1 ? link(...to) : to[0]; },
    watch: (path, fn) => { const end = watch(path, fn); undo.push(end); return end; },
    onLeave: (fn) => undo.push(fn),
  };
  leave = () => { for (const fn of undo.splice(0)) fn(); };
  try {
    current = pages[page](el, context) ?? null;
  } catch (error) {
    complain(error);
  }
  drawSide();
  main.scrollTo(0, 0);
  if (!first) main.focus({ preventScroll: true });
}

// drawSide shows where one is, and where one can go. It is kept while nothing changes, so that the focus stays.
let sideKey = '';
function drawSide() {
  const { page } = route();
  const chosen = state.channels.find((c) => c.id === state.channel) ?? state.channels[0];
  const key = JSON.stringify([page, state.channel, state.channels.map((c) => [c.id, c.name, c.number, c.state])]);
  if (key === sideKey && side.children.length) return;
  sideKey = key;
  if (!chosen) {
    side.replaceChildren(state.session.admin ? item('channels', 'Channels', 'phone', '#/channels', page) : '');
    return;
  }
  state.channel ||= chosen.id;
  const pick = choice(state.channels.map((c) => [c.id, c.name || c.id]), chosen.id, { 'aria-label': 'Channel' });
  pick.addEventListener('change', () => { location.hash = link(pick.value, page === 'channels' ? 'overview' : page); });
  side.replaceChildren(
    state.session.admin ? item('channels', 'Channels', 'people', '#/channels', page) : '',
    h('div', { class: 'side-channel' },
      h('span', { class: `dot tone-${stateOf(chosen).tone}`, title: stateOf(chosen).text }),
      h('div', { class: 'side-pick' }, pick, h('span', { class: 'faint', text: chosen.number ? number(chosen.number) : stateOf(chosen).text }))),
    h('div', { class: 'side-items' }, sections.filter((s) => s.symbol).map((s) => item(s.page, s.title, s.symbol, link(chosen.id, s.page), page, s.also))));
}

function item(name, title, symbol, href, page, also = []) {
  const on = page === name || also.includes(page);
  return h('a', { class: 'side-item', href, 'aria-current': on ? 'page' : null, data: { page: name } }, icon(symbol), h('span', { text: title }));
}

begin();
