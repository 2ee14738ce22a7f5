// How the number shows itself on WhatsApp: its name, its about text and its picture.
import { api, at } from './api.js';
import { Form } from './editors.js';
import { h, fold, press, toast, complain } from './ui.js';

const limits = { name: { most: 25 }, about: { most: 139 } };

export function profile(el, context) {
  const path = at('/users/profile', { channel: context.channel });
  const { box, body, load } = fold('Profile', 'profile', async () => draw(await api('GET', path)));
  el.append(box);

  function draw(now) {
    const was = { name: now.name ?? '', about: now.about ?? '' };
    const draft = { ...was, icon: null };
    const save = press('Save', async () => {
      const change = Object.fromEntries(Object.keys(was).filter((name) => draft[name] !== was[name]).map((name) => [name, draft[name]]));
      if (draft.icon) change.icon = draft.icon.id || draft.icon.url;
      if (!Object.keys(change).length) { toast('Nothing has changed'); return; }
      await api('PATCH', path, change);
      await load();
      toast('Saved: customers see it from now on');
    }, { kind: 'primary' });
    const form = h('form', { class: 'labelled-all' });
    const f = new Form({ limits, channel: context.channel, change() {}, redraw: fill });
    f.onError = complain;
    function fill() {
      form.replaceChildren(
        f.text('Name', draft, 'name', '/name', { limit: limits.name, hint: 'At least 3 characters' }),
        f.text('About', draft, 'about', '/about', { limit: limits.about }),
        h('div', { class: 'stack-fields' }, f.file(draft, 'icon', '/icon', ['image'], 'New picture'), picture(now)),
        h('div', { class: 'form-foot' }, save));
    }
    fill();
    form.addEventListener('submit', (event) => { event.preventDefault(); save.click(); });
    body.replaceChildren(form);
  }
}

// picture leads to the picture there is, which is WhatsApp's file: the page shows nothing of other hosts.
function picture({ icon, icon_full: full }) {
  const url = full || icon || '';
  if (!/^https?:/.test(url)) return h('p', { class: 'faint small', text: url ? 'There is a picture.' : 'There is no picture, or it is not told.' });
  return h('p', { class: 'small' }, h('a', { class: 'link', href: url, target: '_blank', rel: 'noopener noreferrer', text: 'See the picture there is' }));
}
