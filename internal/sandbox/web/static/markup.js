// WhatsApp's text markup: *bold* _italic_ ~struck~ `code` ```block```, "> " quotes, "- " and "1. "
// lists, and links. Elements are made one by one; the text itself is never parsed as HTML.
import { h, webAddress } from './dom.js';

const tags = { '*': 'strong', _: 'em', '~': 's' };
const word = /[\p{L}\p{N}]/u;
const parseLimit = 20000; // characters; what follows is shown plain

// markup returns the text as a fragment. It is meant for an element with white-space: pre-wrap.
export function markup(text) {
  const out = document.createDocumentFragment();
  const head = text.slice(0, parseLimit);
  head.split(/```([^`][\s\S]*?)```/).forEach((part, i) => {
    if (i % 2) out.append(h('code', { class: 'mono block', text: part.replace(/^\n|\n$/g, '') }));
    else if (part) lines(part, out);
  });
  if (text.length > parseLimit) out.append(text.slice(parseLimit));
  return out;
}

// plain is the text without its inline markers, line by line, for previews.
export function plain(text) {
  return text.slice(0, parseLimit).replace(/```/g, '').split('\n').map((line) => {
    const holder = document.createElement('span');
    inline(line, holder, '');
    return holder.textContent;
  }).join('\n');
}

function lines(text, out) {
  let broken = false; // the line before was a block, which breaks the line by itself
  text.split('\n').forEach((line, i) => {
    const block = /^(> |[-*] (?=\S)|\d{1,3}\. )(.*)$/.exec(line);
    if (i && !block && !broken) out.append('\n');
    broken = Boolean(block);
    if (!block) {
      inline(line, out, '');
      return;
    }
    const [, lead, rest] = block;
    const el = h('span', { class: lead === '> ' ? 'quote' : 'item' });
    if (lead !== '> ') el.append(h('span', { class: 'bullet', text: /^\d/.test(lead) ? lead.trim() : '•' }));
    const body = h('span');
    inline(rest, body, '');
    el.append(body);
    out.append(el);
  });
}

// inline writes one line; open holds the markers that are already in effect.
function inline(text, out, open) {
  let plainText = '';
  for (let at = 0; at < text.length;) {
    const span = codeAt(text, at) ?? linkAt(text, at) ?? markAt(text, at, open);
    if (!span) {
      plainText += text[at++];
      continue;
    }
    if (plainText) out.append(plainText);
    plainText = '';
    out.append(span.node);
    at = span.end;
  }
  if (plainText) out.append(plainText);
}

function codeAt(text, at) {
  if (text[at] !== '`') return null;
  const end = text.indexOf('`', at + 1);
  if (end <= at + 1) return null;
  return { node: h('code', { class: 'mono', text: text.slice(at + 1, end) }), end: end + 1 };
}

function linkAt(text, at) {
  if (text[at] !== 'h' && text[at] !== 'H') return null;
  if (at && word.test(text[at - 1])) return null;
  const found = /^https?:\/\/[^\s<>"'`]+/i.exec(text.slice(at, at + 2048));
  if (!found) return null;
  const shown = found[0].replace(/[.,;:!?)\]*_~]+$/, '');
  const url = webAddress(shown);
  if (!url) return null;
  const node = h('a', { class: 'link', href: url.href, target: '_blank', rel: 'noopener noreferrer', text: shown });
  return { node, end: at + shown.length };
}

function markAt(text, at, open) {
  const marker = text[at];
  const tag = tags[marker];
  if (!tag || open.includes(marker)) return null;
  if (at && word.test(text[at - 1])) return null;
  if (at + 1 >= text.length || /\s/.test(text[at + 1]) || text[at + 1] === marker) return null;
  for (let end = text.indexOf(marker, at + 2); end > 0; end = text.indexOf(marker, end + 1)) {
    if (/\s/.test(text[end - 1]) || (end + 1 < text.length && word.test(text[end + 1]))) continue;
    const node = h(tag);
    inline(text.slice(at + 1, end), node, open + marker);
    return { node, end: end + 1 };
  }
  return null;
}
