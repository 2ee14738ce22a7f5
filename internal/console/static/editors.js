// The parts of a draft that come in lists: buttons, sections with rows, cards, and the file above the text.
import { api, at } from './api.js';
import { newButton, newRow, newSection, newCard, buttonTypes, valueOf } from './draft.js';
import { h, icon, press, field, input, choice, bytes } from './ui.js';

// Form makes inputs that write into the draft. change is called after each; redraw when there is
// another input than before. limits says how long texts may be, and how much of them apps show.
export class Form {
  constructor({ limits, channel, change, redraw }) {
    Object.assign(this, { limits, channel, change, redraw });
  }

  // text is one text of the draft: holder[name], which the API calls path.
  text(label, holder, name, path, { limit, lines = 1, example, hint, required } = {}) {
    const counter = limit ? h('span', { class: 'counter', 'aria-live': 'off' }) : null;
    const el = lines > 1 ? h('textarea', { class: 'input', rows: String(lines), spellcheck: 'true' }) : input({});
    el.value = holder[name];
    el.dataset.path = path;
    if (example) el.placeholder = example;
    if (required) el.required = true;
    const count = () => {
      if (!counter) return;
      const n = [...el.value].length;
      const { most, shown } = limit;
      counter.textContent = n > (shown ?? most) && shown ? `${n} of ${shown} shown` : `${n} / ${shown ?? most}`;
      counter.dataset.tone = n > most ? 'bad' : shown && n > shown ? 'warn' : '';
      counter.title = shown ? `Apps show about ${shown} characters; at most ${most} are sent` : `At most ${most} characters`;
    };
    el.addEventListener('input', () => { holder[name] = el.value; count(); this.change(); });
    count();
    return field(label, el, { hint, counter });
  }

  buttons(list, path) {
    const { limits } = this;
    return h('fieldset', { class: 'group' }, h('legend', { text: 'Buttons' }),
      list.map((b, i) => this.#button(list, b, i, `${path}/${i}`)),
      h('div', {}, press('Add a button', () => this.#add(list, newButton(), `${path}/${list.length}/title`), { symbol: 'reply', kind: 'small', disabled: list.length >= limits.buttons })),
      list.length >= limits.buttons ? h('p', { class: 'faint small', text: `A message has at most ${limits.buttons} buttons.` }) : null);
  }

  #button(list, b, i, path) {
    const type = choice(buttonTypes, b.type, { 'aria-label': `Kind of button ${i + 1}` });
    type.dataset.path = `${path}/type`;
    type.addEventListener('change', () => { b.type = type.value; b.value = ''; this.redraw(`${path}/title`); });
    const value = valueOf[b.type];
    return h('div', { class: 'piece', role: 'group', 'aria-label': `Button ${i + 1}` },
      h('div', { class: 'piece-head' }, h('div', { class: 'piece-kind' }, type), remove(`Remove button ${i + 1}`, () => this.#remove(list, i))),
      this.text('Title', b, 'title', `${path}/title`, { limit: this.limits.buttonTitle }),
      value ? this.text(value.label, b, 'value', `${path}/${value.name}`, { example: value.example }) : null,
      this.text('Id', b, 'id', `${path}/id`, { hint: b.type === 'quick_reply' ? 'Your webhook gets it when this is pressed' : undefined }));
  }

  sections(list, path) {
    return [list.map((s, i) => h('fieldset', { class: 'group' }, h('legend', { text: `Section ${i + 1}` }),
      h('div', { class: 'piece-head' }, h('div', { class: 'grow' }, this.text('Title of the section', s, 'title', `${path}/${i}/title`, { limit: this.limits.sectionTitle })),
        list.length > 1 ? remove(`Remove section ${i + 1}`, () => this.#remove(list, i)) : null),
      s.rows.map((r, j) => this.#row(s.rows, r, j, `${path}/${i}/rows/${j}`)),
      h('div', {}, press('Add a row', () => this.#add(s.rows, newRow(), `${path}/${i}/rows/${s.rows.length}/title`), { symbol: 'list', kind: 'small' })))),
    h('div', {}, press('Add a section', () => this.#add(list, newSection(), `${path}/${list.length}/title`), { kind: 'small', disabled: list.length >= this.limits.sections }))];
  }

  #row(list, r, i, path) {
    return h('div', { class: 'piece', role: 'group', 'aria-label': `Row ${i + 1}` },
      h('div', { class: 'piece-head' }, h('div', { class: 'grow' }, this.text('Title', r, 'title', `${path}/title`, { limit: this.limits.rowTitle })),
        list.length > 1 ? remove(`Remove row ${i + 1}`, () => this.#remove(list, i)) : null),
      this.text('Description', r, 'description', `${path}/description`, { limit: this.limits.rowDescription }),
      this.text('Id', r, 'id', `${path}/id`));
  }

  cards(list, path) {
    return [list.map((c, i) => h('fieldset', { class: 'group' }, h('legend', { text: `Card ${i + 1}` }),
      h('div', { class: 'piece-head' }, h('div', { class: 'grow' }, this.file(c, 'media', `${path}/${i}/media`, ['image', 'video'])),
        list.length > 1 ? remove(`Remove card ${i + 1}`, () => this.#remove(list, i)) : null),
      this.text('Text', c, 'text', `${path}/${i}/text`, { limit: this.limits.cardText, lines: 2 }),
      this.buttons(c.buttons, `${path}/${i}/buttons`))),
    h('div', {}, press('Add a card', () => this.#add(list, newCard(), `${path}/${list.length}/text`), { kind: 'small', disabled: list.length >= this.limits.cards }))];
  }

  // file is a picture, a video or a document: an address, or an upload to the channel's media store.
  file(holder, name, path, types, label = types.includes('document') ? 'Picture, video or document above the text' : 'Picture or video') {
    const media = holder[name];
    const address = input({ inputmode: 'url', placeholder: 'https://example.org/picture.jpg', value: media?.id ? '' : media?.url ?? '' });
    address.dataset.path = path;
    address.addEventListener('input', () => { holder[name] = address.value.trim() ? { url: address.value.trim() } : null; this.change(); });
    const pick = h('input', { type: 'file', class: 'visually-hidden', 'aria-label': 'Choose a file', accept: types.map((t) => (t === 'document' ? '*/*' : `${t}/*`)).join(',') });
    const choose = press('Upload', () => pick.click(), { kind: 'small', symbol: 'clip' });
    pick.addEventListener('change', async () => {
      const [file] = pick.files;
      if (!file) return;
      choose.setAttribute('aria-busy', 'true');
      try {
        const { media: [{ id }] } = await api('POST', at('/media', { channel: this.channel, filename: file.name }), file);
        holder[name] = { id, name: file.name, size: file.size };
        this.redraw(path);
      } catch (error) {
        this.onError?.(error);
      } finally {
        choose.removeAttribute('aria-busy');
        pick.value = '';
      }
    });
    if (media?.id) {
      return h('div', { class: 'labelled' }, h('span', { class: 'label', text: 'File' }), h('div', { class: 'picked', data: { path } }, icon('clip'),
        h('span', { class: 'picked-name', text: media.name }), h('span', { class: 'faint', text: bytes(media.size ?? 0) }),
        remove('Take the file away', () => { holder[name] = null; this.redraw(path); })));
    }
    const el = field(label, address);
    const both = h('div', { class: 'with-button' });
    address.replaceWith(both);
    both.append(address, choose, pick);
    return el;
  }

  #add(list, one, path) { list.push(one); this.redraw(path); }

  #remove(list, i) { list.splice(i, 1); this.redraw(); }
}

function remove(label, action) {
  return h('button', { type: 'button', class: 'round small', 'aria-label': label, title: label, on: { click: action } }, icon('close'));
}
