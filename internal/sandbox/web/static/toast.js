// Short messages at the foot of the phone, as Android shows them.
import { h } from './dom.js';

export function toast(screen, text) {
  const holder = screen.querySelector('.toasts');
  const el = h('div', { class: 'toast', text });
  holder.replaceChildren(el);
  setTimeout(() => el.remove(), 1600 + Math.min(6000, text.length * 40));
}
