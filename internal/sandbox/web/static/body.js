// The text of a bubble or a card.
import { h } from './dom.js';
import { markup } from './markup.js';

const foldAt = 768; // characters; phones fold longer bodies, at a length nobody has measured

// bodyText folds a long body behind "Read more", as phones do.
export function bodyText(text, className = 'body') {
  const el = h('div', { class: className });
  if (text.length <= foldAt + 80) {
    el.append(markup(text));
    return el;
  }
  const more = h('button', { type: 'button', class: 'more', text: 'Read more' });
  more.addEventListener('click', () => el.replaceChildren(markup(text)));
  el.append(markup(text.slice(0, foldAt)), '… ', more);
  return el;
}
