// What the pages are built of. Everything is made by h, so that text stays text.
import { h } from './phone/dom.js';
import { icon } from './phone/icons.js';
import { Refusal } from './api.js';

export { h, icon };
export { copyButton, copyText, number, bytes } from './phone/dom.js';
export { prettyJSON } from './phone/json.js';

// heading is the head of a page: its title, a line below it, and what can be done.
export function heading(title, line, ...tools) {
  return h('header', { class: 'heading' },
    h('div', { class: 'heading-text' }, h('h1', { text: title }), line ? h('p', { class: 'faint' }, line) : null),
    tools.length ? h('div', { class: 'tools' }, tools) : null);
}

export function panel(title, ...content) {
  return h('section', { class: 'panel', 'aria-label': title || null }, title ? h('h2', { text: title }) : null, content);
}

// fold is a panel that is closed at first. Each time it is opened, fill is called to put into its body what it is
// about; when that fails, the body says why. load fills it anew.
export function fold(title, kind, fill) {
  const body = h('div', kind ? { class: kind } : {}, h('p', { class: 'faint', text: 'Loading' }));
  const box = h('details', { class: 'panel fold' }, h('summary', {}, h('h2', { text: title })), body);
  box.addEventListener('toggle', () => { if (box.open) load(); });

  async function load() {
    try {
      await fill();
    } catch (error) {
      body.replaceChildren(notice('warn', h('p', { text: error.text ?? error.message })));
    }
  }
  return { box, body, load };
}

// badge is a word with a colour: good, bad, warn, busy or none.
export function badge(text, tone = '') {
  return h('span', { class: `badge-word ${tone ? `tone-${tone}` : ''}`, text });
}

// press is a button; kind is "", "primary" or "danger". While its action runs it can't be pressed again.
export function press(text, action, { kind = '', symbol, label, data, disabled } = {}) {
  const el = h('button', { type: 'button', class: `press ${kind}`, 'aria-label': label ?? null, data: data ?? {}, disabled: disabled ?? false },
    symbol ? icon(symbol) : null, text ? h('span', { text }) : null);
  el.addEventListener('click', () => busy(el, () => action(el)));
  return el;
}

// busy runs an action of a button, and shows a refusal as a toast.
export async function busy(el, action) {
  if (el.getAttribute('aria-busy') === 'true') return undefined;
  el.setAttribute('aria-busy', 'true');
  try {
    return await action();
  } catch (error) {
    complain(error);
    return undefined;
  } finally {
    el.removeAttribute('aria-busy');
  }
}

export function complain(error) {
  if (!(error instanceof Refusal)) console.error(error);
  toast(error instanceof Refusal ? error.text : `This did not work: ${error.message}`, 'bad');
}

export function toast(text, tone = '') {
  const el = h('div', { class: `toast-note ${tone ? `tone-${tone}` : ''}`, text });
  document.querySelector('#toasts').replaceChildren(el);
  setTimeout(() => el.remove(), 2500 + Math.min(9000, text.length * 60));
}

export function empty(symbol, title, ...lines) {
  return h('div', { class: 'empty' }, icon(symbol), h('p', { class: 'empty-title', text: title }), lines.map((l) => (typeof l === 'string' ? h('p', { class: 'faint', text: l }) : l)));
}

let serial = 0;

// field is a labelled input, with a hint or a counter below it.
export function field(label, input, { hint, counter, wide } = {}) {
  input.id ||= `f${++serial}`;
  const below = hint || counter ? h('span', { class: 'field-below', id: `${input.id}-below` }, hint ? h('span', { class: 'faint', text: hint }) : h('span'), counter ?? null) : null;
  if (below) input.setAttribute('aria-describedby', below.id);
  return h('div', { class: `labelled ${wide ? 'wide' : ''}` }, h('label', { for: input.id, text: label }), input, below);
}

export function input(props = {}) { return h('input', { class: 'input', type: 'text', autocomplete: 'off', spellcheck: 'false', ...props }); }

export function choice(options, value, props = {}) {
  const el = h('select', { class: 'input', ...props }, options.map(([v, text]) => h('option', { value: v, text })));
  el.value = value;
  return el;
}

// tick is a labelled check box.
export function tick(label, checked, change, hint) {
  const box = h('input', { type: 'checkbox', checked });
  box.addEventListener('change', () => change(box.checked, box));
  return h('label', { class: 'tick' }, box, h('span', {}, h('span', { text: label }), hint ? h('span', { class: 'faint', text: hint }) : null));
}

// ask shows a dialog and resolves to what it was closed with, null when it was left.
export function ask(title, content, actions) {
  return new Promise((resolve) => {
    const label = `d${++serial}`;
    const dialog = h('dialog', { class: 'ask', 'aria-labelledby': label }, h('h2', { id: label, text: title }), h('div', { class: 'ask-body' }, content),
      h('div', { class: 'ask-foot' }, actions.map(({ text, kind, value, act, first }) => {
        const b = press(text, async () => {
          const result = act ? await act() : value;
          if (result !== undefined) { answer = result; dialog.close(); }
        }, { kind });
        if (first) b.autofocus = true;
        return b;
      })));
    let answer = null;
    dialog.addEventListener('close', () => { dialog.remove(); resolve(answer); });
    dialog.addEventListener('click', (event) => { if (event.target === dialog) dialog.close(); });
    document.body.append(dialog);
    dialog.showModal();
  });
}

// sure asks before something can't be undone.
export function sure(title, text, verb) {
  return ask(title, h('p', { text }), [{ text: 'Cancel', value: null, act: () => false, first: true }, { text: verb, kind: 'danger', value: true }]);
}

// facts is a list of names and values.
export function facts(pairs) {
  return h('dl', { class: 'facts-list' }, pairs.filter(([, v]) => v !== undefined && v !== null && v !== '')
    .map(([name, value]) => h('div', {}, h('dt', { text: name }), h('dd', {}, value instanceof Node ? value : String(value)))));
}

export function notice(tone, ...content) {
  return h('div', { class: `notice tone-${tone}` }, icon(tone === 'bad' ? 'blocked' : tone === 'warn' ? 'warn' : 'info'), h('div', {}, content));
}
