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
    // What is shown already stays where it is: rows are added below, and the link is a new one.
    link.remove();
    for (const section of page.querySelectorAll('#gallery > section')) {
      section.querySelectorAll('li').forEach(item => document.getElementById(item.id) && item.remove());
      const day = gallery.querySelector(`section[data-day="${section.dataset.day}"]`);
      if (day) day.append(document.adoptNode(section.querySelector('ul')));
      else gallery.append(document.adoptNode(section));
    }
    const next = page.getElementById('older');
    if (next) {
      gallery.after(document.adoptNode(next));
      observer.observe(next);
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
