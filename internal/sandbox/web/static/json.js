// JSON in colours, built from elements.
import { h } from './dom.js';

const token = /("(?:\\.|[^"\\])*")(\s*:)?|\b(true|false|null)\b|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g;

// prettyJSON returns a <pre> of the value; a string body that was no JSON is shown as it came.
export function prettyJSON(value) {
  const pre = h('pre', { class: 'json', tabindex: '0' });
  if (typeof value === 'string') {
    pre.textContent = value;
    return pre;
  }
  const text = JSON.stringify(value, null, 2) ?? '';
  let at = 0;
  for (const found of text.matchAll(token)) {
    pre.append(text.slice(at, found.index));
    const [whole, string, colon, literal] = found;
    if (string && colon) {
      pre.append(h('span', { class: 'key', text: string }), colon);
    } else {
      pre.append(h('span', { class: string ? 'string' : literal ? 'literal' : 'digit', text: whole }));
    }
    at = found.index + whole.length;
  }
  pre.append(text.slice(at));
  return pre;
}
