// Pairing: a QR code to scan, or a code to type in, kept fresh until the channel is paired.
import { api } from './api.js';
import { h, icon, press, panel, field, input, notice, copyButton } from './ui.js';

export function pairing(context, path) {
  const picture = h('img', { class: 'qr-picture', alt: 'QR code to scan with WhatsApp', hidden: true });
  const waiting = h('p', { class: 'qr-wait faint', text: 'Waiting for a code' });
  const left = h('p', { class: 'faint qr-left', 'aria-live': 'off' });
  const text = h('code', { class: 'qr-text' });
  const wrong = h('div', { role: 'alert' });
  const code = h('output', { class: 'pair-code', 'aria-live': 'assertive' });
  const phone = input({ inputmode: 'tel', placeholder: '919984351847', autocomplete: 'tel' });
  const ask = h('form', { class: 'pair-form' }, field('Phone number, with its country code', phone), press('Get a code', request, { kind: 'primary' }), code);
  ask.addEventListener('submit', (event) => { event.preventDefault(); ask.querySelector('button').click(); });
  async function request() {
    code.textContent = '';
    const answer = await api('POST', `${path}/login/code`, { phone: phone.value.replace(/[^\d]/g, '') });
    code.textContent = answer.code;
  }

  const el = panel('Pair with a phone', h('div', { class: 'pair' },
    h('div', { class: 'qr' }, h('div', { class: 'qr-frame' }, picture, waiting), left),
    h('div', { class: 'pair-steps' },
      h('ol', {}, ['Open WhatsApp on the phone.', 'Settings, then Linked devices, then Link a device.', 'Point the camera at the code.'].map((t) => h('li', { text: t }))),
      wrong,
      h('details', {}, h('summary', { text: 'Pair with a code instead' }),
        h('p', { class: 'faint', text: 'WhatsApp on the phone asks for it under Link with phone number instead.' }), ask),
      h('details', {}, h('summary', { text: 'The QR code as text' }), h('div', { class: 'secret' }, text, copyButton('Copy the text of the QR code', () => text.textContent))))));

  let until = 0;
  const end = context.watch(`${path}/login?size=264`, (body, status) => {
    wrong.replaceChildren(status === 200 || status === 409 ? '' : notice('warn', h('p', { text: [body?.error?.message, body?.error?.details].filter(Boolean).join(': ') || `The gateway answered ${status}.` })));
    if (status !== 200 || !body?.base64) {
      picture.hidden = true;
      waiting.hidden = false;
      text.textContent = '';
      return;
    }
    if (text.textContent !== body.rowdata) {
      text.textContent = body.rowdata ?? '';
      picture.src = `data:image/png;base64,${body.base64.replace(/^data:[^,]*,/, '')}`;
    }
    picture.hidden = false;
    waiting.hidden = true;
    until = Date.now() + body.expire * 1000;
    count();
  });
  function count() {
    const seconds = Math.max(0, Math.round((until - Date.now()) / 1000));
    left.textContent = until ? `A new code comes in ${seconds} s` : '';
  }
  const timer = setInterval(count, 1000);
  return { el, end: () => { end(); clearInterval(timer); } };
}
