// Times, as people read them. The API tells seconds since 1970, or RFC 3339.
import { h } from './phone/dom.js';

export function date(when) {
  if (when === undefined || when === null || when === '' || when === 0) return null;
  const d = typeof when === 'number' ? new Date(when * 1000) : new Date(when);
  return Number.isNaN(d.getTime()) ? null : d;
}

const day = new Intl.DateTimeFormat([], { day: 'numeric', month: 'short' });
const clock = { hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23' };
const seconds = new Intl.DateTimeFormat([], clock); // formats are made once: that is slow
const thousandths = new Intl.DateTimeFormat([], { ...clock, fractionalSecondDigits: 3 });
const full = new Intl.DateTimeFormat([], { dateStyle: 'medium', timeStyle: 'medium', hourCycle: 'h23' });

// clockText is the time of day, to the second, with the day before it where that is not today.
export function clockText(when, { millis = false } = {}) {
  const d = date(when);
  if (!d) return '–';
  const time = (millis && d.getMilliseconds() ? thousandths : seconds).format(d);
  return d.toDateString() === new Date().toDateString() ? time : `${day.format(d)} ${time}`;
}

export function stamp(when, options) {
  const d = date(when);
  return h('time', { datetime: d?.toISOString(), title: d ? full.format(d) : null, text: clockText(when, options) });
}

// length says how long something took.
export function length(ms) {
  if (ms === undefined || ms === null) return '';
  if (ms < 1) return '<1 ms';
  if (ms < 1000) return `${Math.round(ms)} ms`;
  if (ms < 60000) return `${(ms / 1000).toFixed(ms < 10000 ? 1 : 0)} s`;
  if (ms < 3600000) return `${Math.round(ms / 60000)} min`;
  if (ms < 172800000) return `${Math.round(ms / 3600000)} h`;
  return `${Math.round(ms / 86400000)} days`;
}

// ago says how long ago something was, or in how long it will be, and goes on saying it.
export function ago(when) {
  return h('span', { class: 'ago', 'data-when': date(when)?.toISOString(), text: agoText(when) });
}

function agoText(when) {
  const d = date(when);
  if (!d) return '';
  const ms = Date.now() - d.getTime();
  return ms < 1000 && ms > -1000 ? 'now' : ms < 0 ? `in ${length(-ms)}` : `${length(ms)} ago`;
}

setInterval(() => {
  for (const el of document.querySelectorAll('.ago[data-when]')) {
    const text = agoText(el.dataset.when);
    if (el.textContent !== text) el.textContent = text;
  }
}, 1000);
