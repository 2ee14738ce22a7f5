// The preview: what each official client makes of the draft, drawn by the phone's own renderer.
import { bubble } from './phone/bubble.js';
import { buttonRow } from './phone/button.js';
import { callSheet, jsonSheet, linkDialog, listSheet, openSheet } from './phone/sheet.js';
import { toast } from './phone/toast.js';
import { own } from './api.js';
import { request, fileURL } from './draft.js';
import { h, icon } from './ui.js';

const clients = [['android', 'Android', 'phone'], ['ios', 'iOS', 'phone'], ['web', 'Web', 'globe']];

// Preview asks the server for each draft, the newest only, and shows one client at a time.
export class Preview {
  #platform = 'android';
  #answer = null;
  #draft = null;
  #timer = 0;
  #run = 0;

  constructor({ channel, business, onAnswer }) {
    Object.assign(this, { channel, business, onAnswer });
    this.tabs = h('div', { class: 'segments', role: 'radiogroup', 'aria-label': 'Client' }, clients.map(([value, name, symbol]) => h('button', {
      type: 'button', role: 'radio', data: { platform: value }, on: { click: () => this.#choose(value), keydown: (event) => this.#arrow(event) },
    }, icon(symbol), h('span', { text: name }), h('i', { class: 'mark' }))));
    this.chat = h('div', { class: 'chat-view', role: 'group', 'aria-label': 'Preview' });
    this.screen = h('div', { class: 'screen' }, this.chat, h('div', { class: 'toasts', role: 'status', 'aria-live': 'polite' }));
    this.device = h('div', { class: 'device preview-device', data: { platform: 'android' } }, this.screen);
    this.verdict = h('div', { class: 'verdict', role: 'status', 'aria-live': 'polite' });
    this.el = h('section', { class: 'preview', 'aria-label': 'Preview' }, h('div', { class: 'preview-head' }, h('h2', { text: 'Preview' }), this.tabs), this.device, this.verdict);
    this.#draw();
  }

  // show asks for a draft soon; a later one takes its place.
  show(draft) {
    this.#draft = draft;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#ask(), 180);
  }

  end() { clearTimeout(this.#timer); this.#run++; }

  async #ask() {
    const mine = ++this.#run;
    const { path, body } = request(this.#draft);
    if (!body.to) body.to = '10000000000'; // a draft can be seen before it has a receiver
    let answer;
    try {
      answer = await own('POST', '/preview', { path, request: body, channel: this.channel, recipe: this.#draft.recipe });
    } catch (error) {
      answer = { problems: [{ path: '', text: error.text ?? error.message }], warnings: [] };
    }
    if (mine !== this.#run) return;
    if (answer.clients) this.#answer = answer;
    this.#stale = !answer.clients;
    this.onAnswer(answer);
    this.#draw();
  }

  #stale = false;

  #choose(platform) { this.#platform = platform; this.#draw(); }

  #arrow(event) {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step) return;
    const at = clients.findIndex(([v]) => v === this.#platform);
    this.#choose(clients[(at + step + clients.length) % clients.length][0]);
    this.tabs.querySelector('[aria-checked="true"]').focus();
  }

  #draw() {
    const platform = this.#platform;
    for (const tab of this.tabs.children) {
      const on = tab.dataset.platform === platform;
      tab.setAttribute('aria-checked', String(on));
      tab.tabIndex = on ? 0 : -1;
      const seen = this.#answer?.clients[tab.dataset.platform];
      tab.dataset.verdict = seen ? verdictOf(seen) : '';
    }
    this.device.dataset.platform = platform;
    this.device.classList.toggle('stale', this.#stale);
    const message = this.#answer?.clients[platform];
    if (!message) return;
    const el = bubble(message, this.#context(platform, message));
    el.classList.add('first');
    el.querySelector('.notes')?.remove(); // they stand below the device
    const layers = this.screen.querySelector('.layer');
    if (!layers) this.chat.replaceChildren(el);
    this.#judge(message);
  }

  #judge(message) {
    const name = clients.find(([v]) => v === this.#platform)[1];
    const kind = verdictOf(message);
    const head = { good: `${name} draws this, and it can be pressed.`, warn: `${name} draws this, with a doubt.`, bad: `${name} shows nothing.` }[kind];
    const lines = (list, symbol) => list.map((text) => h('li', {}, icon(symbol), h('span', { text })));
    this.verdict.dataset.tone = kind;
    this.verdict.replaceChildren(h('p', { class: 'verdict-head' }, icon({ good: 'tick', warn: 'warn', bad: 'blocked' }[kind]), h('span', { text: head })),
      h('ul', {}, lines(message.warnings ?? [], 'warn'), lines(message.notes ?? [], 'info'), lines(this.#answer.warnings ?? [], 'info')),
      h('p', { class: 'faint small', text: `Encoded as ${this.#answer.recipe}. Read back by the sandbox’s phone, by what others have reported of real ones.` }));
  }

  #context(platform, message) {
    const { screen } = this;
    const media = (card) => (card === undefined ? this.#draft.media : this.#draft.cards[card]?.media ?? this.#draft.media);
    const effect = async (button) => {
      if (!button.tappable) toast(screen, 'This client draws the button but ignores a tap');
      else if (button.kind === 'url') linkDialog(screen, button.url ?? '');
      else if (button.kind === 'call') callSheet(screen, platform, button.phone_number ?? '', () => toast(screen, 'Nobody is called from a preview'));
      else if (button.kind === 'copy') toast(screen, 'Code copied');
      else toast(screen, `Your webhook would get ${button.id}`);
    };
    return {
      customer: { phone: '' }, platform, group: false,
      nameOf: (n) => n,
      mediaURL: (id, file, card) => fileURL(this.#draft.kind === 'carousel' && card === undefined ? this.#draft.cards[0]?.media : media(card), this.channel),
      goTo: () => {},
      press: (_, __, button) => effect(button),
      openList: () => listSheet(screen, platform, message, (row) => toast(screen, `Your webhook would get ${row.id}`)),
      openAll: () => {
        const done = openSheet(screen, { kind: 'bottom', title: 'All options', body: message.buttons.map((b) => buttonRow(b, () => { done(); effect(b); })) });
      },
      inspect: () => jsonSheet(screen, message),
    };
  }
}

function verdictOf(message) {
  if (!message.drawn) return 'bad';
  const buttons = [...message.buttons ?? [], ...(message.cards ?? []).flatMap((c) => c.buttons ?? [])];
  return message.warnings?.length || buttons.some((b) => !b.tappable) ? 'warn' : 'good';
}
