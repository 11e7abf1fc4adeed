// A picture, as its page or over the grid: the same HTML. The page stays, so uploads go on and closing leads to the very place.
import { announce } from './announce.js';

const gallery = document.getElementById('gallery');
const home = { title: document.title, href: location.href };
const pages = new Map();
const points = new Map();
let over = null;
let opener = null;
let turn = 0;
let slides = 0;
let [scale, x, y, start] = [1, 0, 0, null];

const root = () => (over ?? document).querySelector('.viewer');
const image = () => root()?.querySelector('.stage > img');
const hrefOf = rel => root().querySelector(`[rel=${rel}]`)?.href;

function load(href) {
  if (!pages.has(href)) {
    if (pages.size > 8) pages.clear();
    const page = fetch(href).then(async answer => {
      const html = new DOMParser().parseFromString(await answer.text(), 'text/html');
      return { article: html.querySelector('.viewer'), title: html.title };
    });
    page.catch(() => pages.delete(href));
    pages.set(href, page);
  }
  return pages.get(href);
}

function preload(href) {
  if (href) load(href).then(({ article }) => {
    const next = article?.querySelector('.stage > img');
    if (next) Object.assign(new Image(), { sizes: next.sizes, srcset: next.srcset, src: next.src });
  }, () => {});
}

function put({ article, title }, isSame) {
  if (!article) return location.reload();
  const fresh = document.importNode(article, true);
  const [old, current] = [root(), image()];
  const picture = fresh.querySelector('.stage > img');
  const info = fresh.querySelector('.info');
  // The same picture stays as it is, enlarged or not.
  if (isSame && current && picture && current.dataset.src === picture.getAttribute('src')) {
    Object.assign(current, { alt: picture.alt, lang: picture.lang });
    picture.replaceWith(current);
    current.parentElement.classList.toggle('zoomed', scale > 1);
  } else [scale, x, y] = [1, 0, 0];
  // What is told of its toggling comes later than a change of the picture may.
  if (info) info.open = old.querySelector('.info')?.open ?? localStorage.getItem('info') === 'open';
  const focus = old.contains(document.activeElement) && document.activeElement.id;
  // So does the panel of its link, which may be half filled in, or show a link that is told once.
  const share = isSame && old.querySelector('.share');
  if (share) fresh.querySelector('.share').replaceWith(share);
  old.replaceWith(fresh);
  (focus && document.getElementById(focus) || fresh.querySelector('[rel=up]')).focus();
  document.title = title;
  keep();
  showSlides();
  preload(hrefOf('next'));
  preload(hrefOf('prev'));
  if (!isSame) announce(fresh.querySelector('#caption')?.textContent ?? title);
}

function keep() {
  const picture = image();
  if (picture) picture.dataset.src ??= picture.getAttribute('src');
}

async function go(rel) {
  const href = hrefOf(rel);
  if (!href) {
    play(false);
    announce('There is no other picture');
    return false;
  }
  const mine = ++turn;
  const page = await load(href);
  if (mine !== turn) return true;
  history.replaceState(history.state, '', href);
  put(page);
  return true;
}

let refreshes = 0;

async function refresh() {
  const mine = ++refreshes;
  pages.clear();
  const id = root()?.dataset.id;
  const text = root()?.querySelector('textarea');
  const page = await load(location.href);
  // What a person is typing is not taken away.
  if (mine === refreshes && root()?.dataset.id === id && text?.value === text?.defaultValue) put(page, true);
}

// From the tile to the window and back, where the browser can.
async function transition(tile, work) {
  if (!document.startViewTransition || !tile || matchMedia('(prefers-reduced-motion: reduce)').matches) return work();
  const [from, to] = over ? [image(), tile] : [tile, null];
  from?.style.setProperty('view-transition-name', 'picture');
  await document.startViewTransition(() => {
    from?.style.removeProperty('view-transition-name');
    work();
    (to ?? image())?.style.setProperty('view-transition-name', 'picture');
  }).finished.catch(() => {});
  for (const one of [to, image()]) one?.style.removeProperty('view-transition-name');
}

const others = () => [...document.body.children].filter(one => one.matches('header, main, .skip'));

export async function open(link, isNew = true) {
  const tile = link.querySelector?.('img');
  const mine = ++turn;
  const dialog = document.createElement('dialog');
  dialog.className = 'over';
  dialog.ariaLabel = 'Picture';
  dialog.innerHTML = '<article class="viewer"><div class="stage"></div></article>';
  if (tile) {
    const picture = Object.assign(new Image(), { src: tile.currentSrc, alt: '' });
    picture.style = link.parentElement.getAttribute('style');
    picture.style.setProperty('--w', 4000);
    dialog.querySelector('.stage').append(picture);
  }
  opener = link;
  if (isNew) history.pushState({ viewer: true }, '', link.href);
  const loading = load(link.href).catch(() => ({}));
  // Another picture in its place would end the transition.
  await transition(tile, () => {
    over = dialog;
    document.body.append(dialog);
    dialog.show();
    others().forEach(one => { one.inert = true; });
  });
  const page = await loading;
  if (mine !== turn) return;
  put(page);
  // The tile's picture is there already, and larger than the thumbnail.
  if (tile && image() && !root().querySelector('.stage.alpha')) image().style.setProperty('--t', `url("${tile.currentSrc}")`);
}

function shut() {
  const item = document.getElementById(`i${root().dataset.id}`);
  const link = item?.querySelector('a') ?? opener;
  turn++;
  play(false);
  item?.scrollIntoView({ block: 'nearest' });
  transition(link.querySelector?.('img'), () => {
    over.remove();
    over = null;
    others().forEach(one => { one.inert = false; });
    link.focus?.({ preventScroll: true });
  });
  document.title = home.title;
}

function close() {
  if (over) history.back();
  else root().querySelector('[rel=up]').click();
}

addEventListener('popstate', () => {
  const isPicture = location.pathname.startsWith('/images/');
  if (over && !isPicture) shut();
  else if (!over && isPicture && gallery) open({ href: location.href }, false);
});

function showSlides() {
  const button = root()?.querySelector('#play');
  button?.setAttribute('aria-pressed', slides > 0);
  button?.querySelector('use').setAttribute('href', `/icons.svg#${slides ? 'pause' : 'play'}`);
  root()?.classList.toggle('still', slides > 0);
}

function play(isOn) {
  clearTimeout(slides);
  slides = isOn ? setTimeout(async () => { if (await go('next')) play(true); }, 4000) : 0;
  showSlides();
}

// Zoom: the original is asked for only now.
function zoom(to, clientX, clientY, movedX = 0, movedY = 0) {
  const picture = image();
  if (!picture) return;
  const stage = picture.parentElement;
  const box = stage.getBoundingClientRect();
  const [px, py] = [clientX - box.left - box.width / 2, clientY - box.top - box.height / 2];
  to = Math.min(8, Math.max(1, to));
  [x, y, scale] = [px - (px - movedX - x) * to / scale, py - (py - movedY - y) * to / scale, to];
  if (scale > 1 && picture.dataset.zoom) {
    // With a density: without one Chromium reckons with that of the rendition before it.
    picture.srcset = `${picture.dataset.zoom} 1x`;
    picture.src = picture.dataset.zoom;
    delete picture.dataset.zoom;
  }
  draw(picture, box);
}

function draw(picture, box) {
  const [freeX, freeY] = [Math.max(0, picture.offsetWidth * scale - box.width) / 2, Math.max(0, picture.offsetHeight * scale - box.height) / 2];
  x = Math.min(freeX, Math.max(-freeX, x));
  y = Math.min(freeY, Math.max(-freeY, y));
  picture.style.transform = scale > 1 ? `translate(${x}px, ${y}px) scale(${scale})` : '';
  picture.parentElement.classList.toggle('zoomed', scale > 1);
}

const centre = factor => zoom(scale * factor, innerWidth / 2, innerHeight / 2);
const onStage = event => event.target.closest?.('.stage');
addEventListener('wheel', event => {
  if (!onStage(event)) return;
  event.preventDefault();
  zoom(scale * Math.exp(-event.deltaY / 300), event.clientX, event.clientY);
}, { passive: false });
addEventListener('dblclick', event => onStage(event) && zoom(scale > 1 ? 1 : 2.5, event.clientX, event.clientY));
addEventListener('pointerdown', event => {
  if (!onStage(event) || event.button) return;
  points.set(event.pointerId, event);
  start = points.size === 1 ? event : null;
  onStage(event).setPointerCapture(event.pointerId);
});
addEventListener('pointermove', event => {
  root()?.classList.remove('still');
  const before = points.get(event.pointerId);
  if (!before) return;
  points.set(event.pointerId, event);
  const other = [...points.values()].find(point => point.pointerId !== event.pointerId);
  const far = point => Math.hypot(point.clientX - other.clientX, point.clientY - other.clientY) || 1;
  const [dx, dy] = [event.clientX - before.clientX, event.clientY - before.clientY];
  // What is between the fingers stays there, also while only one of them moves.
  if (other) zoom(scale * far(event) / far(before), (event.clientX + other.clientX) / 2, (event.clientY + other.clientY) / 2, dx / 2, dy / 2);
  else if (scale > 1) zoom(scale, event.clientX, event.clientY, dx, dy);
});
for (const name of ['pointerup', 'pointercancel']) {
  addEventListener(name, event => {
    points.delete(event.pointerId);
    if (!start || scale > 1 || name !== 'pointerup' || event.pointerType === 'mouse') return;
    const [dx, dy] = [event.clientX - start.clientX, event.clientY - start.clientY];
    start = null;
    if (Math.abs(dx) > 60 && Math.abs(dx) > 2 * Math.abs(dy)) go(dx > 0 ? 'prev' : 'next');
    else if (dy > 100 && dy > 2 * Math.abs(dx)) close();
  });
}

async function copy(field) {
  // Only secure contexts have a clipboard.
  try {
    await navigator.clipboard.writeText(field.value);
  } catch {
    field.select();
    document.execCommand('copy');
  }
  announce('The caption was copied');
}

addEventListener('click', event => {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
  const link = event.target.closest('#gallery li > a, .viewer [rel]');
  const button = event.target.closest('.viewer button')?.id;
  if (button === 'play') play(!slides);
  if (button === 'copy') copy(root().querySelector('textarea'));
  if (!link?.pathname.startsWith('/images/') && !(over && link)) return;
  if (link.rel === 'up' && !over) return;
  event.preventDefault();
  if (link.rel === 'up') close();
  else if (link.rel) go(link.rel);
  else open(link);
});
addEventListener('toggle', event => {
  if (event.target.id === 'info') localStorage.setItem('info', event.target.open ? 'open' : '');
}, true);

addEventListener('keydown', event => {
  if (!root() || event.altKey || event.ctrlKey || event.metaKey || event.target.closest?.('dialog:not(.over)')) return;
  if (event.target.closest?.('input, textarea, select')) {
    if (event.key === 'Escape') event.target.blur();
    return;
  }
  const press = selector => root().querySelector(selector)?.click();
  const work = {
    ArrowLeft: () => go('prev'), ArrowRight: () => go('next'), Escape: close, i: () => press('.info summary'), s: () => play(!slides),
    f: () => press('[aria-label=Favourite]'), Delete: () => press('[aria-label=Delete]'), '+': () => centre(1.5), '-': () => centre(1 / 1.5), 0: () => centre(0),
  }[event.key];
  if (!work) return;
  // Else Escape stops the very page that is asked for.
  event.preventDefault();
  work();
});

async function leave(url) {
  if (await go('next') || await go('prev')) return;
  if (over) close();
  else location.assign(url);
}

document.addEventListener('sent', ({ detail: { form, problem, url } }) => {
  if (!root()?.contains(form)) return;
  const text = form.querySelector('textarea');
  if (problem?.status === 412) {
    // Somebody else was faster: both texts are there, and saving again replaces theirs.
    const note = form.querySelector('#caption-problem') ?? form.insertBefore(document.createElement('p'), form.firstChild);
    Object.assign(note, { id: 'caption-problem', className: 'problem', role: 'alert' });
    note.textContent = `Somebody else has changed the caption to “${problem.caption ?? ''}”. Save again to replace it by yours.`;
    form.elements.tag.value = problem.captionTag ?? '';
  } else if (!problem) {
    if (text) text.defaultValue = text.value;
    if (form.id === 'delete') leave(url);
    else refresh();
  }
});
document.addEventListener('changed', ({ detail }) => {
  if (!root()) return pages.clear();
  if (String(detail.id) !== root().dataset.id) pages.delete([...pages.keys()].find(href => href.includes(`/images/${detail.id}`)));
  else if (!detail.deleted) refresh();
  else leave(root().querySelector('[rel=up]').href);
});

if (root()) {
  keep();
  preload(hrefOf('next'));
  preload(hrefOf('prev'));
  if (localStorage.getItem('info') === 'open') root().querySelector('.info').open = true;
}
