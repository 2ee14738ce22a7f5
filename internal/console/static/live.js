// Live answers: the server looks at calls of the API once a second and tells what has changed.
import { ended } from './api.js';

const watched = new Map(); // path -> Set of callbacks
const seen = new Map(); // path -> the last answer as text
let source = null;
let asked = '';
let planned = 0;
let wait = 500;
let say = () => {};

// onState hears how the stream fares: "on", "off" or "wait", and in words.
export function onState(fn) { say = fn; }

// watch calls back with each new answer of a path: (body, status). It returns how to stop it.
export function watch(path, fn) {
  if (!watched.has(path)) watched.set(path, new Set());
  watched.get(path).add(fn);
  if (seen.has(path)) {
    const { body, status } = JSON.parse(seen.get(path));
    queueMicrotask(() => { if (watched.get(path)?.has(fn)) fn(body, status); });
  }
  plan();
  return () => {
    const set = watched.get(path);
    if (!set?.delete(fn)) return;
    if (!set.size) watched.delete(path); // what was seen is kept until the stream changes: a page may come back at once
    plan();
  };
}

// plan reopens the stream soon, once for many changes.
function plan(after = 20) {
  clearTimeout(planned);
  planned = setTimeout(connect, after);
}

function connect() {
  const paths = [...watched.keys()].sort();
  for (const path of [...seen.keys()]) if (!watched.has(path)) seen.delete(path);
  const want = document.visibilityState === 'visible' && paths.length
    ? `/console/watch?${new URLSearchParams(paths.map((p) => ['path', p]))}` : '';
  if (want === asked && source && source.readyState !== EventSource.CLOSED) return;
  source?.close();
  source = null;
  asked = want;
  if (!want) return;
  const mine = new EventSource(want);
  source = mine;
  mine.onopen = () => { wait = 500; say('on', 'live'); };
  mine.onerror = () => { if (mine === source) lost(mine); };
  mine.addEventListener('ended', () => { mine.close(); ended(); });
  mine.addEventListener('changed', (event) => {
    if (mine !== source) return;
    const { path, body, status } = JSON.parse(event.data);
    const text = JSON.stringify({ body, status });
    if (seen.get(path) === text || !watched.has(path)) return;
    seen.set(path, text);
    for (const fn of [...watched.get(path) ?? []]) fn(body, status);
  });
}

async function lost(mine) {
  mine.close();
  asked = '';
  say('off', 'reconnecting');
  const answer = await fetch('/console/session').catch(() => null);
  if (answer?.status === 401) { ended(); return; }
  plan(wait);
  wait = Math.min(wait * 2, 8000);
}

// stop forgets everything, at the end of a session.
export function stop() {
  watched.clear();
  seen.clear();
  connect();
}

document.addEventListener('visibilitychange', () => plan());
