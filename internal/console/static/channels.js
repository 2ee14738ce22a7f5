// All channels, and a new one.
import { api } from './api.js';
import { h, heading, badge, press, ask, field, input, empty, number, copyButton } from './ui.js';

const states = {
  idle: ['not paired', ''], pairing: ['waits to be paired', 'busy'], connecting: ['connecting', 'busy'],
  connected: ['connected', 'good'], waiting: ['waits to reconnect', 'warn'], unpaired: ['unpaired', 'bad'],
  banned: ['banned', 'bad'], outdated: ['outdated', 'bad'],
};

// stateOf says the state of a channel in words, and with a colour.
export function stateOf(channel) {
  const [text, tone] = states[channel.state] ?? [String(channel.state), ''];
  return { text, tone };
}

export function channels(el, context) {
  const list = h('ul', { class: 'cards' });
  const line = h('span');
  el.append(heading('Channels', line, press('Add a channel', () => add(context), { kind: 'primary' })), list);
  const cards = new Map();
  context.watch('/tapgate/channels', (body, status) => {
    if (status !== 200) return;
    const up = body.channels.filter((c) => c.state === 'connected').length;
    line.textContent = body.channels.length ? `${up} of ${body.channels.length} connected` : '';
    const now = body.channels.map((channel) => {
      const key = JSON.stringify(channel);
      const known = cards.get(channel.id);
      if (known?.key === key) return known.el;
      const made = card(channel, context);
      cards.set(channel.id, { key, el: made });
      return made;
    });
    if (!now.length) now.push(h('li', {}, empty('phone', 'No channel yet', 'A channel is a WhatsApp number that the gateway sends and receives with.')));
    list.replaceChildren(...now);
  });
}

function card(channel, context) {
  const { text, tone } = stateOf(channel);
  return h('li', { class: 'card-item', data: { channel: channel.id, state: channel.state } },
    h('a', { class: 'card-link', href: context.link(channel.id, 'overview') },
      h('span', { class: 'card-top' }, h('span', { class: 'card-name', text: channel.name || channel.id }), badge(text, tone)),
      h('span', { class: 'card-line' }, channel.number ? number(channel.number) : 'no number yet', channel.push_name ? h('span', { class: 'faint', text: ` · ${channel.push_name}` }) : null),
      channel.reason ? h('span', { class: 'card-reason', text: channel.reason }) : null,
      h('span', { class: 'card-foot faint' },
        h('span', { class: 'mono', text: channel.id }), channel.waiting ? h('span', { text: `${channel.waiting} waiting to be sent` }) : null)),
    );
}

async function add(context) {
  const name = input({ maxlength: '100', placeholder: 'such as shop', autofocus: true });
  const added = await ask('Add a channel', [h('p', { class: 'faint', text: 'Give it a name that you will know it by. Then pair it with its phone.' }), field('Name', name)], [
    { text: 'Cancel', act: () => false },
    { text: 'Add', kind: 'primary', act: () => api('POST', '/tapgate/channels', { name: name.value.trim() || undefined }) },
  ]);
  if (!added) return;
  await ask(`${added.channel.name} was added`, [
    h('p', { text: 'This is its token. Your program sends it with each request. It is shown only now.' }),
    h('div', { class: 'secret' }, h('code', { text: added.token }), copyButton('Copy the token', () => added.token)),
  ], [{ text: 'Go on to pairing', kind: 'primary', value: true, first: true }]);
  context.go(added.channel.id, 'overview');
}
