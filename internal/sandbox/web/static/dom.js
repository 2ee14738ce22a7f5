// The only way this page makes elements. Text is always a text node: nothing that a customer or a
// program wrote is ever parsed as markup.

// h makes an element: props are attributes, "class", "text", "on" (listeners) and "data".
export function h(tag, props = {}, ...children) {
  const el = document.createElement(tag);
  for (const [name, value] of Object.entries(props)) {
    if (value === undefined || value === null || value === false) continue;
    if (name === 'class') el.className = value;
    else if (name === 'text') el.textContent = value;
    else if (name === 'on') for (const [event, fn] of Object.entries(value)) el.addEventListener(event, fn);
    else if (name === 'data') Object.assign(el.dataset, value);
    else el.setAttribute(name, value === true ? '' : String(value));
  }
  el.append(...children.flat(Infinity).filter((c) => c !== null && c !== undefined && c !== false));
  return el;
}

const time = new Intl.DateTimeFormat([], { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' }); // made once: that is slow

// clock shows unix seconds, or anything Date reads, as a person's watch would.
export function clock(when) {
  const date = typeof when === 'number' ? new Date(when * 1000) : new Date(when);
  return Number.isNaN(date.getTime()) ? '' : time.format(date);
}

// number shows the digits of a phone number in groups.
export function number(digits) {
  const text = String(digits);
  if (!/^\d{7,15}$/.test(text)) return text;
  const rest = text.slice(2);
  const size = { 9: 3, 10: 5 }[rest.length] ?? 4;
  const groups = [];
  for (let end = rest.length; end > 0; end -= size) groups.unshift(rest.slice(Math.max(0, end - size), end));
  return `+${text.slice(0, 2)} ${groups.join(' ')}`;
}

export function bytes(n) {
  if (n < 1000) return `${n} B`;
  if (n < 1e6) return `${Math.round(n / 1000)} kB`;
  return `${(n / 1e6).toFixed(1)} MB`;
}

// webAddress returns the URL when it is one that a chat may open, else null.
export function webAddress(text) {
  try {
    const url = new URL(text);
    return url.protocol === 'http:' || url.protocol === 'https:' ? url : null;
  } catch {
    return null;
  }
}

export async function copyText(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    const area = h('textarea', { class: 'offscreen', 'aria-hidden': 'true' });
    area.value = text;
    document.body.append(area);
    area.select();
    const done = document.execCommand('copy');
    area.remove();
    return done;
  }
}

// copyButton is a small button that copies and says so.
export function copyButton(label, text) {
  const button = h('button', { type: 'button', class: 'quiet', 'aria-label': label, text: 'Copy' });
  button.addEventListener('click', async () => {
    const done = await copyText(text());
    button.textContent = done ? 'Copied' : 'Failed';
    button.dataset.done = String(done);
    setTimeout(() => { button.textContent = 'Copy'; delete button.dataset.done; }, 1600);
  });
  return button;
}
