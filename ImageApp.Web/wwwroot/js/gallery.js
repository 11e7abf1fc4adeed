// The grid: older pictures come by themselves, the months say where one is, and captions stand below where a person wants them.
const at = id => document.getElementById(id);
const gallery = at('gallery');
const months = at('months');
const here = location.href;
const barHeight = 90;

// A day is as wide as its pictures: small days stand beside each other.
export function measure(section) {
  const items = [...section.querySelectorAll('li')];
  const sum = items.reduce((all, item) => all + Number(item.style.getPropertyValue('--r')), 0);
  section.style.setProperty('--s', Math.max(1, sum));
  section.style.setProperty('--n', items.length - 1);
  section.classList.toggle('few', sum < 1);
}

// The last row waits for its other pictures: what is seen never moves.
export function tail() {
  gallery.querySelectorAll('.tail').forEach(item => item.classList.remove('tail'));
  const items = gallery.lastElementChild?.querySelectorAll('li');
  if (!at('older') || !items?.length) return;
  const top = item => item.getBoundingClientRect().top;
  const last = top(items[items.length - 1]);
  const isOneRow = top(items[0]) === last;
  const hidden = isOneRow ? [...gallery.children].filter(section => section.offsetTop === gallery.lastElementChild.offsetTop)
    : [...items].filter(item => Math.abs(top(item) - last) < 1);
  if (hidden.length < gallery.childElementCount || !isOneRow) hidden.forEach(item => item.classList.add('tail'));
}

// Pages on their way, and those that came: a tile that was asked for before is older than they, and one that is told of meanwhile newer.
export let reading = 0;
export let came = 0;

async function read(address) {
  reading++;
  try {
    const answer = await fetch(address);
    if (!answer.ok) throw new Error(`${answer.status}`);
    return new DOMParser().parseFromString(await answer.text(), 'text/html');
  } finally {
    reading--;
    came++;
  }
}

function take(page) {
  at('older')?.remove();
  for (const section of page.querySelectorAll('#gallery > section')) {
    section.querySelectorAll('li').forEach(item => at(item.id) && item.remove());
    const day = gallery.querySelector(`section[data-day="${section.dataset.day}"]`);
    if (day) {
      day.querySelector('ul').append(...section.querySelectorAll('li'));
      measure(day);
    } else if (section.querySelector('li')) {
      gallery.append(document.adoptNode(section));
    }
  }
  const next = page.getElementById('older');
  if (next) {
    gallery.after(document.adoptNode(next));
    observer.observe(next);
  }
  tail();
}

// Everything anew: where changes were too many to be told one by one, or where the order is a person's.
export async function reload(page) {
  page ??= await read(here);
  if (!page.getElementById('gallery')) return location.assign(here);
  gallery.replaceChildren();
  for (const part of ['count', 'trash-text']) if (at(part) && page.getElementById(part)) at(part).replaceWith(page.getElementById(part));
  take(page);
}

const observer = new IntersectionObserver(async entries => {
  const link = at('older');
  if (!link || !entries.some(entry => entry.isIntersecting)) return;
  observer.unobserve(link);
  try {
    const page = await read(link.href);
    // Not behind another beginning than the one that it was asked for.
    if (link.isConnected) take(page);
  } catch {
    // The link still works; looking at it again tries again.
    setTimeout(() => observer.observe(link), 3000);
  }
}, { rootMargin: '1200px' });

if (at('older')) observer.observe(at('older'));
tail();
addEventListener('resize', tail);

document.addEventListener('sent', ({ detail }) => {
  if (detail.form.id !== 'selected' || detail.problem) return;
  if (gallery.dataset.after === undefined) reload(detail.page);
});

at('captions')?.addEventListener('click', event => {
  event.preventDefault();
  const isBelow = gallery.classList.toggle('below');
  event.currentTarget.setAttribute('aria-current', isBelow);
  document.cookie = `captions=${isBelow ? 'below' : 'over'};path=/;max-age=31536000;samesite=lax`;
  tail();
});

if (months) {
  let planned = 0;
  const mark = () => {
    planned = 0;
    const section = [...gallery.children].find(one => one.getBoundingClientRect().bottom > barHeight);
    const link = section && months.querySelector(`[data-month="${section.dataset.day.slice(0, 7)}"]`);
    if (!link || link.ariaCurrent) return;
    months.querySelector('[aria-current]')?.removeAttribute('aria-current');
    link.setAttribute('aria-current', 'true');
    months.scrollTop = link.offsetTop - months.clientHeight / 2;
  };
  let moving = 0;
  addEventListener('scroll', () => {
    planned ||= requestAnimationFrame(mark);
    // On a telephone they are there while the pictures move.
    months.classList.add('moving');
    clearTimeout(moving);
    moving = setTimeout(() => months.classList.remove('moving'), 2000);
  }, { passive: true });
  mark();
  months.addEventListener('click', event => {
    const month = event.target.closest('a')?.dataset.month;
    const section = month && gallery.querySelector(`section[data-day^="${month}"]:not(.tail)`);
    if (!section) return;
    event.preventDefault();
    section.scrollIntoView();
  });
}
