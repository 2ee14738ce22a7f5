// What surrounds the columns: the tabs of a narrow page, and the choice of colours.
import { h } from './dom.js';
import { icon } from './icons.js';

const columns = [['chats', 'Chats', 'chats'], ['phone', 'Phone', 'phone'], ['inbox', 'Webhooks', 'inbox']];

// tabs shows one column at a time where the page is narrow; a wide page ignores it.
export function tabs(el, main) {
  const listeners = [];
  const buttons = new Map(columns.map(([name, title, symbol]) => [name, h('button', {
    type: 'button', role: 'tab', data: { tab: name }, 'aria-controls': name === 'phone' ? 'stage' : name, on: { click: () => show(name) },
  }, icon(symbol), h('span', { text: title }), h('i', { class: 'dot', hidden: true }))]));
  el.append(...buttons.values());
  el.addEventListener('keydown', (event) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step) return;
    const names = [...buttons.keys()];
    const next = names[(names.indexOf(main.dataset.tab) + step + names.length) % names.length];
    show(next);
    buttons.get(next).focus();
  });
  function show(name) {
    main.dataset.tab = name;
    for (const [tab, button] of buttons) {
      button.setAttribute('aria-selected', String(tab === name));
      button.tabIndex = tab === name ? 0 : -1;
    }
    buttons.get(name).querySelector('.dot').hidden = true;
    for (const fn of listeners) fn();
  }
  show(main.dataset.tab);
  return {
    show,
    // sees tells whether a column is on the screen.
    sees: (name) => main.querySelector(name === 'phone' ? '#stage' : `#${name}`).offsetParent !== null,
    badge: (name) => { if (main.dataset.tab !== name) buttons.get(name).querySelector('.dot').hidden = false; },
    changed: (fn) => listeners.push(fn),
  };
}

const themes = [['auto', 'Colours of the system', 'auto'], ['light', 'Light colours', 'sun'], ['dark', 'Dark colours', 'moon']];

export function themeSwitch(el) {
  const root = document.documentElement;
  const draw = () => {
    for (const button of el.children) button.setAttribute('aria-pressed', String((root.dataset.theme ?? 'auto') === button.dataset.theme));
  };
  const choose = (name) => {
    if (name === 'auto') delete root.dataset.theme;
    else root.dataset.theme = name;
    try { localStorage.setItem('tapgate.theme', name); } catch { /* storage is off: for this visit only */ }
    draw();
  };
  el.replaceChildren(...themes.map(([name, title, symbol]) => h('button', {
    type: 'button', class: 'round small', title, 'aria-label': title, data: { theme: name }, on: { click: () => choose(name) },
  }, icon(symbol))));
  draw();
}
