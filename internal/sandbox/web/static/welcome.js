// The first panel: where the API is, the token, and one command to paste.
import { h, copyButton } from './dom.js';

const shownApart = new Set(['api', 'token', 'curl', 'business', 'business_name']);

export function welcome(facts) {
  const rows = list([['API', facts.api], ['Token', facts.token]]);
  const others = list(Object.entries(facts).filter(([name]) => !shownApart.has(name)));
  const el = h('details', { class: 'welcome', open: !remembered() },
    h('summary', {}, h('span', { class: 'welcome-title', text: 'Send your first buttons' })),
    h('p', { text: 'The gateway is paired already. Paste this into a terminal, then press a button on the phone.' }),
    facts.curl ? h('div', { class: 'command' }, h('pre', { class: 'curl', tabindex: '0', text: facts.curl }), copyButton('Copy the command', () => facts.curl)) : null,
    rows,
    others ? h('details', { class: 'more-facts' }, h('summary', { text: 'Channel and network' }), others) : null);
  el.addEventListener('toggle', (event) => { if (event.target === el) remember(!el.open); });
  return el;
}

function list(entries) {
  const rows = entries
    .filter(([, value]) => value !== undefined && value !== null && value !== '')
    .map(([name, value]) => [name.replaceAll('_', ' '), typeof value === 'string' ? value : JSON.stringify(value)]);
  return rows.length === 0 ? null : h('dl', { class: 'facts' }, rows.map(([name, value]) => [
    h('dt', { text: name }), h('dd', {}, h('code', { text: value }), copyButton(`Copy ${name}`, () => value)),
  ]));
}

function remembered() {
  try { return localStorage.getItem('tapgate.welcome') === 'closed'; } catch { return false; }
}

function remember(closed) {
  try { localStorage.setItem('tapgate.welcome', closed ? 'closed' : 'open'); } catch { /* storage is off */ }
}
