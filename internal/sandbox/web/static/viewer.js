// A picture in full size, over the whole page. The browser's own dialog closes on Escape, keeps the
// focus inside and gives it back.
import { h } from './dom.js';
import { icon } from './icons.js';

export function openViewer(src, caption) {
  const close = h('button', { type: 'button', class: 'viewer-close', 'aria-label': 'Close', autofocus: true, on: { click: () => dialog.close() } }, icon('close'));
  const dialog = h('dialog', { class: 'viewer', 'aria-label': 'Picture' },
    h('img', { class: 'viewer-picture media', src, alt: 'Picture' }),
    h('p', { class: 'viewer-caption', text: caption }), close);
  dialog.addEventListener('click', (event) => { if (event.target === dialog) dialog.close(); });
  dialog.addEventListener('close', () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
}
