// Selection: shift selects a range, a day's tick its day, Ctrl-A all that is loaded, Escape none, a long press begins it on a phone.
import { announce } from './announce.js';

const gallery = document.getElementById('gallery');
const boxes = () => [...gallery.querySelectorAll('input[name=id]')];
const text = document.getElementById('selected-text');
let last = null;

function tell() {
  const count = boxes().filter(box => box.checked).length;
  for (const section of gallery.children) {
    const day = section.querySelector('.day');
    if (!day) continue;
    const ticked = section.querySelectorAll('input[name=id]:checked').length;
    day.checked = ticked === section.querySelectorAll('li').length;
    day.indeterminate = ticked > 0 && !day.checked;
  }
  text.textContent = count === 1 ? '1 selected' : `${count} selected`;
  announce(text.textContent);
}

function set(some, isChecked) {
  some.forEach(box => { box.checked = isChecked; });
  tell();
}

export function toggle(box, isRange = false) {
  box.checked = !box.checked;
  choose(box, isRange);
}

function choose(box, isRange) {
  const all = boxes();
  // By id: a live change may have replaced the box itself.
  const [from, to] = [last, box.value].map(id => all.findIndex(one => one.value === id)).sort((a, b) => a - b);
  last = box.value;
  if (isRange && from >= 0) set(all.slice(from, to + 1), box.checked);
  else tell();
}

gallery.addEventListener('click', event => {
  const box = event.target;
  if (box.matches('.day')) set([...box.closest('section').querySelectorAll('input[name=id]')], box.checked);
  else if (box.matches('input[name=id]')) choose(box, event.shiftKey);
});

// While something is selected, or with a modifier, a picture is selected instead of opened.
gallery.addEventListener('click', event => {
  const item = event.target.closest('a')?.closest('li');
  if (!item || event.defaultPrevented || !(event.shiftKey || pressed || gallery.querySelector('input[name=id]:checked')) || event.detail === 0) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  if (!pressed) toggle(item.querySelector('input'), event.shiftKey);
  pressed = false;
}, true);

let timer = 0;
let pressed = false;
gallery.addEventListener('pointerdown', event => {
  const item = event.pointerType === 'touch' && event.target.closest('li');
  pressed = false;
  if (!item) return;
  timer = setTimeout(() => {
    pressed = true;
    // A live change may have replaced it meanwhile.
    toggle(document.getElementById(item.id).querySelector('input'));
    navigator.vibrate?.(10);
  }, 500);
});
for (const end of ['pointerup', 'pointercancel', 'pointermove']) {
  gallery.addEventListener(end, event => { if (end !== 'pointermove' || event.movementX ** 2 + event.movementY ** 2 > 25) clearTimeout(timer); });
}
gallery.addEventListener('contextmenu', event => { if (timer && event.pointerType === 'touch') event.preventDefault(); });

addEventListener('keydown', event => {
  if (document.querySelector('dialog[open]') || event.target.closest?.('textarea, input:not([type=checkbox])')) return;
  if (event.key === 'Escape' && boxes().some(box => box.checked)) set(boxes(), false);
  if (event.key === 'a' && (event.ctrlKey || event.metaKey)) {
    event.preventDefault();
    set(boxes(), true);
  }
});

document.getElementById('select-none')?.addEventListener('click', () => set(boxes(), false));
document.addEventListener('sent', ({ detail }) => { if (detail.form.id === 'selected' && !detail.problem) set(boxes(), false); });
