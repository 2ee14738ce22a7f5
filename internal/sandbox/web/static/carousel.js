// The cards of a carousel: a strip that scrolls sideways and snaps, with arrows on Web.
import { h } from './dom.js';
import { icon } from './icons.js';
import { bodyText } from './body.js';
import { buttonRow } from './button.js';
import { mediaOf } from './media.js';

export function carousel(message, context) {
  const cards = (message.cards ?? []).map((card, i) => oneCard(message, card, i, context));
  const strip = h('div', { class: 'strip', role: 'group', 'aria-roledescription': 'carousel', 'aria-label': `${cards.length} cards`, tabindex: '0' }, cards);
  const left = h('button', { type: 'button', class: 'arrow arrow-left', 'aria-label': 'Card before', hidden: true, on: { click: () => step(-1) } }, icon('left'));
  const right = h('button', { type: 'button', class: 'arrow arrow-right', 'aria-label': 'Next card', hidden: true, on: { click: () => step(1) } }, icon('right'));

  // step goes from the card that stands first in sight to the one beside it.
  function step(way) {
    const start = (card) => card.offsetLeft - cards[0].offsetLeft;
    const at = cards.findLastIndex((card) => start(card) <= strip.scrollLeft + 8);
    const next = cards[Math.min(cards.length - 1, Math.max(0, at + way))];
    strip.scrollTo({ left: start(next), behavior: 'smooth' });
  }
  function drawArrows() {
    left.hidden = strip.scrollLeft < 8;
    right.hidden = strip.scrollLeft + strip.clientWidth > strip.scrollWidth - 8;
  }
  strip.addEventListener('scroll', drawArrows, { passive: true });
  strip.addEventListener('keydown', (event) => {
    const way = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!way || event.target.closest('video, audio')) return;
    event.preventDefault();
    step(way);
  });
  new ResizeObserver(drawArrows).observe(strip);
  return h('div', { class: 'carousel' }, strip, left, right);
}

function oneCard(message, card, index, context) {
  return h('section', { class: 'card', 'aria-label': `Card ${index + 1}`, data: { card: String(index) } },
    card.media ? mediaOf(card.media, context.mediaURL(message.id, card.media, index)) : null,
    h('div', { class: 'card-text' },
      card.header ? h('div', { class: 'header', text: card.header }) : null,
      card.body ? bodyText(card.body) : null,
      card.footer ? h('div', { class: 'footer', text: card.footer }) : null),
    h('div', { class: 'card-buttons' }, (card.buttons ?? []).map((button, i) =>
      buttonRow(button, () => context.press(message, { card: index, button: i }, button)))));
}
