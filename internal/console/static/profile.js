// How the number shows itself on WhatsApp: its name and its about text.
import { api, at } from './api.js';
import { Form } from './editors.js';
import { h, press, toast, notice } from './ui.js';

const limits = { name: { most: 25 }, about: { most: 139 } };

export function profile(el, context) {
  const body = h('div', { class: 'profile' }, h('p', { class: 'faint', text: 'Loading' }));
  const box = h('details', { class: 'panel fold' }, h('summary', {}, h('h2', { text: 'Profile' })), body);
  el.append(box);
  const path = at('/users/profile', { channel: context.channel });
  box.addEventListener('toggle', () => { if (box.open) load(); });

  async function load() {
    try {
      draw(await api('GET', path));
    } catch (error) {
      body.replaceChildren(notice('warn', h('p', { text: error.text ?? error.message })));
    }
  }

  function draw(now) {
    const was = { name: now.name ?? '', about: now.about ?? '' };
    const draft = { ...was };
    const f = new Form({ limits, channel: context.channel, change() {}, redraw() {} });
    const save = press('Save', async () => {
      const change = Object.fromEntries(Object.entries(draft).filter(([name, value]) => value !== was[name]));
      if (!Object.keys(change).length) { toast('Nothing has changed'); return; }
      await api('PATCH', path, change);
      toast('Saved: customers see it from now on');
      await load();
    }, { kind: 'primary' });
    const form = h('form', { class: 'labelled-all' },
      f.text('Name', draft, 'name', '/name', { limit: limits.name, hint: 'At least 3 characters' }),
      f.text('About', draft, 'about', '/about', { limit: limits.about }),
      picture(now),
      h('div', { class: 'form-foot' }, save));
    form.addEventListener('submit', (event) => { event.preventDefault(); save.click(); });
    body.replaceChildren(form);
  }
}

// picture leads to the picture, which is WhatsApp's file: the page shows nothing of other hosts.
function picture({ icon, icon_full: full }) {
  const url = full || icon;
  return h('div', { class: 'labelled' }, h('span', { class: 'labelled-name', text: 'Picture' }),
    url && /^https?:/.test(url) ? h('a', { class: 'link', href: url, target: '_blank', rel: 'noopener noreferrer', text: 'See it at WhatsApp' })
      : h('span', { class: 'faint', text: url ? 'It has one' : 'None, or not told' }));
}
