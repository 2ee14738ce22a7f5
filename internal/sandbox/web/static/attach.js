// What can be attached: a file, a place, somebody's card.
import { h } from './dom.js';
import { icon } from './icons.js';
import { choices, openSheet } from './sheet.js';

export function attachSheet(screen, { file, send }) {
  const done = openSheet(screen, { kind: kindOn(screen), title: 'Attach', body: choices([
    ['document', 'Photo, video or document', () => { done(); file(); }],
    ['pin', 'Location', () => { done(); form(screen, 'Location', [
      ['Latitude', 'latitude', { inputmode: 'text', required: true, pattern: '-?[0-9]+([.][0-9]+)?' }, '-33.8568'],
      ['Longitude', 'longitude', { inputmode: 'text', required: true, pattern: '-?[0-9]+([.][0-9]+)?' }, '151.2153'],
      ['Name', 'name', {}, 'Opera House'],
    ], (v) => send({ location: { ...v, latitude: Number(v.latitude), longitude: Number(v.longitude) } })); }],
    ['person', 'Contact', () => { done(); form(screen, 'Contact', [
      ['Name', 'name', { required: true }, ''], ['Phone number', 'phone', { inputmode: 'tel', required: true, pattern: '[+]?[0-9]{7,15}' }, ''],
    ], (v) => send({ contact: v })); }],
  ]) });
}

// On a phone it slides up, on Web it stands in the middle.
const kindOn = (screen) => (screen.closest('[data-platform="web"]') ? 'dialog' : 'bottom');

function form(screen, title, fields, send) {
  const inputs = fields.map(([label, name, attributes, value]) => [name, h('input', { class: 'field', ...attributes, value, 'aria-label': label, placeholder: label })]);
  inputs[0][1].dataset.first = 'true';
  const el = h('form', { class: 'fields' }, fields.map(([label], i) => h('label', {}, h('span', { text: label }), inputs[i][1])),
    h('button', { type: 'submit', class: 'send-row' }, icon('send'), h('span', { text: 'Send' })));
  const done = openSheet(screen, { kind: kindOn(screen), title, body: el });
  el.addEventListener('submit', (event) => {
    event.preventDefault();
    done();
    send(Object.fromEntries(inputs.map(([name, input]) => [name, input.value.trim()]).filter(([, value]) => value)));
  });
}
