// Every page works without these modules. With them nothing needs another page: pictures open, change and go where they are.
const has = id => document.getElementById(id);
// A shared page is for anybody, and has nothing to change.
const names = has('undo') ? ['forms', 'live', 'albums', 'keyboard'] : [];
if (has('queue')) names.push('drop');
if (names.length && has('gallery')) names.push('gallery', 'selection');
if (has('gallery') || has('viewer')) names.push('viewer');
if (has('captioning')) names.push('captioning');
await Promise.all(names.map(name => import(`./${name}.js`)));
document.documentElement.classList.add('ready');
