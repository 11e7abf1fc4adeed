// While captions pause or are written again, the notice says how far they are.
let notice = document.getElementById('captioning');

async function refresh() {
  const answer = await fetch('/captioning/notice').catch(() => null);
  if (answer?.ok) {
    const fresh = new DOMParser().parseFromString(await answer.text(), 'text/html').getElementById('captioning');
    // A button that has the focus is not taken away.
    if (fresh && !notice.contains(document.activeElement)) {
      notice.replaceWith(fresh);
      notice = fresh;
    }
  }
  schedule();
}

function schedule() {
  if (notice.dataset.live) setTimeout(refresh, document.hidden ? 30000 : 3000);
}

schedule();
