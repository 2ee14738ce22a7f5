// The first panel: where the API is, the token, and one command to paste. It folds by itself once
// the first message was sent; what a person chose afterwards is remembered.
import { h, copyButton } from './dom.js';

const shownApart = new Set(['api', 'console', 'token', 'curl', 'business', 'business_name']);

export function welcome(facts) {
  const summary = h('summary', {}, h('span', { class: 'welcome-title', text: 'Send your first buttons' }),
    h('span', { class: 'welcome-hint', text: 'API and token' }));
  const el = h('details', { class: 'welcome', open: remembered() !== 'closed' }, summary,
    h('p', { text: 'The gateway is paired already. Paste this into a terminal, then press a button on the phone.' }),
    facts.curl ? h('div', { class: 'command' }, h('pre', { class: 'curl', tabindex: '0', text: facts.curl }), copyButton('Copy the command', () => facts.curl)) : null,
    rows([['API', facts.api], ['Token', facts.token]]),
    facts.console ? h('p', { class: 'to-console' }, 'Messages with their story, webhooks, and a composer: ', h('a', { class: 'link', href: '/console', text: 'open the console' }), '.') : null,
    network(facts));
  summary.addEventListener('click', () => remember(el.open ? 'closed' : 'open'));
  return el;
}

// firstMessageSent folds the panel, unless a person has opened or closed it before.
export function firstMessageSent(el) {
  if (remembered()) return;
  remember('closed');
  el.open = false;
}

function network(facts) {
  const rest = Object.entries(facts).filter(([name]) => !shownApart.has(name)).map(([name, value]) => [name.replaceAll('_', ' '), value]);
  const shown = rows(rest);
  return shown ? h('details', { class: 'more-facts' }, h('summary', { text: 'Channel and network' }), shown) : null;
}

function rows(all) {
  const shown = all.filter(([, value]) => value !== undefined && value !== null && value !== '')
    .map(([name, value]) => [name, typeof value === 'string' ? value : JSON.stringify(value)]);
  if (!shown.length) return null;
  return h('dl', { class: 'facts' }, shown.map(([name, value]) => [
    h('dt', { text: name }), h('dd', {}, h('code', { text: value }), copyButton(`Copy ${name}`, () => value)),
  ]));
}

let here = null; // where the browser keeps nothing: for this visit

function remembered() {
  try { return localStorage.getItem('tapgate.welcome') ?? here; } catch { return here; }
}

function remember(how) {
  here = how;
  try { localStorage.setItem('tapgate.welcome', how); } catch { /* storage is off */ }
}
