// The settings of a channel: each of the dialect with what it does here, and those that a later version adds.
import { api, at } from './api.js';
import { h, fold, press, field, input, tick, toast, facts } from './ui.js';

const files = ['image', 'video', 'audio', 'voice', 'document', 'sticker'];
const moment = 'A change takes the connection down for a moment.';

// effects are the settings that do something. The API tells some of them only when they are set: unset is what holds
// until then.
const effects = [
  { name: 'callback_backoff_delay_ms', label: 'Pause after a failed webhook request (ms)', unset: 3000, hint: 'It grows by this much with each further failure: 3,000 to 15,000.' },
  { name: 'max_callback_backoff_delay_ms', label: 'Longest such pause (ms)', unset: 900000, hint: '600,000 to 3,600,000.' },
  { name: 'rate_per_minute', label: 'Messages per minute, at most', unset: 0, hint: 'What is more waits its turn. 0 for no limit.' },
  { name: 'rate_jitter', label: 'Variation of the pauses between them', unset: 0, hint: 'From 0, always alike, to 1.' },
  { name: 'proxy', label: 'Proxy', unset: '', hint: `SOCKS5, through which this channel reaches WhatsApp; empty for none. ${moment}`, example: 'socks5://user:password@host:1080', wide: true },
  { name: 'auto_read_messages', label: 'Mark as read what customers write', unset: false, hint: `Once it is stored. ${moment}` },
  { name: 'offline_mode', label: 'Do not show the number as online', unset: false, hint: `Its phone then goes on notifying. ${moment}` },
];

// kept are the settings of the dialect that are told back as they were given, and why they do nothing.
const kept = {
  callback_persist: 'deliveries are always kept', full_history: 'history from before the pairing is not kept', pdo_sync: 'history from before the pairing is not kept',
  mobile_proxy: 'only the empty one is accepted', mock_pairing_code: '', ignored_presences: '', data_mode: '', on_call_pager: '', pass_through: '', sent_status: '',
};

const words = (name) => { const t = name.replace(/_/g, ' ').replace(/\bms\b/, '(ms)').replace(/\bpdo\b/, 'PDO'); return t[0].toUpperCase() + t.slice(1); };
const nameOf = (name) => (name === 'media' ? 'Files' : effects.find((e) => e.name === name)?.label ?? words(name));

export function settings(el, context) {
  const path = at('/settings', { channel: context.channel });
  const { box, body } = fold('Settings', 'settings', async () => draw(await api('GET', path)));
  el.append(box);

  function draw(all) {
    const change = {};
    const save = press('Save', async () => {
      const answer = await api('PATCH', path, change);
      toast(answer.changes?.length ? `Saved: ${answer.changes.map(nameOf).join(', ')}` : 'Nothing has changed');
      draw(answer.after_update ?? await api('GET', path));
    }, { kind: 'primary' });
    const set = (name) => (value) => { change[name] = value; };
    const later = Object.keys(all).filter((name) => name !== 'webhooks' && name !== 'media' && !(name in kept) && !effects.some((e) => e.name === name));
    const form = h('form', { class: 'labelled-all' },
      effects.map((e) => one(e.label, all[e.name] ?? e.unset, set(e.name), e)),
      fetched(all.media ?? {}, set('media')),
      later.map((name) => one(words(name), all[name], set(name))),
      h('div', { class: 'form-foot' }, save));
    form.addEventListener('submit', (event) => { event.preventDefault(); save.click(); });
    body.replaceChildren(form, idle(all));
  }
}

// one makes the input of a value.
function one(label, value, set, { hint, example, wide } = {}) {
  if (typeof value === 'boolean') return tick(label, value, set, hint);
  if (typeof value !== 'number' && typeof value !== 'string') return null;
  const number = typeof value === 'number';
  const el = input({ ...(number ? { type: 'number', step: 'any', inputmode: 'decimal' } : {}), value: String(value), placeholder: example });
  el.addEventListener('input', () => set(!number ? el.value : el.value === '' ? undefined : Number(el.value)));
  return field(label, el, { hint, wide });
}

// fetched chooses which files are fetched before webhooks hear of their message.
function fetched(media, set) {
  const chosen = new Set(media.auto_download ?? []);
  return h('fieldset', { class: 'group' }, h('legend', { text: 'Files that are fetched before webhooks hear of them' }),
    h('p', { class: 'faint small', text: 'The webhook then tells a link. Other files are fetched when somebody asks for them.' }),
    h('div', { class: 'ticks-grid' }, files.map((kind) => tick(kind, chosen.has(kind), (on) => {
      if (on) chosen.add(kind);
      else chosen.delete(kind);
      set({ ...media, auto_download: files.filter((f) => chosen.has(f)) });
    }))));
}

// idle lists what has no effect, so that nobody looks for one.
function idle(all) {
  const media = all.media && 'init_avatars' in all.media ? { 'media.init_avatars': all.media.init_avatars } : {};
  const given = (v) => (v === undefined ? 'not set' : JSON.stringify(v));
  return h('details', { class: 'idle' }, h('summary', { text: 'Settings of the dialect without effect here' }),
    h('p', { class: 'faint small', text: 'They are kept and told back to programs that set them.' }),
    facts(Object.entries({ 'media.init_avatars': '', ...kept }).map(([name, why]) => [name,
      h('span', {}, h('code', { text: given({ ...all, ...media }[name]) }), why ? h('span', { class: 'faint small', text: ` ${why}` }) : null)])));
}
