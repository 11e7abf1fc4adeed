// The grid is one stop of the tab key; arrows move in it. "/" searches, "?" lists the keys.
const gallery = document.getElementById('gallery');
const links = () => [...gallery.querySelectorAll('li > a')];
const keys = [
  ['/', 'Search'], ['← → ↑ ↓', 'Move in the grid, or to the next picture'], ['Enter', 'Open the picture'],
  ['Space', 'Select it; with Shift a range'], ['D', 'Select its day'], ['Ctrl A', 'Select all that is loaded'],
  ['Escape', 'Close, or select none'], ['I', 'Information'], ['F', 'Favourite'], ['S', 'Slideshow'], ['+ − 0', 'Zoom'], ['Delete', 'Delete'], ['?', 'This list'],
];

function list() {
  const dialog = document.createElement('dialog');
  dialog.ariaLabel = 'Keys';
  dialog.innerHTML = `<h2>Keys</h2><dl>${keys.map(([key, what]) => `<dt><kbd>${key}</kbd></dt><dd>${what}</dd>`).join('')}</dl><form method="dialog"><button>Close</button></form>`;
  document.body.append(dialog);
  dialog.showModal();
  dialog.addEventListener('close', () => dialog.remove());
}

function rove() {
  const all = links();
  const stop = all.find(link => link.tabIndex === 0 && link.dataset.stop) ?? all[0];
  for (const link of all) link.tabIndex = link === stop ? 0 : -1;
  gallery.querySelectorAll('input').forEach(box => { box.tabIndex = -1; });
}

function moveTo(link) {
  const old = gallery.querySelector('a[data-stop]') ?? gallery.querySelector('li > a');
  old.tabIndex = -1;
  delete old.dataset.stop;
  link.tabIndex = 0;
  link.dataset.stop = 'true';
  link.focus();
  link.scrollIntoView({ block: 'nearest' });
}

// The row above or below begins where the tops differ; in it the picture that is nearest.
function beside(link, isDown) {
  const box = link.getBoundingClientRect();
  const middle = box.left + box.width / 2;
  const boxes = links().map(other => [other, other.getBoundingClientRect()])
    .filter(([, other]) => (isDown ? other.top > box.top + 4 : other.top < box.top - 4));
  const top = isDown ? Math.min(...boxes.map(([, other]) => other.top)) : Math.max(...boxes.map(([, other]) => other.top));
  const far = ([, other]) => Math.abs(other.left + other.width / 2 - middle);
  return boxes.filter(([, other]) => Math.abs(other.top - top) < 4).sort((a, b) => far(a) - far(b))[0]?.[0];
}

async function inGrid(event, link) {
  const all = links();
  const i = all.indexOf(link);
  const to = { ArrowLeft: () => all[i - 1], ArrowRight: () => all[i + 1], Home: () => all[0], End: () => all.at(-1),
    ArrowUp: () => beside(link, false), ArrowDown: () => beside(link, true) }[event.key];
  const box = link.parentElement.querySelector('input');
  if (to) {
    event.preventDefault();
    const next = to();
    if (next) moveTo(next);
    if (!next || !event.shiftKey) return;
  } else if (event.key !== ' ' && event.key !== 'd') return;
  event.preventDefault();
  if (event.key === 'd') link.closest('section').querySelector('.day')?.click();
  else if (to) (await import('./selection.js')).toggle(document.activeElement.parentElement.querySelector('input'));
  else (await import('./selection.js')).toggle(box, event.shiftKey);
}

addEventListener('keydown', event => {
  if (event.altKey || event.ctrlKey || event.metaKey || event.target.closest?.('textarea, select, input:not([type=checkbox]), dialog:not(.over)')) return;
  if (event.key === '?') list();
  const search = document.getElementById('q');
  if (event.key === '/' && search && !document.querySelector('.over')) {
    event.preventDefault();
    search.select();
  }
  const link = event.target.closest?.('#gallery li > a');
  if (link) inGrid(event, link);
});

if (gallery) {
  rove();
  new MutationObserver(rove).observe(gallery, { childList: true, subtree: true });
}
