// The line to write in: a text, an answer to a message, a change of an own one, or something attached.
import { h } from './dom.js';
import { icon } from './icons.js';
import { plain } from './markup.js';
import { attachSheet } from './attach.js';
import { summary } from './state.js';

// Composer keeps what was begun in each chat.
export class Composer {
  #drafts = new Map(); // chat -> { text, about }
  #key = '';
  #about = null; // { kind: 'quote' or 'edit', message, name } that the text is about

  // actions: write(content) and attach(file, content) tell whether it went well, typing(), screen().
  constructor(actions) {
    this.actions = actions;
    this.text = h('textarea', { class: 'line', rows: '1', placeholder: 'Message', 'aria-label': 'Write as this customer', maxlength: '65536' });
    this.strip = h('div', { class: 'about', hidden: true });
    this.pick = h('input', { type: 'file', class: 'offscreen', tabindex: '-1', 'aria-hidden': 'true' });
    const attach = h('button', { type: 'button', class: 'attach', 'aria-label': 'Attach', 'aria-haspopup': 'dialog', on: { click: () => this.#attach() } }, icon('clip'));
    this.el = h('form', { class: 'composer' }, this.strip,
      h('div', { class: 'pill' }, this.text, attach, this.pick), h('button', { type: 'submit', class: 'send', 'aria-label': 'Send' }, icon('send')));
    this.text.addEventListener('input', () => { this.#fit(); this.actions.typing(); });
    this.text.addEventListener('keydown', (event) => this.#pressed(event));
    this.text.addEventListener('keypress', (event) => { if (sends(event)) event.preventDefault(); }); // some keyboards insert the line break nevertheless
    this.el.addEventListener('submit', (event) => { event.preventDefault(); this.#send(); });
    this.pick.addEventListener('change', () => this.#picked());
  }

  // show brings up what was begun in a chat.
  show(key) {
    if (key === this.#key) return;
    if (this.#key) this.#drafts.set(this.#key, { text: this.text.value, about: this.#about });
    this.#key = key;
    const draft = this.#drafts.get(key);
    this.#set(draft?.text ?? '', draft?.about ?? null);
  }

  quote(message, name) {
    this.#set(this.#about?.kind === 'edit' ? '' : this.text.value, { kind: 'quote', message, name });
    this.text.focus();
  }

  edit(message) {
    this.#set(message.body, { kind: 'edit', message, name: 'Edit message' });
    this.text.focus();
  }

  #set(text, about) {
    this.text.value = text;
    this.#about = about;
    this.strip.hidden = !about;
    if (about) {
      this.strip.replaceChildren(
        h('span', { class: 'about-text' }, h('strong', { text: about.name }), h('span', { text: plain(summary(about.message)) })),
        h('button', { type: 'button', class: 'round small', 'aria-label': about.kind === 'edit' ? 'Do not edit' : 'Do not answer it', on: { click: () => this.#drop() } }, icon('close')));
    }
    this.#fit();
  }

  #drop() {
    this.#set(this.#about?.kind === 'edit' ? '' : this.text.value, null);
    this.text.focus();
  }

  #fit() {
    this.text.rows = Math.min(5, Math.max(1, this.text.value.split('\n').length));
  }

  #pressed(event) {
    if (event.key === 'Escape' && this.#about) {
      event.preventDefault();
      this.#drop();
    } else if (sends(event)) {
      event.preventDefault();
      this.el.requestSubmit();
    }
  }

  async #send() {
    const [text, about, key] = [this.text.value, this.#about, this.#key];
    if (!text.trim()) return;
    this.#set('', null);
    const content = about?.kind === 'edit' ? { edit: about.message.id, text } : { text, ...this.#quoting(about) };
    if (!await this.actions.write(content) && key === this.#key && !this.text.value) this.#set(text, about);
    this.text.focus();
  }

  #quoting(about) {
    return about?.kind === 'quote' ? { quote: about.message.id } : {};
  }

  #attach() {
    attachSheet(this.actions.screen(), { file: () => this.pick.click(), send: (content) => this.#attached(() => this.actions.write({ ...content, ...this.#quoting(this.#about) })) });
  }

  async #picked() {
    const [file] = this.pick.files;
    this.pick.value = '';
    if (!file) return;
    const caption = this.#about?.kind === 'edit' ? '' : this.text.value.trim();
    await this.#attached(() => this.actions.attach(file, { ...(caption ? { caption } : {}), ...this.#quoting(this.#about) }));
  }

  // attached clears the line once what it was begun for has left.
  async #attached(send) {
    if (await send()) this.#set('', null);
  }
}

const sends = (event) => event.key === 'Enter' && !event.shiftKey && !event.isComposing;
