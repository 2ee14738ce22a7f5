// Attachments: image, video, audio, document, sticker.
import { h, bytes } from './dom.js';
import { icon } from './icons.js';
import { openViewer } from './viewer.js';

export function mediaOf(media, url) {
  const type = media.kind || media.mime_type.split('/')[0];
  switch (type) {
    case 'image': return picture(media, url);
    case 'sticker': return sticker(media, url);
    case 'video': case 'gif': case 'short': return film(media, url);
    case 'audio': case 'voice': return sound(media, url);
    default: return file(media, url);
  }
}

function thumbnail(media) {
  return media.thumbnail ? `data:image/jpeg;base64,${media.thumbnail}` : null;
}

// quotedPicture is the small picture beside a quote; null where there is none.
export function quotedPicture(media) {
  const src = media ? thumbnail(media) : null;
  return src ? h('img', { class: 'media quoted-picture', src, alt: '' }) : null;
}

// frame has the shape of its picture before that is loaded, so that nothing jumps. Clients cut what
// is very wide or very tall.
function frame(media, className, ...content) {
  const el = h('div', { class: `media-frame ${className}` }, content);
  if (media.width && media.height) {
    el.classList.add('shaped');
    el.style.setProperty('--shape', String(Math.min(2.2, Math.max(0.75, media.width / media.height))));
  }
  return el;
}

function image(media, url, alt) {
  const img = h('img', { class: 'media', src: url, alt, loading: 'lazy' });
  img.addEventListener('error', () => {
    const small = thumbnail(media);
    if (small && img.src !== small) img.src = small;
    else img.replaceWith(broken(media));
  });
  return img;
}

function picture(media, url) {
  const img = image(media, url, 'Picture');
  const open = h('button', { type: 'button', class: 'view', 'aria-label': 'Show the picture in full size' }, img);
  open.addEventListener('click', () => { if (img.isConnected) openViewer(img.src, caption(media)); });
  return frame(media, '', open);
}

function sticker(media, url) {
  const img = image(media, url, 'Sticker');
  img.classList.add('sticker');
  return h('div', { class: 'media-frame' }, img);
}

// film shows the preview, or the first picture, until it is played. Only then the browser's own
// controls are in reach.
function film(media, url) {
  const video = h('video', {
    class: 'media', src: url, controls: true, playsinline: true, preload: 'metadata', poster: thumbnail(media), 'aria-label': 'Video',
  });
  const length = h('span', { class: 'length', text: duration(media.seconds) || bytes(media.size) });
  const play = h('button', { type: 'button', class: 'play', 'aria-label': 'Play the video' }, icon('play'));
  const el = frame(media, 'film', video, play, length);
  video.addEventListener('loadedmetadata', () => {
    if (!media.seconds && Number.isFinite(video.duration)) length.textContent = duration(Math.round(video.duration)) || length.textContent;
  });
  video.addEventListener('play', () => { el.classList.add('played'); });
  video.addEventListener('error', () => {
    if (thumbnail(media)) length.textContent = `${length.textContent} · this browser can’t play it`;
    else video.replaceWith(broken(media));
  });
  play.addEventListener('click', () => { video.play().catch(() => { /* the error above says why */ }); });
  return el;
}

function sound(media, url) {
  return h('div', { class: 'sound' }, icon('wave'), h('audio', { src: url, controls: true, preload: 'none' }));
}

function file(media, url) {
  const name = media.file_name || 'Document';
  const kind = extension(media, name);
  return h('a', { class: 'file', href: url, download: name },
    h('span', { class: `file-icon file-${kind.toLowerCase()}`, 'aria-hidden': 'true' }, icon('document'), h('span', { text: kind.slice(0, 4) })),
    h('span', { class: 'file-text' }, h('span', { class: 'file-name', text: name }), h('span', { class: 'footer', text: `${kind} · ${bytes(media.size)}` })));
}

function extension(media, name) {
  const end = /\.([a-z0-9]{1,5})$/i.exec(name)?.[1] ?? media.mime_type.split(';')[0].split('/').pop();
  return end.toUpperCase().slice(0, 8) || 'FILE';
}

function broken(media) {
  return h('div', { class: 'media blank broken', text: `${caption(media)}: not loaded` });
}

function caption(media) {
  const size = media.width && media.height ? `${media.width} × ${media.height}, ` : '';
  return `${media.mime_type}, ${size}${bytes(media.size)}`;
}

function duration(seconds) {
  if (!seconds) return '';
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
}
