// The page before a session: a token opens one. In a sandbox, on the machine itself, nothing is asked.
import { own } from './api.js';
import { h, icon, field, input } from './ui.js';

// enter returns the session, once there is one.
export async function enter(main, { quiet = false } = {}) {
  const known = await own('GET', '/session').catch((error) => error);
  if (!(known instanceof Error)) return known;
  if (known.body?.local && !quiet) {
    const here = await own('POST', '/session/local').catch(() => null);
    if (here) return here;
  }
  return form(main, known);
}

function form(main, before) {
  return new Promise((resolve) => {
    const token = input({ type: 'password', name: 'token', autocomplete: 'current-password', required: true, autofocus: true });
    const wrong = h('p', { class: 'wrong', role: 'alert' });
    const go = h('button', { type: 'submit', class: 'press primary', text: 'Open the console' });
    const el = h('form', { class: 'login' },
      h('img', { src: '/console/phone/mark.svg', alt: '', width: '44', height: '44' }),
      h('h1', { text: 'tapgate console' }),
      h('p', { class: 'faint', text: 'Use the admin token, which was printed at the first start, or the token of a channel, which opens that channel only.' }),
      field('Token', token), wrong, go,
      h('p', { class: 'login-note' }, icon('lock'), h('span', { text: 'The token goes to your gateway only and is not kept in this browser.' })));
    if (before.status !== 401) wrong.textContent = before.text ?? before.message;
    el.addEventListener('submit', async (event) => {
      event.preventDefault();
      if (go.getAttribute('aria-busy') === 'true') return;
      go.setAttribute('aria-busy', 'true');
      wrong.textContent = '';
      try {
        resolve(await own('POST', '/session', { token: token.value.trim() }));
      } catch (error) {
        wrong.textContent = error.text ?? error.message;
        token.select();
        token.focus();
      } finally {
        go.removeAttribute('aria-busy');
      }
    });
    main.replaceChildren(el);
    token.focus();
  });
}
