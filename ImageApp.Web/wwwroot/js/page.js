// Every page works without these modules. With them nothing needs another page: pictures open, change and go where they are.
const has = id => document.getElementById(id);
// A shared page is for anybody, and has nothing to change.
const names = has('undo') ? ['forms', 'live', 'albums', 'keyboard'] : [];
if (has('queue')) names.push('drop');
if (names.length && has('gallery')) names.push('gallery', 'selection');
if (has('viewer')) names.push('viewer');
const viewer = !has('viewer') && has('gallery') && openLater();
if (has('captioning')) names.push('captioning');
await Promise.all(names.map(name => import(`./${name}.js`)));
document.documentElement.classList.add('ready');
// Last, and before anybody needs it: a connection that is lost meanwhile must not take it along.
if (has('queue')) import('./upload.js');
if (viewer) (window.requestIdleCallback ?? setTimeout)(viewer);

// The viewer comes when there is nothing else to do, or when a picture is pointed at or opened before that.
function openLater() {
  let module = null;
  let isThere = false;
  const load = () => module ??= import('./viewer.js').then(loaded => {
    isThere = true;
    return loaded;
  }).catch(() => { module = null; });
  for (const sign of ['pointerover', 'focusin']) has('gallery').addEventListener(sign, load, { once: true });
  addEventListener('click', async event => {
    const link = event.target.closest('#gallery li > a[href^="/images/"]');
    if (isThere || !link || event.defaultPrevented || event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
    event.preventDefault();
    const viewer = await load();
    if (viewer) viewer.open(link);
    else location.assign(link.href);
  });
  addEventListener('popstate', async () => {
    if (!isThere && location.pathname.startsWith('/images/')) (await load())?.open({ href: location.href }, false);
  });
  return load;
}
