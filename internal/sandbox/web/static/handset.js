// One phone on the page: what stands open on it, how it is drawn, and what a finger does there.
import { api } from './api.js';
import { Device } from './device.js';
import { Finger } from './finger.js';
import { toast } from './toast.js';

export class Handset {
  open = { phone: '', chat: 'business' };
  #announced = 0;

  // page: changed(phone) fetches what a phone shows anew, drawSoon(), typing(phone) tells whether the business types to it.
  // button stands in the head.
  constructor(slot, state, page, button) {
    Object.assign(this, { slot, state, page });
    const online = (on) => this.#online(on);
    this.device = new Device(slot, {
      context: (customer) => this.#context(customer),
      platform: (platform) => this.attempt(async () => {
        Object.assign(this.customer, await api.platform(this.open.phone, platform));
        await page.changed(this.open.phone);
      }),
      write: (content) => this.attempt(() => api.write(this.open.phone, content.edit ? content : { to: state.recipient(this.open), ...content })),
      attach: (file, content) => this.attempt(async () => {
        await api.write(this.open.phone, { to: state.recipient(this.open), media: await base64(file), mime_type: file.type, file_name: file.name, ...content });
      }),
      online,
      phoneMenu: () => this.finger.phoneMenu(online),
      typing: () => this.#typing(),
      businessTyping: () => page.typing(this.open.phone),
    }, button);
    this.finger = new Finger(this.device.screen, { state, attempt: (fn) => this.attempt(fn), customer: () => this.customer });
  }

  get customer() {
    return this.state.customer(this.open.phone);
  }

  draw() {
    this.device.draw(this.state, this.open);
  }

  // attempt runs what a person asked for and shows a refusal as a toast. It tells whether it went well.
  async attempt(fn) {
    try {
      await fn();
      return true;
    } catch (error) {
      toast(this.device.screen, error.details ? `${error.message} (${error.details})` : error.message);
      return false;
    }
  }

  // context is what a bubble of the open chat needs to know and may do.
  #context(customer) {
    const { finger, device, state } = this;
    return {
      customer,
      platform: customer.platform,
      group: this.open.chat !== 'business',
      nameOf: (phone) => state.nameOf(phone),
      mediaURL: (id, media, card) => api.mediaURL(customer.phone, id, media, card),
      goTo: (id) => device.goTo(id),
      press: (message, press, button) => finger.press(message, press, button),
      openList: (message) => finger.openList(message),
      openAll: (message) => finger.openAll(message),
      inspect: (message) => finger.inspect(message),
      menu: (message) => finger.menu(message, device.composer),
      vote: (message, options) => finger.vote(message, options),
      message: (id) => state.message(customer.phone, id),
    };
  }

  // online takes the phone off the network, or back.
  #online(on) {
    const { customer } = this;
    return this.attempt(async () => {
      Object.assign(customer, await api.online(customer.phone, on));
      this.page.drawSoon();
    });
  }

  #typing() {
    if (Date.now() - this.#announced < 3000) return;
    this.#announced = Date.now();
    api.typing(this.open.phone, this.state.recipient(this.open), true).catch(() => { /* nobody is told, nothing is lost */ });
  }
}

async function base64(file) {
  if (file.size > 16 << 20) throw new Error('The sandbox takes files of up to 16 MB.');
  const bytes = new Uint8Array(await file.arrayBuffer());
  let binary = '';
  for (let at = 0; at < bytes.length; at += 0x8000) binary += String.fromCharCode(...bytes.subarray(at, at + 0x8000));
  return btoa(binary);
}
