// Inline SVG icons, 24 by 24, drawn with the current colour.
const NS = 'http://www.w3.org/2000/svg';

const paths = {
  reply: ['M10 8V4L3 11l7 7v-4.200c5 0 8.5 1.6 11 5.2-1-5.5-4-10.4-11-11z'],
  link: ['M14 4h6v6', 'M20 4l-9 9', 'M18 14v4a2 2 0 0 1-2 2H6a2 2 0 0 1-2-2V8a2 2 0 0 1 2-2h4'],
  call: ['M6.6 3.500l3 .800 1.5 4-2 1.800c1 2.3 2.6 3.9 4.9 4.900l1.8-2 4 1.5.800 3c-.5 1.8-1.9 3-3.6 3C9.9 20.5 3.5 14.1 3.5 7c0-1.7 1.2-3 3.1-3.500z'],
  copy: ['M9 9h9a2 2 0 0 1 2 2v8a2 2 0 0 1-2 2H9a2 2 0 0 1-2-2v-8a2 2 0 0 1 2-2z', 'M15 6V5a2 2 0 0 0-2-2H6a2 2 0 0 0-2 2v8a2 2 0 0 0 2 2h1'],
  list: ['M9 6h11', 'M9 12h11', 'M9 18h11', 'M4.5 6h.01', 'M4.5 12h.01', 'M4.5 18h.01'],
  close: ['M6 6l12 12', 'M18 6L6 18'],
  send: ['M4 4.500l17 7.5-17 7.5 2.5-7.500z', 'M6.5 12H12'],
  clip: ['M20 11.500l-8 8a5 5 0 0 1-7-7l8.5-8.500a3.4 3.4 0 0 1 4.8 4.800L10 17a1.7 1.7 0 0 1-2.4-2.400l7.4-7.3'],
  phone: ['M8 3h8a2 2 0 0 1 2 2v14a2 2 0 0 1-2 2H8a2 2 0 0 1-2-2V5a2 2 0 0 1 2-2z', 'M11 18h2'],
  chats: ['M4 5h16v11H10l-5 4v-4H4z'],
  inbox: ['M4 13l3-8h10l3 8v6H4z', 'M4 13h5l1 2.500h4l1-2.500h5'],
  play: ['M8 5v14l11-7z'],
  document: ['M7 3h7l5 5v13H7a2 2 0 0 1-2-2V5a2 2 0 0 1 2-2z', 'M14 3v5h5'],
  pin: ['M12 21s7-6.5 7-11.500A7 7 0 0 0 5 9.500C5 14.5 12 21 12 21z', 'M12 7a2.5 2.5 0 1 0 .01 0'],
  person: ['M12 4a4 4 0 1 0 .01 0', 'M4.5 20a7.5 7.5 0 0 1 15 0'],
  people: ['M9 5a3.5 3.5 0 1 0 .01 0', 'M2.5 19a6.5 6.5 0 0 1 13 0', 'M16 5.500a3 3 0 0 1 0 6', 'M18 14a6 6 0 0 1 3.5 5'],
  shop: ['M4 10l1.5-5.500h13L20 10', 'M5.5 12v8h13v-8', 'M4 10a2.7 2.7 0 0 0 5.3 0 2.7 2.7 0 0 0 5.4 0 2.7 2.7 0 0 0 5.3 0', 'M10 20v-4.500h4V20'],
  warn: ['M12 4l9 16H3z', 'M12 10v4.5', 'M12 17.300h.01'],
  info: ['M12 3a9 9 0 1 0 .01 0', 'M12 11v5.5', 'M12 7.600h.01'],
  blocked: ['M12 3a9 9 0 1 0 .01 0', 'M6 6l12 12'],
  code: ['M8 7l-5 5 5 5', 'M16 7l5 5-5 5'],
  left: ['M15 5l-7 7 7 7'],
  right: ['M9 5l7 7-7 7'],
  down: ['M5 9l7 7 7-7'],
  beside: ['M4 5h7v14H4z', 'M13 5h7v14h-7z'],
  edit: ['M4 20l1-4L16 5l3 3L8 19z', 'M14 7l3 3'],
  dots: ['M12 5.500h.01', 'M12 12h.01', 'M12 18.500h.01'],
  online: ['M3 9a13 13 0 0 1 18 0', 'M6.5 12.500a8 8 0 0 1 11 0', 'M10 16a3 3 0 0 1 4 0', 'M12 19h.01'],
  offline: ['M3 9a13 13 0 0 1 18 0', 'M6.5 12.500a8 8 0 0 1 11 0', 'M10 16a3 3 0 0 1 4 0', 'M12 19h.01', 'M4 3l16 18'],
  tick: ['M4 12.500l5 5L20 6.5'],
  poll: ['M5 20V11', 'M12 20V4', 'M19 20v-6'],
  wave: ['M4 10v4', 'M8 7v10', 'M12 4v16', 'M16 8v8', 'M20 10v4'],
  sun: ['M12 8a4 4 0 1 0 .01 0', 'M12 2.500v2', 'M12 19.500v2', 'M2.5 12h2', 'M19.5 12h2', 'M5.3 5.300l1.4 1.4', 'M17.3 17.300l1.4 1.4', 'M5.3 18.700l1.4-1.4', 'M17.3 6.700l1.4-1.4'],
  moon: ['M20 14.500A8.5 8.5 0 0 1 9.5 4a8.5 8.5 0 1 0 10.5 10.500z'],
  auto: ['M4 5h16v11H4z', 'M9 20h6', 'M12 16v4'],
  trash: ['M4 7h16', 'M9 7V4h6v3', 'M6 7l1 13h10l1-13'],
  globe: ['M12 3a9 9 0 1 0 .01 0', 'M3 12h18', 'M12 3c3 3 3.5 6 3.5 9s-.5 6-3.5 9c-3-3-3.5-6-3.5-9S9 6 12 3z'],
  lock: ['M6 11h12v9H6z', 'M8.5 11V8a3.5 3.5 0 0 1 7 0v3'],
};

const filled = new Set(['reply', 'play', 'call']);

// icon returns an SVG element; it is decoration unless it gets a label.
export function icon(name, label) {
  const svg = document.createElementNS(NS, 'svg');
  svg.setAttribute('viewBox', '0 0 24 24');
  svg.setAttribute('class', `icon icon-${name}`);
  if (label) {
    svg.setAttribute('role', 'img');
    svg.setAttribute('aria-label', label);
  } else {
    svg.setAttribute('aria-hidden', 'true');
  }
  for (const d of paths[name] ?? []) {
    const path = document.createElementNS(NS, 'path');
    path.setAttribute('d', d);
    path.setAttribute('fill', filled.has(name) ? 'currentColor' : 'none');
    svg.append(path);
  }
  return svg;
}

// ticks are the check marks of an outgoing message: one sent, two delivered, blue when read.
export function ticks(status) {
  const names = { pending: 'Waiting', sent: 'Sent', delivered: 'Delivered', read: 'Read', played: 'Played', failed: 'Failed' };
  const svg = document.createElementNS(NS, 'svg');
  svg.setAttribute('viewBox', '0 0 18 12');
  svg.setAttribute('class', `ticks ticks-${status}`);
  svg.setAttribute('role', 'img');
  svg.setAttribute('aria-label', names[status] ?? 'Sent');
  const shapes = {
    pending: ['M9 1.500a4.5 4.5 0 1 0 .01 0', 'M9 3.500V6l1.7 1'],
    failed: ['M9 1.500a4.5 4.5 0 1 0 .01 0', 'M9 3.600v3', 'M9 8.300h.01'],
    sent: ['M5 6.500l3 3 6-7'],
  }[status] ?? ['M1.5 6.500l3 3 6-7', 'M8 8.500l1.2 1 6-7'];
  for (const d of shapes) {
    const path = document.createElementNS(NS, 'path');
    path.setAttribute('d', d);
    svg.append(path);
  }
  return svg;
}
