// Every page works without these modules. With them, uploads show their progress and pictures appear and change by themselves.
document.documentElement.classList.add('script');

import('./live.js');
if (document.getElementById('gallery')) {
  import('./upload.js');
  import('./gallery.js');
}
if (document.getElementById('details')) import('./details.js');
