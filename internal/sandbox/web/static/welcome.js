// The first panel: where the API is, the token, and one command to paste.
import { h, copyButton } from './dom.js';

const shownApart = new Set(['api', 'token', 'curl', 'business', 'business_name']);

export function welcome(facts) {
  const closed = remembered();
  const rows = [['API', facts.api], ['Token', facts.token], ...Object.entries(facts).filter(([name]) => !shownApart.has(name))]
    .filter(([, value]) => value !== undefined && value !== null && value !== '')
    .map(([name, value]) => [name, typeof value === 'string' ? value : JSON.stringify(value)]);
  const el = h('details', { class: 'welcome', open: !closed },
    h('summary', {}, h('span', { class: 'welcome-title', text: 'Send your first buttons' })),
    h('p', { text: 'The gateway is paired already. Paste this into a terminal, then press a button on the phone.' }),
    facts.curl ? h('div', { class: 'command' }, h('pre', { class: 'curl', tabindex: '0', text: facts.curl }), copyButton('Copy the command', () => facts.curl)) : null,
    h('dl', { class: 'facts' }, rows.map(([name, value]) => [
      h('dt', { text: name }), h('dd', {}, h('code', { text: value }), copyButton(`Copy ${name}`, () => value)),
    ])));
  el.addEventListener('toggle', () => remember(!el.open));
  return el;
}

function remembered() {
  try { return localStorage.getItem('tapgate.welcome') === 'closed'; } catch { return false; }
}

function remember(closed) {
  try { localStorage.setItem('tapgate.welcome', closed ? 'closed' : 'open'); } catch { /* storage is off */ }
}
