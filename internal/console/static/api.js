// Calls of the API, in the name of the session.

// Refusal is an answer that is not 2xx: its message is meant for a person.
export class Refusal extends Error {
  constructor(status, error = {}) {
    super(error.message ?? `The gateway answered ${status}.`);
    this.status = status;
    this.details = error.details ?? '';
    this.answer = error;
  }

  get text() { return this.details ? `${this.message}: ${this.details}` : this.message; }
}

const listeners = new Set();

// onEnded is called when the session has ended.
export function onEnded(fn) { listeners.add(fn); }
export function ended() { for (const fn of listeners) fn(); }

// own calls the console's server itself.
export async function own(method, path, body) {
  return (await request(method, `/console${path}`, body)).answer;
}

// api calls a path of the API and returns what it answers.
export async function api(method, path, body) {
  return (await request(method, `/console/api${path}`, body)).answer;
}

// send is api with headers of its own, and with those of the answer.
export async function send(method, path, body, headers) {
  return request(method, `/console/api${path}`, body, headers);
}

async function request(method, url, body, headers = {}) {
  const raw = body instanceof Blob;
  let response;
  try {
    response = await fetch(url, {
      method,
      headers: {
        ...headers,
        ...(method === 'GET' ? {} : { 'X-Tapgate-Console': '1' }),
        ...(body === undefined ? {} : { 'Content-Type': raw ? body.type || 'application/octet-stream' : 'application/json' }),
      },
      body: body === undefined || raw ? body : JSON.stringify(body),
    });
  } catch {
    throw new Refusal(0, { message: 'The gateway can’t be reached.' });
  }
  const answer = await response.json().catch(() => null);
  if (response.ok) return { answer, headers: response.headers };
  const refusal = new Refusal(response.status, answer?.error);
  refusal.body = answer;
  if (response.status === 401 && !url.startsWith('/console/session') && answer?.error?.message === 'You are not logged in') ended();
  throw refusal;
}

// at makes a path: parts are escaped, query values that are empty are left out.
export function at(path, query = {}) {
  const q = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) if (value !== undefined && value !== null && value !== '') q.set(name, value);
  const text = q.toString();
  return text ? `${path}?${text}` : path;
}

export const part = encodeURIComponent;
