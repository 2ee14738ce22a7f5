// A draft: what the composer holds, as the request that would send it.
import { part } from './api.js';

export const kinds = [['buttons', 'Buttons'], ['list', 'List'], ['carousel', 'Carousel'], ['text', 'Text']];
export const buttonTypes = [['quick_reply', 'Quick reply'], ['url', 'Link'], ['call', 'Call'], ['copy', 'Copy code']];

// valueOf says where a button of a type keeps what it is for, and what to write there.
export const valueOf = {
  url: { name: 'url', label: 'Address', example: 'https://example.org/' },
  call: { name: 'phone_number', label: 'Phone number', example: '61371989950' },
  copy: { name: 'copy_code', label: 'Code', example: '65545' },
};

let serial = 0;
const fresh = (prefix) => `${prefix}${++serial}`;

export const newButton = (type = 'quick_reply') => ({ type, title: '', id: fresh('b'), value: '' });
export const newRow = () => ({ title: '', description: '', id: fresh('r') });
export const newSection = () => ({ title: '', rows: [newRow()] });
export const newCard = () => ({ id: fresh('card'), media: null, text: '', buttons: [newButton()] });

// start is a draft that shows something at once.
export function start() {
  serial = 0;
  return {
    kind: 'buttons', to: '', header: '', body: 'Hello. Take your pick!', footer: '', media: null,
    buttons: [{ ...newButton(), title: 'Yes, please' }, { ...newButton(), title: 'Not now' }],
    label: 'Choose', sections: [{ title: 'Today', rows: [{ ...newRow(), title: 'Cheeseburger', description: 'With cheddar' }, { ...newRow(), title: 'Veggie burger' }] }],
    cards: [{ ...newCard(), text: 'The first card', buttons: [{ ...newButton(), title: 'Take this' }] }, { ...newCard(), text: 'The second card', buttons: [{ ...newButton(), title: 'Take that' }] }],
    recipe: '',
  };
}

// request returns path and body of the call that sends the draft.
export function request(d) {
  const to = address(d.to);
  switch (d.kind) {
    case 'text': return { path: '/messages/text', body: { to, body: d.body } };
    case 'carousel': return { path: '/messages/carousel', body: { to, body: { text: d.body }, cards: d.cards.map(card) } };
    case 'list': return { path: '/messages/interactive', body: { to, type: 'list', ...texts(d), action: { list: { label: d.label, sections: d.sections.map(section) } } } };
    default: return {
      path: '/messages/interactive',
      body: { to, type: 'button', ...(d.media ? { media: d.media.id || d.media.url } : {}), ...texts(d), action: { buttons: d.buttons.map(button) } },
    };
  }
}

function texts(d) {
  return {
    ...(d.header && !(d.media && d.kind === 'buttons') ? { header: { text: d.header } } : {}),
    body: { text: d.body },
    ...(d.footer ? { footer: { text: d.footer } } : {}),
  };
}

function button(b) {
  const value = valueOf[b.type];
  return { type: b.type, title: b.title, id: b.id, ...(value ? { [value.name]: b.value } : {}) };
}

const card = (c) => ({ id: c.id, media: { media: c.media?.id || c.media?.url || '' }, text: c.text, buttons: c.buttons.map(button) });
const section = (s) => ({ ...(s.title ? { title: s.title } : {}), rows: s.rows.map((r) => ({ id: r.id, title: r.title, ...(r.description ? { description: r.description } : {}) })) });

// address is a number without what people write between its digits; anything else stays.
export function address(text) {
  const bare = text.trim();
  return /^\+?[\d\s().-]+$/.test(bare) ? bare.replace(/[^\d]/g, '') : bare;
}

// curl is the command that sends the draft. The token stays out of it.
export function curl(d, base) {
  const { path, body } = request(d);
  const quoted = JSON.stringify(body, null, 2).replace(/'/g, `'\\''`);
  return [`curl -X POST '${base}${path}'`, '-H "Authorization: Bearer $TOKEN"', "-H 'Content-Type: application/json'",
    ...(d.recipe ? [`-H 'X-Tapgate-Recipe: ${d.recipe}'`] : []), `-d '${quoted}'`].join(' \\\n  ');
}

// fileURL is where the page finds a file of the draft.
export function fileURL(media, channel) {
  if (!media?.id) return '/console/elsewhere.svg';
  return `/console/api/media/${part(media.id)}?channel=${part(channel)}`;
}
