// Sheets and dialogs inside the phone: they take the focus, give it back, and close on Escape.
import { h, number, webAddress } from './dom.js';
import { icon } from './icons.js';
import { prettyJSON } from './json.js';
import { copyButton } from './dom.js';

let serial = 0;

// openSheet lays a sheet over the screen. Everything else in the screen is inert meanwhile.
// kind is "bottom" (slides up) or "dialog" (centred). It returns a function that closes it.
export function openSheet(screen, { kind, title, close = true, body, foot }) {
  const before = document.activeElement;
  const label = `sheet-${++serial}`;
  const panel = h('div', { class: `sheet sheet-${kind}`, role: 'dialog', 'aria-modal': 'true', 'aria-labelledby': label, tabindex: '-1' },
    kind === 'bottom' ? h('span', { class: 'handle', 'aria-hidden': 'true' }) : null,
    h('header', { class: 'sheet-head' },
      close ? h('button', { type: 'button', class: 'round', 'aria-label': 'Close', on: { click: () => done() } }, icon('close')) : null,
      h('h2', { id: label, text: title })),
    h('div', { class: 'sheet-body' }, body),
    foot ? h('footer', { class: 'sheet-foot' }, foot) : null);
  const layer = h('div', { class: 'layer' }, panel);
  const others = [...screen.children].filter((el) => !el.classList.contains('toasts'));

  function done() {
    if (!layer.isConnected) return;
    layer.remove();
    for (const el of others) el.inert = false;
    document.removeEventListener('keydown', onKey, true);
    if (before?.isConnected) before.focus({ preventScroll: true });
  }
  function onKey(event) {
    if (event.key === 'Escape') {
      event.preventDefault();
      done();
    } else if (event.key === 'Tab') {
      keepInside(panel, event);
    }
  }
  layer.addEventListener('pointerdown', (event) => { if (event.target === layer) done(); });
  document.addEventListener('keydown', onKey, true);
  for (const el of others) el.inert = true;
  screen.append(layer);
  (panel.querySelector('[data-first]') ?? panel).focus({ preventScroll: true });
  return done;
}

function keepInside(panel, event) {
  const all = [...panel.querySelectorAll('button:not(:disabled), a[href], input, [tabindex="0"]')];
  const stops = all.filter((el) => el.type !== 'radio' || el === stopOf(all, el.name));
  if (!stops.length) return;
  const first = stops[0];
  const last = stops.at(-1);
  const at = document.activeElement;
  if (event.shiftKey && (at === first || !panel.contains(at) || at === panel)) {
    event.preventDefault();
    last.focus();
  } else if (!event.shiftKey && (at === last || !panel.contains(at))) {
    event.preventDefault();
    first.focus();
  }
}

// stopOf is the one radio button of a group that the Tab key comes by: the chosen one, or the first.
function stopOf(all, name) {
  const group = all.filter((el) => el.type === 'radio' && el.name === name);
  return group.find((el) => el.checked) ?? (group.includes(document.activeElement) ? document.activeElement : group[0]);
}

// choices is a list of what can be done: [icon, words, what happens] each; what is falsy is left out.
export function choices(all) {
  return h('ul', { class: 'choices' }, all.filter(Boolean).map(([symbol, words, act], i) => h('li', {},
    h('button', { type: 'button', class: 'choice', 'data-first': i === 0, on: { click: act } }, icon(symbol), h('span', { text: words })))));
}

// listSheet shows the sections of a list. send gets the row that was chosen; on a phone the sheet
// slides up, on Web it stands in the middle.
export function listSheet(screen, platform, message, send) {
  let chosen = null;
  const name = `rows-${++serial}`;
  const button = h('button', { type: 'button', class: 'send-row', disabled: true, text: 'Send' });
  const rowOf = (row) => {
    const input = h('input', { type: 'radio', name, value: row.id, 'data-row': row.id });
    input.addEventListener('change', () => { chosen = row; button.disabled = false; });
    return h('label', { class: 'list-row' },
      h('span', { class: 'list-text' }, h('span', { class: 'list-title', text: row.title }),
        row.description ? h('span', { class: 'list-description', text: row.description }) : null),
      input, h('span', { class: 'radio', 'aria-hidden': 'true' }));
  };
  const sections = (message.sections ?? []).map((section) => h('fieldset', { class: 'list-section' },
    section.title ? h('legend', { text: section.title }) : null, (section.rows ?? []).map(rowOf)));
  const done = openSheet(screen, {
    kind: platform === 'web' ? 'dialog' : 'bottom', title: message.label || message.header || 'Options', body: sections, foot: button,
  });
  button.addEventListener('click', () => { done(); send(chosen); });
}

// linkDialog asks before a link is opened, and opens none that is not http or https.
export function linkDialog(screen, target) {
  const url = webAddress(target);
  const shown = h('p', { class: 'address', text: target });
  const cancel = h('button', { type: 'button', class: 'flat', text: url ? 'Cancel' : 'Close' });
  const foot = [cancel];
  let done = () => {};
  if (url) {
    const open = h('a', { class: 'flat strong', href: url.href, target: '_blank', rel: 'noopener noreferrer', text: 'Open link', 'data-first': true });
    open.addEventListener('click', () => done());
    foot.push(open);
  }
  done = openSheet(screen, {
    kind: 'dialog', close: false, title: url ? 'Open this link?' : 'This address is not opened', foot,
    body: url ? [shown] : [shown, h('p', { class: 'faint', text: 'Only addresses with http or https are.' })],
  });
  cancel.addEventListener('click', () => done());
}

// callSheet is the question a phone asks before it dials.
export function callSheet(screen, platform, target, dialled) {
  const call = h('button', { type: 'button', class: 'call-row', 'data-first': true }, icon('call'), h('span', { text: `Call ${number(target.replace(/^\+/, ''))}` }));
  const cancel = h('button', { type: 'button', class: 'call-row cancel', text: 'Cancel' });
  const done = openSheet(screen, { kind: platform === 'web' ? 'dialog' : 'bottom', close: false, title: 'Voice call', body: [call, cancel] });
  call.addEventListener('click', () => { done(); dialled(); });
  cancel.addEventListener('click', () => done());
}

// jsonSheet shows a message as the control API does.
export function jsonSheet(screen, message) {
  openSheet(screen, {
    kind: 'bottom', title: 'What this phone holds', body: [prettyJSON(message)],
    foot: [copyButton('Copy the message id', () => message.id), h('span', { class: 'faint mono', text: message.id })],
  });
}
