// One channel: its state and counts, pairing, profile, settings and tokens.
import { api, part } from './api.js';
import { stateOf } from './channels.js';
import { counts } from './counts.js';
import { pairing } from './pairing.js';
import { profile } from './profile.js';
import { settings } from './settings.js';
import { tokens } from './tokens.js';
import { stamp } from './time.js';
import { h, heading, badge, press, panel, facts, notice, number, sure, toast } from './ui.js';

export function overview(el, context) {
  const { channel } = context;
  const path = `/tapgate/channels/${part(channel)}`;
  const title = h('div');
  const trouble = h('div', { 'aria-live': 'polite' });
  const status = h('div');
  const pair = h('div');
  el.append(title, trouble, pair);
  const counted = counts(el, context);
  el.append(status);
  let key = '';
  let open = null;
  context.onLeave(() => open?.end());
  context.watch(path, (body, code) => {
    if (code !== 200) return;
    const next = JSON.stringify({ ...body, waiting: undefined });
    if (next !== key) {
      key = next;
      title.replaceChildren(heading(body.name || body.id, body.number ? number(body.number) : 'Not paired', badge(stateOf(body).text, stateOf(body).tone), ...tools(body, context, path)));
    }
    counted.waiting(body.waiting ?? 0);
    trouble.replaceChildren(
      body.reason ? notice(stateOf(body).tone === 'bad' ? 'bad' : 'warn', h('p', { text: body.reason }), body.until ? h('p', {}, 'Until ', stamp(body.until)) : null) : '');
    status.replaceChildren(
      panel('Channel', facts([
        ['Id', h('code', { text: body.id })], ['Number', body.number ? number(body.number) : 'none yet'], ['Name on WhatsApp', body.push_name],
        ['State', stateOf(body).text], ['Added', stamp(body.created_at)], ['Running since', body.started_at ? stamp(body.started_at) : null],
      ])));
    const paired = Boolean(body.number);
    if (!paired && !open) { open = pairing(context, path); pair.replaceChildren(open.el); }
    if (paired && open) { open.end(); open = null; pair.replaceChildren(); toast('Paired'); }
  });
  profile(el, context);
  settings(el, context);
  tokens(el, context, path);
}

function tools(body, context, path) {
  const all = [];
  if (body.number) {
    all.push(press('Unpair', async () => {
      if (!await sure('Unpair this channel?', 'It is unlinked from its phone and can’t send until it is paired again. What waits stays.', 'Unpair')) return;
      await api('POST', `${path}/logout`);
    }));
  }
  if (context.session.admin) {
    all.push(press('Remove', async () => {
      if (!await sure('Remove this channel?', 'It is unlinked and removed with its tokens, settings, messages and files. What waits to be sent is not sent any more. This can’t be undone.', 'Remove')) return;
      await api('DELETE', path);
      context.go('#/channels');
    }, { kind: 'danger' }));
  }
  return all;
}
