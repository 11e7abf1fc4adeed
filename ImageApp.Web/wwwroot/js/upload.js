// The tray: three files at a time, straight to the bucket or through the application.
import { announce } from './announce.js';

const MAX_AT_ONCE = 1000;
const PARALLEL = 3;
const THUMBNAILS = 24;
const BLANK = 'data:image/gif;base64,R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7';
const at = id => document.getElementById(id);
const [panel, list, total, summary, retryAll] = ['queue', 'queue-list', 'queue-progress', 'queue-text', 'queue-retry'].map(at);
const labels = { waiting: 'Cancel', sending: 'Cancel', lost: 'Try again', cancelled: 'Try again', here: 'Add anyway' };
const queue = [];
const pictured = [];
let samples = [];
let running = 0;
let route = null;
let wait = 1000;
let resuming = 0;
let painting = 0;
let held = 0;

const is = (...states) => upload => states.includes(upload.state);
const isOpen = is('waiting', 'sending');
const files = count => (count === 1 ? 'One file' : `${count} files`);
const names = all => all.slice(0, 5).join(', ') + (all.length > 5 ? ' …' : '');
const base64 = bytes => btoa(String.fromCharCode(...new Uint8Array(bytes)));

export function note(text) {
  const item = document.createElement('li');
  item.className = 'refused';
  item.textContent = text;
  list.prepend(item);
  panel.hidden = false;
  announce(text);
  return item;
}

function open({ method, url, headers }) {
  const request = new XMLHttpRequest();
  request.open(method, url);
  for (const header of Object.entries(headers)) request.setRequestHeader(...header);
  return request;
}

class Upload {
  sent = 0;

  constructor(file) {
    this.file = file;
    this.key = `${file.name}/${file.size}/${file.lastModified}`;
    this.item = document.createElement('li');
    this.item.innerHTML = '<img alt="" loading="lazy"><p><a></a> <span></span><progress></progress></p><button type="button"></button>';
    [this.image, this.name, this.text, this.progress, this.button] = this.item.querySelectorAll('img, a, span, progress, button');
    this.name.textContent = this.progress.ariaLabel = file.name;
    this.button.onclick = () => this.pressed();
    this.image.onerror = () => { this.image.src = BLANK; };
    this.image.src = BLANK;
    list.append(this.item);
    this.show('waiting', 'Waiting');
  }

  show(state, text) {
    this.state = state;
    this.item.className = state;
    this.text.textContent = text;
    if (this.id && is('done', 'here')(this)) this.name.href = `/images/${this.id}`;
    const label = labels[state];
    this.button.hidden = !label;
    this.button.textContent = label;
    this.button.ariaLabel = `${label} ${this.file.name}`;
    this.progress.hidden = state !== 'sending';
    paint();
  }

  // What did not go well comes first.
  fail(state, text) {
    this.show(state, text);
    if (!this.item.contains(document.activeElement)) list.prepend(this.item);
    announce(`${this.file.name}: ${text}`);
  }

  pressed() {
    if (isOpen(this)) {
      this.show('cancelled', 'Cancelled');
      this.request?.abort();
      if (this.id) fetch(`/api/images/${this.id}`, { method: 'DELETE' });
      this.id = null;
    } else {
      this.again ||= this.state === 'here';
      this.wake();
      pump();
    }
  }

  wake() {
    this.sent = 0;
    this.show('waiting', 'Waiting');
  }

  draw() {
    if (this.image.src !== BLANK) return;
    this.image.src = URL.createObjectURL(this.file);
    if (pictured.push(this) <= THUMBNAILS) return;
    const { image, state, id } = pictured.shift();
    URL.revokeObjectURL(image.src);
    image.src = state === 'done' ? `/images/${id}/thumbnail` : BLANK;
  }

  async run() {
    this.show('sending', 'Sending');
    let hash;
    try {
      this.start = base64(await this.file.slice(0, panel.dataset.sniffLength).arrayBuffer());
      // Only secure contexts have it; elsewhere the server compares what comes through it.
      hash = await crypto.subtle?.digest('SHA-256', await this.file.arrayBuffer());
    } catch {
      if (isOpen(this)) this.fail('refused', 'The file cannot be read. It may have been moved or changed.');
      return;
    }
    this.hash = hash && base64(hash);
    try {
      if (!this.again && await this.isTwin()) return;
      route ??= findRoute();
      const isDirect = await route;
      if (!isOpen(this)) return;
      this.draw();
      await (isDirect ? this.toBucket() : this.toApplication());
    } catch {
      if (isOpen(this)) this.lose('The connection was lost.');
    }
  }

  async isTwin() {
    const same = this.hash ? 'hash' : 'key';
    const twin = queue.find(other => other !== this && is('sending', 'done')(other) && other[same] === this[same]);
    if (!twin || (twin.state === 'done' && !(await fetch(`/api/images/${twin.id}`)).ok)) return false;
    if (isOpen(this)) this.here(twin.id, `The same picture as ${twin.file.name}.`);
    return true;
  }

  here(id, text) {
    this.id = id;
    this.fail('here', text);
  }

  async toBucket() {
    const { file: { name, type, size }, start, hash, again } = this;
    const answer = await fetch('/api/uploads', {
      method: 'POST',
      headers: { Accept: 'application/json', 'Content-Type': 'application/json' },
      body: JSON.stringify({ fileName: name, contentType: type, sizeBytes: size, start, sha256: hash, again }),
    });
    const grant = await answer.json().catch(() => ({}));
    if (!isOpen(this)) return;
    if (!answer.ok) return this.refused(answer.status, grant);
    this.id = grant.id;
    const { status } = await this.send(grant, this.file);
    if (!isOpen(this)) return;
    // A grant is good once: refused a second time, the file is there by an answer that was lost.
    if (status === 200 || status === 412) this.done();
    else this.fail('lost', `The storage answered ${status}.`);
  }

  async toApplication() {
    const form = new FormData();
    form.append('file', this.file);
    const headers = { Accept: 'application/json' };
    const request = await this.send({ method: 'POST', url: `/api/images?unique=${!this.again}`, headers }, form);
    if (!isOpen(this)) return;
    const answer = JSON.parse(request.responseText || '{}');
    if (request.status !== 201) return this.refused(request.status, answer);
    this.id = answer.images[0].id;
    this.done();
  }

  done() {
    wait = 1000;
    this.show('done', 'Sent');
  }

  refused(status, { id, detail = `The server answered ${status}.`, retryAfter = 5 }) {
    if (status === 429) return this.hold(retryAfter);
    // Its name stands above.
    const named = `'${this.file.name}' `;
    if (detail.startsWith(named)) detail = detail[named.length].toUpperCase() + detail.slice(named.length + 1);
    if (status === 409 && id) this.here(id, detail);
    else if (status >= 500) this.lose(detail);
    else if (this.file.folder && status === 415) leaveOut(this);
    else this.fail('refused', detail);
  }

  // Too fast for the server: all of them wait, and go on by themselves.
  hold(seconds) {
    this.show('waiting', 'Waiting');
    held ||= setTimeout(() => {
      held = 0;
      pump();
    }, seconds * 1000);
  }

  send(grant, body) {
    return new Promise((resolve, reject) => {
      const request = this.request = open(grant);
      request.upload.onprogress = ({ loaded, total: all }) => {
        this.progress.value = loaded / all;
        this.sent = this.file.size * loaded / all;
        paint();
      };
      request.onload = request.onabort = () => resolve(request);
      request.onerror = reject;
      request.send(body);
    });
  }

  lose(text) {
    route = null;
    this.fail('lost', text);
    resumeLater();
  }
}

// A presigned PUT that is not valid: its body is sent only where the bucket's rules allow this page's address.
async function findRoute() {
  const { method, url, headers } = await (await fetch('/api/uploads/probe')).json();
  return new Promise(resolve => {
    const request = open({ method, url, headers });
    request.upload.onload = () => resolve(true);
    request.onloadend = () => resolve(request.status > 0);
    request.send('x');
  });
}

function resumeLater() {
  resuming ||= setTimeout(async () => {
    wait = Math.min(wait * 2, 60_000);
    const { ok } = await fetch('/alive').catch(() => ({}));
    resuming = 0;
    if (ok) resume();
    else resumeLater();
  }, wait);
}

function resume() {
  queue.filter(is('lost')).forEach(upload => upload.wake());
  pump();
}

function pump() {
  while (running < PARALLEL && !held) {
    const next = queue.find(is('waiting'));
    if (!next) return;
    running++;
    next.run().finally(() => {
      running--;
      pump();
    });
  }
}

// Nobody chose a folder's other files one by one: they are named together.
let others = [];
let othersNote;
function leaveOut(upload) {
  remove(upload);
  others.push(upload.file.name);
  othersNote?.remove();
  othersNote = note(`${files(others.length)} in the folder left out, being no picture: ${names(others)}`);
}

function remove(upload) {
  queue.splice(queue.indexOf(upload), 1);
  upload.item.remove();
  paint();
}

const bytes = (uploads, of) => uploads.reduce((sum, upload) => sum + of(upload), 0);
const speedText = speed => (speed < 1e6 ? `${Math.ceil(speed / 1000)} kB/s` : `${(speed / 1e6).toFixed(speed < 1e7)} MB/s`);
const timeText = time => (time < 90 ? `${Math.ceil(time)} s left` : `${Math.round(time / 60)} min left`);

function paint() {
  painting ||= setTimeout(() => {
    painting = 0;
    const taken = queue.filter(is('waiting', 'sending', 'done', 'lost'));
    const done = taken.filter(is('done')).length;
    const failed = queue.filter(is('lost', 'refused')).length;
    const all = bytes(taken, upload => upload.file.size);
    const sent = bytes(taken, upload => (upload.state === 'done' ? upload.file.size : upload.sent));
    const now = performance.now();
    samples = [...samples.filter(sample => now - sample.now < 5000), { now, sent }];
    const time = now - samples[0].now;
    const speed = (sent - samples[0].sent) / time * 1000;
    const isBusy = queue.some(isOpen);
    const here = queue.filter(is('here')).length;
    const text = [
      taken.length && `${done} of ${taken.length}${isBusy ? '' : ' sent'}`,
      isBusy && time > 500 && speed > 0 && `${speedText(speed)}, ${timeText((all - sent) / speed)}`,
      here && `${here} already here`,
      failed && `${failed} failed`,
    ].filter(Boolean).join(', ');
    panel.toggleAttribute('data-busy', isBusy);
    if (!isBusy && done && summary.textContent !== text) announce(text);
    if (queue.length) summary.textContent = text;
    total.value = all && sent / all;
    retryAll.hidden = !queue.some(is('lost'));
  }, 100);
}

export function add(chosen) {
  if (chosen.length) panel.hidden = false;
  if (chosen.length > MAX_AT_ONCE) {
    note(`${files(chosen.length)} are too many at once: the first ${MAX_AT_ONCE} are taken. Add the others afterwards.`);
  }
  for (const file of chosen.slice(0, MAX_AT_ONCE)) {
    file.folder ||= file.webkitRelativePath;
    const upload = new Upload(file);
    const isQueued = queue.some(other => isOpen(other) && other.key === upload.key);
    queue.push(upload);
    if (isQueued) upload.fail('refused', 'This file was chosen already.');
    else if (!file.size) upload.refused(file.folder ? 415 : 400, { detail: 'The file is empty.' });
  }
  pump();
}

retryAll.onclick = resume;
addEventListener('online', resume);
at('queue-clear').onclick = () => {
  queue.filter(upload => !isOpen(upload)).forEach(remove);
  list.querySelectorAll('li:not(:has(button))').forEach(item => item.remove());
  others = [];
  panel.hidden = !queue.length;
};

// Who leaves nevertheless is told on the next page what was not sent.
const LEFT = 'not-sent';
addEventListener('beforeunload', event => queue.some(isOpen) && event.preventDefault());
addEventListener('pagehide', () => {
  const open = queue.filter(is('waiting', 'sending', 'lost')).map(upload => upload.file.name);
  if (open.length) sessionStorage.setItem(LEFT, JSON.stringify(open));
});
addEventListener('pageshow', () => sessionStorage.removeItem(LEFT));

export function tellLeft(left) {
  summary.textContent = 'Not everything was sent';
  note(`${files(left.length)} not sent, since the page was left: ${names(left)}. Choose them again.`);
}
