// A shared link appears where it was asked for: the page stays, and uploads go on.
import { announce } from './announce.js';

addEventListener('submit', async event => {
  const form = event.target;
  if (!form.matches('form[data-share]')) return;
  event.preventDefault();
  const output = form.querySelector('output');
  try {
    const answer = await fetch(form.action, { method: 'POST', headers: { Accept: 'application/json' }, body: new FormData(form) });
    const made = await answer.json();
    if (!answer.ok) throw new Error(made.detail);
    const link = document.createElement('input');
    link.readOnly = true;
    link.ariaLabel = 'The link';
    link.value = new URL(made.path, location.origin);
    output.replaceChildren(link);
    link.select();
    // Only secure contexts have a clipboard; elsewhere the link is selected, to be copied by hand.
    if (navigator.clipboard) await navigator.clipboard.writeText(link.value).catch(() => {});
    announce('The link is made. It is told this once.');
  } catch (error) {
    output.textContent = error.message;
  }
});
