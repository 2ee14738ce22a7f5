// What a finger does on the phone: the press is the network's, the effect is the phone's.
import { api } from './api.js';
import { copyText } from './dom.js';
import { buttonRow } from './button.js';
import { callSheet, jsonSheet, linkDialog, listSheet, openSheet } from './sheet.js';
import { messageMenu, phoneMenu } from './menu.js';
import { toast } from './toast.js';

export class Finger {
  #customer;

  // customer() is whose phone it is at present.
  constructor(screen, { state, attempt, customer }) {
    Object.assign(this, { screen, state, attempt });
    this.#customer = customer;
  }

  get customer() {
    return this.#customer();
  }

  // press asks the network first: it knows what this client can't do. Only then the effect follows.
  async press(message, press, button) {
    const { phone, platform } = this.customer;
    const done = await this.attempt(() => api.tap(phone, { message_id: message.id, platform, ...press }));
    if (done) await this.effect(button, platform);
  }

  async effect(button, platform) {
    switch (button.kind) {
      case 'url':
        linkDialog(this.screen, button.url ?? '');
        break;
      case 'call':
        callSheet(this.screen, platform, button.phone_number ?? '', () => toast(this.screen, 'Nobody picks up: this is a sandbox'));
        break;
      case 'copy':
        toast(this.screen, (await copyText(button.copy_code ?? '')) ? 'Code copied' : 'The browser does not allow copying');
        break;
      default:
    }
  }

  openList(message) {
    const { phone, platform } = this.customer;
    listSheet(this.screen, platform, message, (row) =>
      this.attempt(() => api.tap(phone, { message_id: message.id, row: row.id, platform })));
  }

  openAll(message) {
    const rows = message.buttons.map((button, i) => buttonRow(button, () => { done(); this.press(message, { button: i }, button); }));
    const done = openSheet(this.screen, { kind: 'bottom', title: 'All options', body: rows });
  }

  vote(message, options) {
    return this.attempt(() => api.write(this.customer.phone, { vote: { message_id: message.id, options } }));
  }

  react(message, emoji) {
    return this.attempt(() => api.write(this.customer.phone, { react: { message_id: message.id, emoji } }));
  }

  remove(message) {
    return this.attempt(() => api.write(this.customer.phone, { delete: message.id }));
  }

  // menu offers what can be done with a message; the composer takes the answer or the new text.
  menu(message, composer) {
    const { customer } = this;
    messageMenu(this.screen, customer, message, {
      react: (emoji) => this.react(message, emoji),
      quote: () => composer.quote(message, message.from_me ? 'You' : this.state.nameOf(message.from)),
      edit: () => composer.edit(message),
      remove: () => this.remove(message),
      inspect: () => this.inspect(message),
    });
  }

  phoneMenu(online) {
    const { phone } = this.customer;
    phoneMenu(this.screen, this.customer, {
      online,
      wipe: async () => {
        if (await this.attempt(() => api.wipe(phone))) toast(this.screen, 'Sessions forgotten: what comes next is asked for again');
      },
    });
  }

  inspect(message) {
    jsonSheet(this.screen, message);
  }
}
