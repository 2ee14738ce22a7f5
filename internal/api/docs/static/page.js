// The page can be read without this. It fills in the host, copies, filters the contents, and marks
// the call that is being read. It stores nothing.

for (const host of document.querySelectorAll('.host')) host.textContent = location.origin;

// Copy.
for (const code of document.querySelectorAll('.code')) {
  const frame = document.createElement('div');
  frame.className = 'frame';
  const button = document.createElement('button');
  button.className = 'copy';
  button.type = 'button';
  button.textContent = code.querySelector('.host') ? 'Copy as curl' : 'Copy';
  button.addEventListener('click', () => copy(button, code));
  code.replaceWith(frame);
  frame.append(code, button);
}

async function copy(button, code) {
  const label = button.textContent;
  try {
    await navigator.clipboard.writeText(code.textContent);
    button.textContent = 'Copied';
  } catch {
    // Without TLS a page may not write to the clipboard: select it, so that the keyboard can.
    getSelection().selectAllChildren(code);
    button.textContent = 'Press Ctrl+C';
  }
  button.classList.add('done');
  setTimeout(() => {
    button.textContent = label;
    button.classList.remove('done');
  }, 1600);
}

// Contents.
const contents = document.querySelector('.contents');
const menu = document.querySelector('.menu');
const filter = document.querySelector('.filter');
const narrow = matchMedia('(max-width: 820px)');

document.documentElement.classList.add('scripted');
filter.hidden = false;
const fit = () => { menu.hidden = !narrow.matches; };
narrow.addEventListener('change', fit);
fit();

function open(yes) {
  contents.classList.toggle('open', yes);
  menu.setAttribute('aria-expanded', String(yes));
}
menu.addEventListener('click', () => open(!contents.classList.contains('open')));
contents.addEventListener('click', (event) => { if (event.target.closest('a')) open(false); });
document.addEventListener('keydown', (event) => {
  if (event.key === 'Escape') open(false);
  if (event.key === '/' && document.activeElement.tagName !== 'INPUT') {
    event.preventDefault();
    open(true);
    filter.focus();
  }
});

filter.addEventListener('input', () => {
  const wanted = filter.value.trim().toLowerCase();
  let found = 0;
  for (const section of contents.querySelectorAll('section')) {
    let here = 0;
    for (const item of section.querySelectorAll('li')) {
      const link = item.querySelector('a');
      const hit = `${link.textContent} ${link.title}`.toLowerCase().includes(wanted);
      item.hidden = !hit;
      here += hit;
    }
    section.hidden = here === 0;
    found += here;
  }
  contents.querySelector('.none').hidden = found > 0;
});

// Mark what is being read. Only the contents are scrolled along, never the page.
function keepInView(link) {
  const [inner, outer] = [link.getBoundingClientRect(), contents.getBoundingClientRect()];
  if (inner.top < outer.top) contents.scrollTop -= outer.top - inner.top + 60;
  if (inner.bottom > outer.bottom) contents.scrollTop += inner.bottom - outer.bottom + 60;
}
const links = new Map([...contents.querySelectorAll('li a')].map((link) => [link.hash.slice(1), link]));
let marked;
const reading = new IntersectionObserver((entries) => {
  for (const entry of entries) {
    if (!entry.isIntersecting) continue;
    marked?.classList.remove('here');
    marked?.removeAttribute('aria-current');
    marked = links.get(entry.target.id);
    marked?.classList.add('here');
    marked?.setAttribute('aria-current', 'true');
    if (marked) keepInView(marked);
  }
}, { rootMargin: '-90px 0px -75% 0px' });
for (const operation of document.querySelectorAll('.operation')) reading.observe(operation);
