// The tokens of a channel. They are kept as hashes, so that one is shown when it is made, and never again.
import { api, part } from './api.js';
import { stamp } from './time.js';
import { h, fold, press, ask, field, input, tick, sure, badge, copyButton } from './ui.js';

const scopes = [['send', 'send messages'], ['read', 'read messages, media and logs'], ['settings', 'change settings and webhooks, replay'], ['admin', 'pair and unpair']];

export function tokens(el, context, path) {
  const { box, body, load } = fold('Tokens', '', async () => {
    const { tokens: list } = await api('GET', `${path}/tokens`);
    body.replaceChildren(h('ul', { class: 'rows' }, list.map(row)), h('div', { class: 'form-foot' }, press('New token', add)));
  });
  el.append(box);

  function row(token) {
    return h('li', { class: 'row-item' },
      h('div', { class: 'row-text' }, h('span', { text: token.name || token.id }),
        h('span', { class: 'faint' }, (token.scopes ?? []).join(', '), token.created_at ? [' · made ', stamp(token.created_at)] : null, token.expires_at ? [' · until ', stamp(token.expires_at)] : null)),
      token.expired ? badge('expired', 'bad') : null,
      press('Revoke', async () => {
        if (!await sure('Revoke this token?', 'Programs that use it are refused from now on.', 'Revoke')) return;
        await api('DELETE', `${path}/tokens/${part(token.id)}`);
        await load();
      }));
  }

  async function add() {
    const name = input({ maxlength: '100', placeholder: 'such as bot', autofocus: true });
    const chosen = new Set(scopes.map(([s]) => s));
    const made = await ask('New token', [field('Name', name), h('fieldset', { class: 'group' }, h('legend', { text: 'It may' }),
      scopes.map(([s, text]) => tick(text, true, (on) => { if (on) chosen.add(s); else chosen.delete(s); })))], [
      { text: 'Cancel', act: () => false },
      { text: 'Make', kind: 'primary', act: () => api('POST', `${path}/tokens`, { name: name.value.trim() || undefined, scopes: [...chosen] }) },
    ]);
    if (!made) return;
    await ask('The new token', [h('p', { text: 'It is shown only now.' }), h('div', { class: 'secret' }, h('code', { text: made.token }), copyButton('Copy the token', () => made.token))],
      [{ text: 'Done', kind: 'primary', value: true, first: true }]);
    await load();
  }
}
