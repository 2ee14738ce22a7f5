// Which pages there are.
import { channels } from './channels.js';
import { overview } from './channel.js';
import { compose } from './compose.js';
import { messages } from './messages.js';
import { webhooks } from './webhooks.js';

export const pages = { channels, overview, compose, messages, webhooks };

// sections are the entries of the navigation; also names the pages that belong to one.
export const sections = [
  { page: 'channels', title: 'Channels' },
  { page: 'overview', title: 'Channel', symbol: 'phone' },
  { page: 'compose', title: 'Compose', symbol: 'send' },
  { page: 'messages', title: 'Messages', symbol: 'chats' },
  { page: 'webhooks', title: 'Webhooks', symbol: 'globe' },
];
