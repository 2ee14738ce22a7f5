// Attachments: image, video, audio, document, sticker.
import { h, bytes } from './dom.js';
import { icon } from './icons.js';

export function mediaOf(media, url) {
  const type = media.kind || media.mime_type.split('/')[0];
  switch (type) {
    case 'image': case 'sticker': return picture(media, url, type);
    case 'video': case 'gif': case 'short': return film(media, url);
    case 'audio': case 'voice': return sound(media, url);
    default: return file(media, url);
  }
}

function thumbnail(media) {
  return media.thumbnail ? `data:image/jpeg;base64,${media.thumbnail}` : null;
}

function picture(media, url, type) {
  const img = h('img', {
    class: `media ${type}`, src: url, alt: type === 'sticker' ? 'Sticker' : 'Picture', loading: 'lazy',
    width: media.width || null, height: media.height || null,
  });
  img.addEventListener('error', () => {
    const small = thumbnail(media);
    if (small && img.src !== small) img.src = small;
    else img.replaceWith(broken(media));
  });
  return h('div', { class: 'media-frame' }, img);
}

// film shows the preview until it is played: a chat full of videos loads none of them.
function film(media, url) {
  const frame = h('div', { class: 'media-frame film' });
  const still = thumbnail(media);
  const play = h('button', { type: 'button', class: 'play', 'aria-label': 'Play the video' }, icon('play'));
  frame.append(still ? h('img', { class: 'media', src: still, alt: 'Video' }) : h('div', { class: 'media blank' }), play,
    h('span', { class: 'length' }, length(media.seconds) || bytes(media.size)));
  play.addEventListener('click', () => {
    const video = h('video', { class: 'media', src: url, controls: true, playsinline: true });
    frame.replaceChildren(video);
    video.play().catch(() => { /* the browser has no decoder, its own controls say so */ });
  });
  return frame;
}

function sound(media, url) {
  return h('div', { class: 'sound' }, icon('wave'), h('audio', { src: url, controls: true, preload: 'none' }));
}

function file(media, url) {
  const name = media.file_name || 'Document';
  const kind = (/\.([a-z0-9]{1,5})$/i.exec(name)?.[1] ?? media.mime_type.split('/').pop()).toUpperCase().slice(0, 8);
  return h('a', { class: 'file', href: url, download: name },
    h('span', { class: 'file-icon' }, icon('document')),
    h('span', { class: 'file-text' }, h('span', { class: 'file-name', text: name }), h('span', { class: 'footer', text: `${kind} · ${bytes(media.size)}` })));
}

function broken(media) {
  return h('div', { class: 'media blank broken', text: `${media.mime_type}, ${bytes(media.size)}: not loaded` });
}

function length(seconds) {
  if (!seconds) return '';
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
}
