// The settings of a channel, as the API tells them. A field that a later version adds shows by itself.
import { api, at } from './api.js';
import { h, panel, press, field, input, tick, toast, notice } from './ui.js';

const words = (name) => { const t = name.replace(/_/g, ' ').replace(/\bms\b/, '(ms)').replace(/\bpdo\b/, 'PDO'); return t[0].toUpperCase() + t.slice(1); };

// unset are settings that have an effect and that the API does not tell while nobody has set them.
const unset = { media: { auto_download: [] } };

export function settings(el, context) {
  const body = h('div', { class: 'settings' }, h('p', { class: 'faint', text: 'Loading' }));
  const box = h('details', { class: 'panel fold' }, h('summary', {}, h('h2', { text: 'Settings' })), body);
  el.append(box);
  const path = at('/settings', { channel: context.channel });
  box.addEventListener('toggle', () => { if (box.open) load(); });

  async function load() {
    try {
      draw({ ...unset, ...await api('GET', path) });
    } catch (error) {
      body.replaceChildren(notice('warn', h('p', { text: error.text ?? error.message })));
    }
  }

  function draw(all) {
    const change = {};
    const save = press('Save', async () => {
      const answer = await api('PATCH', path, change);
      toast(answer.changes?.length ? `Saved: ${answer.changes.map(words).join(', ')}` : 'Nothing has changed');
      draw({ ...unset, ...(answer.after_update ?? await api('GET', path)) });
    }, { kind: 'primary' });
    const form = h('form', { class: 'labelled-all' }, fields(all, change), h('div', { class: 'form-foot' }, save));
    form.addEventListener('submit', (event) => { event.preventDefault(); save.click(); });
    body.replaceChildren(form);
  }
}

// fields makes one input for each value; what a person changes goes into change.
function fields(all, change) {
  return Object.entries(all).filter(([name]) => name !== 'webhooks').map(([name, value]) => one(words(name), value, (v) => { change[name] = v; }));
}

function one(label, value, set) {
  if (typeof value === 'boolean') return tick(label, value, set);
  if (typeof value === 'number') {
    const el = input({ type: 'number', value: String(value), inputmode: 'numeric' });
    el.addEventListener('input', () => set(el.value === '' ? undefined : Number(el.value)));
    return field(label, el);
  }
  if (typeof value === 'string') {
    const el = input({ value });
    el.addEventListener('input', () => set(el.value));
    return field(label, el);
  }
  if (Array.isArray(value)) {
    if (value.some((v) => typeof v !== 'string')) return null;
    const el = input({ value: value.join(', ') });
    el.addEventListener('input', () => set(el.value.split(',').map((v) => v.trim()).filter(Boolean)));
    return field(label, el, { hint: 'Separated by commas' });
  }
  if (value && typeof value === 'object') {
    const whole = structuredClone(value);
    return h('fieldset', { class: 'group' }, h('legend', { text: label }),
      Object.entries(value).map(([name, v]) => one(words(name), v, (changed) => { whole[name] = changed; set(whole); })));
  }
  return null;
}
