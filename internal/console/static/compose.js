// The composer: a form for each kind of message, its preview, and what sends it.
import { own, send, at } from './api.js';
import { start, request, curl, kinds, address } from './draft.js';
import { Form } from './editors.js';
import { Preview } from './preview.js';
import { h, heading, press, panel, notice, toast, complain, copyText } from './ui.js';

const limitsOnce = (() => { let known; return () => (known ??= own('GET', '/limits')); })();

export function compose(el, context) {
  const { channel } = context;
  const kept = `tapgate.draft.${channel}`;
  let draft = load(kept);
  let key = newKey();
  const form = h('div', { class: 'compose-form' });
  const told = h('div', { class: 'compose-told', role: 'status', 'aria-live': 'polite' });
  const wrong = h('div', { class: 'compose-told', role: 'status', 'aria-live': 'polite' });
  const preview = new Preview({ channel, onAnswer: mark });
  const toPreview = press('Preview', () => preview.el.scrollIntoView({ behavior: 'smooth', block: 'start' }), { symbol: 'phone' });
  toPreview.classList.add('to-preview');
  const go = press('Send', submit, { kind: 'primary', symbol: 'send' });
  el.append(heading('Compose', 'See it as each client draws it, before anybody gets it.', press('Start over', () => { draft = start(); changed(); redraw(); })),
    h('div', { class: 'compose' },
      h('div', { class: 'compose-left' }, form, wrong, told, h('div', { class: 'compose-foot' }, toPreview, press('Copy as curl', copy, { symbol: 'copy' }), go)),
      h('div', { class: 'compose-right' }, preview.el)));
  context.onLeave(() => preview.end());

  let limits = null;
  limitsOnce().then((l) => { limits = l; redraw(); preview.show(draft); }).catch(complain);

  function changed() {
    key = newKey();
    told.replaceChildren(); // that was another draft
    try { sessionStorage.setItem(kept, JSON.stringify(draft)); } catch { /* storage is off: the draft lasts as long as the page */ }
    preview.show(draft);
  }

  // redraw makes the form anew and puts the focus where the path is.
  function redraw(path) {
    if (!limits) return;
    changed();
    const f = new Form({ limits, channel, change: changed, redraw });
    f.onError = complain;
    form.replaceChildren(panel(null, kindSwitch(), h('div', { class: 'stack-fields' },
      f.text('To', draft, 'to', '/to', { example: '61371989950', hint: 'A phone number with its country code, or the id of a group' }), ...parts(f))));
    if (path) (form.querySelector(`[data-path="${CSS.escape(path)}"]`) ?? form.querySelector(`[data-path^="${CSS.escape(path)}"]`))?.focus();
  }

  function kindSwitch() {
    return h('div', { class: 'kinds', role: 'radiogroup', 'aria-label': 'Kind of message' }, kinds.map(([value, name]) => h('label', {},
      h('input', { type: 'radio', name: 'kind', value, checked: draft.kind === value, on: { change: () => { draft.kind = value; redraw(); form.querySelector(`[value="${value}"]`).focus(); } } }), h('span', { text: name }))));
  }

  function parts(f) {
    const header = () => f.text('Header', draft, 'header', '/header/text', { limit: limits.header });
    const body = (options = {}) => f.text('Text', draft, 'body', draft.kind === 'text' ? '/body' : '/body/text', { lines: 3, limit: limits.body, ...options });
    const footer = () => f.text('Footer', draft, 'footer', '/footer/text', { limit: limits.footer });
    switch (draft.kind) {
      case 'text': return [body({ lines: 5, limit: limits.text })];
      case 'list': return [header(), body({ limit: limits.listBody }), footer(), f.text('Label of the button that opens the list', draft, 'label', '/action/list/label', { limit: limits.label }), ...f.sections(draft.sections, '/action/list/sections')];
      case 'carousel': return [body(), ...f.cards(draft.cards, '/cards')];
      default: return [f.file(draft, 'media', '/media', ['image', 'video', 'document']), draft.media ? null : header(), body(), footer(), f.buttons(draft.buttons, '/action/buttons')];
    }
  }

  // mark shows at each input what is wrong with it, and the rest above the buttons.
  function mark({ problems = [] }) {
    for (const old of form.querySelectorAll('.field-wrong')) old.remove();
    for (const old of form.querySelectorAll('[aria-invalid]')) old.removeAttribute('aria-invalid');
    const rest = problems.filter(({ path, text }) => {
      const at = path && [...form.querySelectorAll('[data-path]')].find((i) => i.dataset.path === path || path.startsWith(`${i.dataset.path}/`));
      if (!at) return true;
      at.setAttribute('aria-invalid', 'true');
      at.closest('.labelled, .piece')?.append(h('span', { class: 'field-wrong', text: `It ${text}` }));
      return false;
    });
    wrong.replaceChildren(...(rest.length ? [notice('warn', h('ul', {}, rest.map((p) => h('li', { text: [p.path, p.text].filter(Boolean).join(' ') }))))] : []));
  }

  async function submit() {
    if (!address(draft.to)) {
      const to = form.querySelector('[data-path="/to"]');
      to.focus();
      to.setAttribute('aria-invalid', 'true');
      toast('Say to whom', 'bad');
      return;
    }
    const { path, body } = request(draft);
    const { answer, headers } = await send('POST', at(path, { channel }), body, { 'Idempotency-Key': key, ...(draft.recipe ? { 'X-Tapgate-Recipe': draft.recipe } : {}) });
    key = newKey();
    const id = answer.message?.id;
    told.replaceChildren(notice('info', h('p', {}, h('strong', { text: answer.message?.status === 'sent' ? 'Sent. ' : 'Accepted: it leaves as soon as it can. ' }),
      h('a', { class: 'link', href: context.link(channel, 'messages', id), text: 'See what becomes of it' }))));
    const warned = headers.get('X-Tapgate-Warning');
    if (warned) told.append(notice('warn', h('p', { text: warned })));
  }

  async function copy() {
    toast((await copyText(curl(draft, location.origin))) ? 'Copied. Put the channel’s token into $TOKEN.' : 'The browser does not allow copying', '');
  }
}

function load(kept) {
  try {
    const was = JSON.parse(sessionStorage.getItem(kept));
    if (was?.kind) return { ...start(), ...was };
  } catch { /* storage is off, or holds something else */ }
  return start();
}

// newKey lets a send be repeated when its answer got lost, without a second message.
function newKey() {
  return [...crypto.getRandomValues(new Uint8Array(16))].map((b) => b.toString(16).padStart(2, '0')).join('');
}
