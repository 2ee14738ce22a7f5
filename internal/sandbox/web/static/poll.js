// A poll: each option with its bar and its count. A press votes.
import { h } from './dom.js';

export function poll(message, context) {
  const most = message.choices ?? 0;
  const ballots = message.ballots ?? [];
  const own = new Set(ballots.find((b) => b.from === context.customer.phone)?.options);
  const voters = (option) => ballots.filter((b) => b.options.includes(option)).map((b) => (b.from === context.customer.phone ? 'You' : context.nameOf(b.from)));
  const options = (message.options ?? []).map((option) => {
    const who = voters(option);
    const bar = h('span', { class: 'poll-bar', 'aria-hidden': 'true' }, h('i'));
    bar.firstChild.style.setProperty('width', `${ballots.length ? 100 * who.length / ballots.length : 0}%`);
    return h('button', {
      type: 'button', class: 'poll-option', role: most === 1 ? 'radio' : 'checkbox', 'aria-checked': String(own.has(option)),
      'aria-label': `${option}: ${who.length} ${who.length === 1 ? 'vote' : 'votes'}`, title: who.join(', ') || null, data: { option },
      on: { click: () => context.vote(message, choice(own, option, most)) },
    }, h('span', { class: 'poll-mark', 'aria-hidden': 'true' }), h('span', { class: 'poll-name', text: option }),
    h('span', { class: 'poll-count', 'aria-hidden': 'true', text: who.length ? String(who.length) : '' }), bar);
  });
  return h('div', { class: 'poll', role: most === 1 ? 'radiogroup' : 'group', 'aria-label': message.body },
    h('div', { class: 'footer', text: most === 1 ? 'Select one' : most ? `Select up to ${most}` : 'Select one or more' }), options);
}

// choice is what is voted after a press on an option: it takes back, replaces, or adds.
function choice(own, option, most) {
  if (own.has(option)) return [...own].filter((o) => o !== option);
  return most === 1 ? [option] : [...own, option];
}
