// Older pages come by themselves; selections are counted; a deletion's undo goes away when it is too late.
import { announce } from './announce.js';

const gallery = document.getElementById('gallery');

const observer = new IntersectionObserver(async entries => {
  const link = document.getElementById('older');
  if (!link || !entries.some(entry => entry.isIntersecting)) return;
  observer.unobserve(link);
  try {
    const answer = await fetch(link.href);
    if (!answer.ok) throw new Error(`${answer.status}`);
    const page = new DOMParser().parseFromString(await answer.text(), 'text/html');
    for (const section of page.querySelectorAll('#gallery > section')) {
      const list = gallery.querySelector(`section[data-day="${section.dataset.day}"] ul`);
      const items = [...section.querySelectorAll('li')].filter(item => !document.getElementById(item.id));
      if (list) list.append(...items);
      else gallery.append(document.adoptNode(section));
    }
    const next = page.getElementById('older');
    if (next) {
      link.href = next.href;
      observer.observe(link);
    } else {
      link.remove();
    }
  } catch {
    // The link still works; looking at it again tries again.
    setTimeout(() => observer.observe(link), 3000);
  }
}, { rootMargin: '600px' });

const older = document.getElementById('older');
if (older) observer.observe(older);

const text = document.getElementById('selected-text');
gallery.addEventListener('change', event => {
  if (!event.target.matches('input[name=id]')) return;
  const count = gallery.querySelectorAll('input[name=id]:checked').length;
  text.textContent = count === 1 ? '1 selected' : `${count} selected`;
  announce(text.textContent);
});

const undo = document.getElementById('undo');
if (undo) {
  setTimeout(() => undo.remove(), 10_000);
  history.replaceState(null, '', '/');
}
