// Files and folders, dropped anywhere, pasted or chosen. The tray that sends them comes with the first of them.
const at = id => document.getElementById(id);
const [input, folder, overlay] = ['file', 'folder', 'drop'].map(at);
const tray = () => import('./upload.js');
const add = async files => files.length && (await tray()).add(files);

async function filesIn(entry, parent = '') {
  if (entry.isFile) {
    const file = await new Promise((resolve, reject) => entry.file(resolve, reject));
    file.folder = parent;
    return [file];
  }
  const reader = entry.createReader();
  const found = [];
  // Each call gives some of them, until one gives none.
  for (let some; (some = await new Promise((resolve, reject) => reader.readEntries(resolve, reject))).length;) {
    for (const inner of some) found.push(...await filesIn(inner, entry.name));
  }
  return found;
}

async function unread(name) {
  (await tray()).note(`${name} cannot be read.`);
  return [];
}

async function drop(items) {
  // All are asked for at once: afterwards the items are empty.
  const entries = [...items].filter(item => item.kind === 'file').map(item => item.webkitGetAsEntry?.() ?? item.getAsFile());
  const found = [];
  for (const entry of entries) {
    found.push(...entry instanceof File ? [entry] : await filesIn(entry).catch(() => unread(entry.name)));
  }
  if (found.length) add(found);
  else (await tray()).note('There is no file in this folder.');
}

function take(from) {
  add([...from.files]);
  from.value = '';
}

for (const from of [input, folder]) {
  from.addEventListener('change', () => take(from));
  take(from); // chosen before this module was there
}
at('upload')?.addEventListener('submit', event => {
  event.preventDefault();
  take(input);
});
addEventListener('click', event => {
  const link = event.target.closest('a[href^="/upload"], #queue-folder');
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  (link.search === '' ? input : folder).click();
});
addEventListener('paste', event => add([...event.clipboardData?.files ?? []]));

let isOwn = false; // a picture of the page itself is being dragged
const cover = isOver => overlay.matches(':popover-open') !== isOver && overlay.togglePopover(isOver);
const onFiles = (name, then) =>
  addEventListener(name, event => !isOwn && event.dataTransfer?.types.includes('Files') && then(event));
addEventListener('dragstart', () => { isOwn = true; });
addEventListener('dragend', () => { isOwn = false; });
onFiles('dragenter', () => cover(true));
onFiles('dragleave', event => event.relatedTarget || cover(false));
onFiles('dragover', event => event.preventDefault());
onFiles('drop', event => {
  event.preventDefault();
  cover(false);
  drop(event.dataTransfer.items);
});

// Who left a page while it was sending is told what was not sent.
const left = JSON.parse(sessionStorage.getItem('not-sent') ?? '[]');
sessionStorage.removeItem('not-sent');
if (left.length) (await tray()).tellLeft(left);
