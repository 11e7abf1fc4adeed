// Every page works without these modules. With them, uploads show their progress and pictures appear and change by themselves.
const root = document.documentElement;

const modules = [import('./live.js')];
if (document.getElementById('gallery')) modules.push(import('./upload.js'), import('./gallery.js'));
if (document.getElementById('captioning')) modules.push(import('./captioning.js'));
if (document.getElementById('details')) modules.push(import('./details.js'));
await Promise.all(modules);
root.classList.add('ready');
