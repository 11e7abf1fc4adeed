// A shared link, and that an album has a picture more, appear where they were asked for: the page stays, and uploads go on.
import { announce } from './announce.js';
import { say } from './forms.js';

function show(output, made) {
  const link = document.createElement('input');
  link.readOnly = true;
  link.ariaLabel = 'The link';
  link.value = new URL(made.path, location.origin);
  output.replaceChildren(link);
  link.select();
  // Only secure contexts have a clipboard; elsewhere the link is selected, to be copied by hand.
  navigator.clipboard?.writeText(link.value).catch(() => {});
  announce('The link is made. It is told this once.');
}

addEventListener('submit', async event => {
  const { target: form, submitter } = event;
  const output = form.matches('[data-share]') && form.querySelector('output');
  if (!output && !submitter?.matches('[formaction="/albums/add"]')) return;
  event.preventDefault();
  try {
    const answer = await fetch(output ? '/shares' : '/albums/add', {
      method: 'POST', headers: { Accept: 'application/json' }, body: new FormData(form),
    });
    const made = await answer.json();
    if (!answer.ok) say(made.detail);
    else if (output) show(output, made);
    else say(`Added to ${made.title}`);
  } catch {
    say('The connection was lost. Please try again.');
  }
});
