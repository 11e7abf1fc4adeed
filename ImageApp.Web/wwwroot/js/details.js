// One picture: arrow keys and swipes lead to its neighbours; caption and link can be copied.
import { announce } from './announce.js';

const details = document.getElementById('details');
const go = id => document.getElementById(id)?.click();

addEventListener('keydown', event => {
  if (event.altKey || event.ctrlKey || event.metaKey || event.target.closest?.('input, textarea')) return;
  if (event.key === 'ArrowLeft') go('newer');
  if (event.key === 'ArrowRight') go('older-one');
  if (event.key === 'Escape') {
    // Else the browser stops the very page that is asked for.
    event.preventDefault();
    details.querySelector('[rel=up]').click();
  }
});

let from = null;
details.addEventListener('touchstart', event => { from = event.touches.length === 1 ? event.touches[0] : null; }, { passive: true });
details.addEventListener('touchend', event => {
  if (!from) return;
  const [to] = event.changedTouches;
  const x = to.clientX - from.clientX;
  if (Math.abs(x) > 60 && Math.abs(x) > 2 * Math.abs(to.clientY - from.clientY)) go(x > 0 ? 'newer' : 'older-one');
  from = null;
}, { passive: true });

details.addEventListener('click', async event => {
  const button = event.target.closest('button');
  if (button?.id === 'copy') {
    await navigator.clipboard.writeText(document.getElementById('caption').textContent);
    announce('The caption was copied');
    button.textContent = 'Copied';
  }
  if (button?.id === 'share') {
    const link = location.origin + location.pathname;
    if (navigator.share) {
      await navigator.share({ url: link }).catch(() => {});
    } else {
      await navigator.clipboard.writeText(link);
      announce('The link was copied');
      button.textContent = 'Link copied';
    }
  }
});
