// A button below a bubble.
import { h } from './dom.js';
import { icon } from './icons.js';

const icons = { quick_reply: 'reply', url: 'link', call: 'call', copy: 'copy', list: 'list' };

// buttonRow is one full-width button. One that can't be tapped stays focusable: pressing it says why.
export function buttonRow(button, press) {
  const dead = button.pressed || !button.tappable;
  const el = h('button', {
    type: 'button',
    class: `button button-${button.kind}${dead ? ' dead' : ''}`,
    'aria-disabled': dead ? 'true' : null,
    'aria-pressed': button.pressed ? 'true' : null,
    title: button.pressed ? 'Already pressed' : button.tappable ? null : 'This client draws the button but ignores a tap',
    data: { kind: button.kind },
  }, icon(icons[button.kind] ?? 'reply'), h('span', { class: 'button-title', text: button.title || ' ' }));
  el.addEventListener('click', press);
  return el;
}
