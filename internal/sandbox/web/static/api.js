// The control API, and the stream of what happens.

// Refusal is an answer of the API that is not 2xx: its message is meant for a person.
export class Refusal extends Error {
  constructor(status, message, details) {
    super(message);
    this.status = status;
    this.details = details;
  }
}

async function call(method, path, body) {
  const response = await fetch(`/sandbox/${path}`, {
    method,
    headers: body === undefined ? {} : { 'Content-Type': 'application/json' },
    body: body === undefined ? undefined : JSON.stringify(body),
  });
  const answer = await response.json().catch(() => null);
  if (response.ok) return answer;
  const error = answer?.error ?? {};
  throw new Refusal(response.status, error.message ?? `The sandbox answered ${response.status}.`, error.details);
}

const customer = (phone, rest) => `customers/${encodeURIComponent(phone)}/${rest}`;

export const api = {
  customers: () => call('GET', 'customers'),
  groups: () => call('GET', 'groups'),
  facts: () => call('GET', 'facts'),
  webhooks: () => call('GET', 'webhooks'),
  clearWebhooks: () => call('DELETE', 'webhooks'),
  messages: (phone) => call('GET', customer(phone, 'messages')),
  write: (phone, content) => call('POST', customer(phone, 'messages'), content),
  tap: (phone, press) => call('POST', customer(phone, 'tap'), press),
  read: (phone, ids) => call('POST', customer(phone, 'read'), { ids }),
  typing: (phone, chat, on) => call('POST', customer(phone, 'typing'), { chat, on }),
  online: (phone, online) => call('POST', customer(phone, 'online'), { online }),
  wipe: (phone) => call('POST', 'faults', { fault: 'wipe_sessions', phone }),
  platform: (phone, platform) => call('POST', customer(phone, 'platform'), { platform }),
  // mediaURL names the file by its hash too: after an edit it is another address.
  mediaURL: (phone, id, media, card) => `/sandbox/${customer(phone, `messages/${encodeURIComponent(id)}/media`)}?${
    new URLSearchParams({ ...(card === undefined ? {} : { card }), v: media.sha256.slice(0, 16) })}`,
};

const names = ['message', 'status', 'tap', 'typing', 'presence', 'platform', 'group', 'missed', 'webhook'];

// listen follows the stream for ever. opened is called after each (re)connection, when what
// happened meanwhile must be fetched; lost when it broke.
export function listen({ opened, lost, happened }) {
  let wait = 500;
  const connect = () => {
    const source = new EventSource('/sandbox/events');
    source.onopen = () => { wait = 500; opened(); };
    source.onerror = () => {
      source.close();
      lost();
      setTimeout(connect, wait);
      wait = Math.min(wait * 2, 8000);
    };
    for (const name of names) {
      source.addEventListener(name, (event) => happened(name, JSON.parse(event.data)));
    }
  };
  connect();
}
