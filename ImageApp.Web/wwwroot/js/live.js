// Live changes as server-sent events. The browser reconnects by itself, with the last event's id, to any instance.
import { announce } from './announce.js';

const gallery = document.getElementById('gallery');
const details = document.getElementById('details');
const connection = document.getElementById('connection');
const after = (gallery ?? details)?.dataset.after;
const waiting = new Map();
const search = new URLSearchParams(location.search).get('q') ?? '';
let fetching = false;
let leaving = false;
addEventListener('submit', () => { leaving = true; });

function dayOf(item) {
  const { day, label } = item.dataset;
  let section = gallery.querySelector(`section[data-day="${day}"]`);
  if (!section) {
    section = document.createElement('section');
    section.dataset.day = day;
    const heading = document.createElement('h2');
    heading.textContent = label;
    const list = document.createElement('ul');
    list.className = 'row';
    section.append(heading, list);
    const older = [...gallery.querySelectorAll('section')].find(other => other.dataset.day < day);
    gallery.insertBefore(section, older ?? null);
  }
  return section.querySelector('ul');
}

function remove(id) {
  const item = document.getElementById(`i${id}`);
  if (!item) return;
  const section = item.closest('section');
  item.remove();
  if (section && !section.querySelector('li')) section.remove();
  announce('A picture was deleted');
}

function put(item, change) {
  const old = document.getElementById(item.id);
  if (old) {
    const checked = old.querySelector('input:checked');
    const focused = old.contains(document.activeElement) ? document.activeElement.tagName : null;
    old.replaceWith(item);
    if (checked) item.querySelector('input').checked = true;
    if (focused) item.querySelector(focused.toLowerCase())?.focus();
    if (change.caption) announce(`Caption: ${change.caption}`);
  } else if (gallery.dataset.live === 'true') {
    document.getElementById('empty')?.remove();
    dayOf(item).prepend(item);
    announce(`New picture: ${change.fileName}`);
  }
}

// One request for everything that changed in the meantime: a hundred files at once are not three hundred requests.
async function flush() {
  if (fetching || waiting.size === 0) return;
  fetching = true;
  const batch = new Map([...waiting].slice(0, 100));
  batch.forEach((_, id) => waiting.delete(id));
  try {
    const answer = await fetch(`/tiles?ids=${[...batch.keys()].join(',')}&q=${encodeURIComponent(search)}`);
    if (!answer.ok) throw new Error(`${answer.status}`);
    const parsed = new DOMParser().parseFromString(`<ul>${await answer.text()}</ul>`, 'text/html');
    for (const item of [...parsed.querySelectorAll('li')].reverse()) put(document.adoptNode(item), batch.get(Number(item.id.slice(1))));
  } catch {
    batch.forEach((change, id) => waiting.has(id) || waiting.set(id, change));
    await new Promise(resolve => setTimeout(resolve, 2000));
  }
  fetching = false;
  if (waiting.size > 0) setTimeout(flush, 200);
}

async function refreshDetails() {
  const answer = await fetch(location.pathname);
  const fresh = new DOMParser().parseFromString(await answer.text(), 'text/html').getElementById('details');
  if (!fresh) return;
  details.dataset.finished = fresh.dataset.finished;
  // What a person is typing is not taken away.
  if (document.getElementById('edit')?.open) return;
  const current = document.getElementById('details');
  current.replaceChildren(...fresh.childNodes);
  current.dispatchEvent(new CustomEvent('refreshed'));
  announce(document.getElementById('caption')?.textContent ?? 'The picture changed');
}

function changed(change) {
  if (details) {
    if (change.id !== Number(details.dataset.id)) return;
    if (leaving) return; // this page's own form leads on by itself
    if (change.deleted) location.href = '/';
    else refreshDetails();
    return;
  }
  if (!gallery) return;
  if (change.deleted) return remove(change.id);
  if (gallery.dataset.live !== 'true' && !document.getElementById(`i${change.id}`)) return;
  waiting.set(change.id, change);
  setTimeout(flush, 150);
}

if (after) {
  const events = new EventSource(`/api/events?after=${after}`);
  events.addEventListener('image', event => changed(JSON.parse(event.data)));
  events.addEventListener('open', () => { connection.hidden = true; });
  events.addEventListener('error', () => { connection.hidden = false; });
  addEventListener('pagehide', () => events.close());
}
