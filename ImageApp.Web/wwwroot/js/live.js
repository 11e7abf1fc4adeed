// Live changes as server-sent events. The browser reconnects by itself, with the last event's id, to any instance.
import { announce } from './announce.js';

const at = id => document.getElementById(id);
const gallery = at('gallery');
const connection = at('connection');
const query = new URLSearchParams(location.search);
const waiting = new Map();
let last = (gallery ?? at('viewer'))?.dataset.after;
let events = null;
let timer = 0;
let fetching = false;

const grid = gallery && await import('./gallery.js');

function sectionOf(item, next) {
  const { day, label } = item.dataset;
  const section = document.createElement('section');
  section.dataset.day = day;
  section.innerHTML = '<h2><label><input type="checkbox" class="day"></label></h2><ul class="row"></ul>';
  section.querySelector('label').prepend(label);
  section.querySelector('input').ariaLabel = `Select ${label}`;
  gallery.insertBefore(section, next?.closest('section') ?? null);
  return section;
}

function remove(id) {
  const item = at(`i${id}`);
  if (!item) return;
  const section = item.closest('section');
  item.remove();
  if (section.querySelector('li')) grid.measure(section);
  else section.remove();
  announce('A picture was deleted');
}

// Where its order says; what lies below what is loaded is left alone.
function insert(item) {
  const key = one => Number(one.dataset.at) * (gallery.dataset.oldest ? -1 : 1);
  const after = (one, other) => key(one) - key(other) || (Number(one.id.slice(1)) - Number(other.id.slice(1))) * (gallery.dataset.oldest ? -1 : 1);
  const all = [...gallery.querySelectorAll('li')];
  const index = all.findIndex(other => after(item, other) > 0);
  const next = all[index];
  if (!next && at('older')) return false;
  const previous = next ? all[index - 1] : all.at(-1);
  const isOf = other => other?.closest('section').dataset.day === item.dataset.day;
  if (isOf(next)) next.before(item);
  else if (isOf(previous)) previous.after(item);
  else sectionOf(item, next).querySelector('ul').append(item);
  grid.measure(item.closest('section'));
  at('empty')?.remove();
  return true;
}

function put(item, change) {
  const old = at(item.id);
  if (old && old.dataset.at === item.dataset.at) {
    const isChecked = old.querySelector('input:checked');
    const said = old.querySelector('img')?.alt;
    const focused = old.contains(document.activeElement) ? document.activeElement.tagName : null;
    old.replaceWith(item);
    if (isChecked) item.querySelector('input').checked = true;
    if (focused) item.querySelector(focused.toLowerCase()).focus({ preventScroll: true });
    grid.measure(item.closest('section'));
    if (change.caption && change.caption !== said) announce(`Caption: ${change.caption}`);
  } else {
    if (old) remove(change.id);
    if (gallery.dataset.live === 'true' && insert(item)) announce(`New picture: ${change.fileName}`);
  }
}

// What a person looks at stays where it is, whatever comes above it.
function hold(work) {
  const seen = scrollY > 8 && [...gallery.querySelectorAll('li')].find(item => item.getBoundingClientRect().top >= 56);
  const top = seen && seen.getBoundingClientRect().top;
  work();
  grid.tail();
  if (seen?.isConnected) scrollBy(0, seen.getBoundingClientRect().top - top);
}

// One request for everything that changed in the meantime: a hundred files at once are not three hundred requests.
async function flush() {
  timer = 0;
  // While this page uploads, new pictures come in one go at the end: the grid does not move all the time.
  const isBusy = at('queue')?.hasAttribute('data-busy');
  if (waiting.size > 1000 && !isBusy) return reload();
  const ready = [...waiting].filter(([id]) => at(`i${id}`) || !isBusy).slice(0, 100);
  if (!fetching && !grid.reading && ready.length > 0) {
    fetching = true;
    const { came } = grid;
    const batch = new Map(ready);
    batch.forEach((_, id) => waiting.delete(id));
    try {
      query.set('ids', [...batch.keys()].join(','));
      const answer = await fetch(`/tiles?${query}`);
      if (!answer.ok) throw new Error(`${answer.status}`);
      const text = await answer.text();
      if (grid.reading || grid.came !== came) throw new Error('asked for before the page was');
      const parsed = new DOMParser().parseFromString(`<ul>${text}</ul>`, 'text/html');
      hold(() => parsed.querySelectorAll('li').forEach(item => put(document.adoptNode(item), batch.get(Number(item.id.slice(1))))));
    } catch {
      batch.forEach((change, id) => waiting.has(id) || waiting.set(id, change));
      await new Promise(resolve => setTimeout(resolve, 2000));
    }
    fetching = false;
  }
  if (waiting.size > 0) timer ||= setTimeout(flush, 500);
}

function changed(event) {
  last = event.lastEventId || last;
  const change = JSON.parse(event.data);
  document.dispatchEvent(new CustomEvent('changed', { detail: change }));
  if (!gallery) return;
  if (change.deleted) return hold(() => remove(change.id));
  if (gallery.dataset.live !== 'true' && !at(`i${change.id}`)) return;
  waiting.set(change.id, change);
  timer ||= setTimeout(flush, 250);
}

// Too much was missed to be told one by one.
function reload() {
  waiting.clear();
  grid?.reload().catch(() => setTimeout(reload, 3000));
  const id = at('viewer')?.dataset.id;
  if (id) document.dispatchEvent(new CustomEvent('changed', { detail: { id } }));
}

function connect() {
  if (!last) return;
  events = new EventSource(`/api/events?after=${last}`);
  events.addEventListener('image', changed);
  events.addEventListener('reset', event => {
    last = event.lastEventId || last;
    reload();
  });
  events.addEventListener('open', () => { connection.hidden = true; });
  events.addEventListener('error', () => {
    connection.hidden = false;
    // Refused, not lost: the browser does not ask again by itself.
    if (events.readyState === EventSource.CLOSED) setTimeout(connect, 30_000);
  });
}

connect();
addEventListener('pagehide', () => events?.close());
// A page that the browser kept goes on where it was.
addEventListener('pageshow', event => event.persisted && connect());
