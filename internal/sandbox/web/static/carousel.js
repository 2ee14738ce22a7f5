// The cards of a carousel: a strip that scrolls sideways and snaps, with arrows on Web.
import { h } from './dom.js';
import { icon } from './icons.js';
import { bodyText } from './body.js';
import { buttonRow } from './button.js';
import { mediaOf } from './media.js';

export function carousel(message, context) {
  const strip = h('div', { class: 'strip', role: 'group', 'aria-roledescription': 'carousel', 'aria-label': `${message.cards?.length ?? 0} cards`, tabindex: '0' },
    (message.cards ?? []).map((card, i) => oneCard(message, card, i, context)));
  const step = (way) => () => strip.scrollBy({ left: way * strip.clientWidth * 0.75, behavior: 'smooth' });
  return h('div', { class: 'carousel' }, strip,
    h('button', { type: 'button', class: 'arrow arrow-left', 'aria-label': 'Cards before', on: { click: step(-1) } }, icon('left')),
    h('button', { type: 'button', class: 'arrow arrow-right', 'aria-label': 'More cards', on: { click: step(1) } }, icon('right')));
}

function oneCard(message, card, index, context) {
  return h('section', { class: 'card', 'aria-label': `Card ${index + 1}`, data: { card: String(index) } },
    card.media ? mediaOf(card.media, context.mediaURL(message.id, index)) : null,
    h('div', { class: 'card-text' },
      card.header ? h('div', { class: 'header', text: card.header }) : null,
      card.body ? bodyText(card.body) : null,
      card.footer ? h('div', { class: 'footer', text: card.footer }) : null),
    h('div', { class: 'card-buttons' }, (card.buttons ?? []).map((button, i) =>
      buttonRow(button, () => context.press(message, { card: index, button: i }, button)))));
}
