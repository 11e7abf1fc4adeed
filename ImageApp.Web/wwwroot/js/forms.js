// Forms are sent without another page, so uploads go on and nobody loses their place. What was deleted can be undone for ten seconds.
import { announce } from './announce.js';

const toast = document.getElementById('undo');
const text = document.getElementById('undo-text');
const counted = count => (count === 1 ? '1 picture' : `${count} pictures`);
let timer;

function withdraw() {
  toast.hidden = true;
  sessionStorage.removeItem('undo');
}

// Another page shows it for what is left of the ten seconds.
function offerUndo(ids, until = Date.now() + 10000) {
  sessionStorage.setItem('undo', JSON.stringify([ids, until]));
  const count = ids.split(',').length;
  toast.setAttribute('action', `/images/${ids}/restore`);
  text.textContent = count === 1 ? 'The picture was deleted.' : `${count} pictures were deleted.`;
  toast.hidden = false;
  clearTimeout(timer);
  timer = setTimeout(withdraw, until - Date.now());
}

export function say(words) {
  const notices = document.getElementById('notices') ?? document.getElementById('connection').parentElement;
  const notice = document.createElement('p');
  notice.className = 'notice';
  notice.textContent = words;
  notices.prepend(notice);
  setTimeout(() => notice.remove(), 10000);
  announce(words);
}

// Asks in a dialog; the answer is a promise of yes or no.
export function ask(words) {
  const dialog = document.createElement('dialog');
  dialog.innerHTML = '<h2></h2><form method="dialog"><button value="">Cancel</button><button class="main" value="yes">Delete</button></form>';
  dialog.firstChild.textContent = dialog.ariaLabel = words;
  document.body.append(dialog);
  dialog.showModal();
  return new Promise(resolve => dialog.addEventListener('close', () => {
    dialog.remove();
    resolve(dialog.returnValue === 'yes');
  }));
}

async function send(form, by) {
  const data = new FormData(form, by);
  let problem = null;
  try {
    const answer = await fetch((by?.getAttribute('formaction') ?? form.getAttribute('action')), {
      method: 'POST', body: data, headers: { Accept: 'application/json' },
    });
    const body = await answer.text();
    if (!answer.ok) problem = { status: answer.status, ...JSON.parse(body) };
    const deleted = new URL(answer.url).searchParams.get('deleted');
    if (deleted) offerUndo(deleted);
    if (form === toast) withdraw();
    const page = problem ? null : new DOMParser().parseFromString(body, 'text/html');
    const notices = page?.getElementById('notices');
    if (notices) document.getElementById('notices')?.replaceChildren(...notices.childNodes);
    document.dispatchEvent(new CustomEvent('sent', { detail: { form, page, problem, deleted, url: answer.url } }));
  } catch {
    problem = { detail: 'The connection was lost. Please try again.' };
  }
  if (problem && problem.status !== 412) say(problem.detail ?? problem.title);
}

addEventListener('submit', async event => {
  const form = event.target;
  const by = event.submitter;
  if (event.defaultPrevented || form.method !== 'post') return;
  const warning = form.dataset.warn;
  if (warning && !form.asked && by?.matches('.danger')) {
    const count = document.querySelectorAll('#gallery input[name=id]:checked').length;
    if (form.id !== 'selected' || count > 1 || !warning.includes('trash')) {
      event.preventDefault();
      form.asked = await ask(warning.replace('{0} pictures', counted(count)));
      if (form.asked) form.requestSubmit(by);
      form.asked = false;
      return;
    }
  }
  if (!form.closest('#viewer, #selected, #undo') || form.matches('[data-plain]') || by?.matches('[data-plain]')) return;
  event.preventDefault();
  send(form, by);
});

const saved = JSON.parse(sessionStorage.getItem('undo') ?? 'null');
if (!toast.hidden) {
  offerUndo(toast.getAttribute('action').split('/')[2]);
  const here = new URL(location);
  here.searchParams.delete('deleted');
  history.replaceState(history.state, '', here);
} else if (saved?.[1] > Date.now()) {
  offerUndo(...saved);
}
