// Uploads straight to the bucket: drop, paste or choose; three at a time; each can be cancelled, and tried again after a lost connection.
import { announce } from './announce.js';

const MAX_AT_ONCE = 200;
const PARALLEL = 3;
const form = document.getElementById('upload');
const input = document.getElementById('file');
const list = document.getElementById('queue-list');
const panel = document.getElementById('queue');
const total = document.getElementById('queue-progress');
const summary = document.getElementById('queue-text');
const sniffLength = Number(form.dataset.sniffLength);
const queue = [];
const seen = new Set();
let running = 0;

class Upload {
  constructor(file) {
    this.file = file;
    this.sent = 0;
    this.state = 'waiting';
    this.item = document.createElement('li');
    this.name = document.createElement('span');
    this.name.textContent = file.name;
    this.progress = document.createElement('progress');
    this.progress.max = 1;
    this.progress.value = 0;
    this.progress.setAttribute('aria-label', file.name);
    this.text = document.createElement('span');
    this.text.className = 'state';
    this.button = document.createElement('button');
    this.button.type = 'button';
    this.button.addEventListener('click', () => this.pressed());
    this.item.append(this.name, this.progress, this.text, this.button);
    list.append(this.item);
    this.show('waiting', 'Waiting');
  }

  show(state, text) {
    this.state = state;
    this.item.className = state;
    this.text.textContent = text;
    const label = { waiting: 'Cancel', sending: 'Cancel', lost: 'Try again' }[state];
    this.button.hidden = !label;
    this.button.textContent = label ?? '';
    this.button.setAttribute('aria-label', `${label} ${this.file.name}`);
    this.progress.hidden = state !== 'sending';
    update();
  }

  pressed() {
    if (this.state === 'lost') {
      this.show('waiting', 'Waiting');
      pump();
    } else {
      this.show('cancelled', 'Cancelled');
      this.request?.abort();
      if (this.id) fetch(`/api/images/${this.id}`, { method: 'DELETE' });
    }
  }

  async run() {
    this.show('sending', 'Sending');
    let start;
    try {
      start = await startOf(this.file);
    } catch {
      if (this.state === 'sending') this.refuse('The file cannot be read. It may have been moved or changed.');
      return;
    }
    try {
      const answer = await fetch('/api/uploads', {
        method: 'POST',
        headers: { 'Content-Type': 'application/json' },
        body: JSON.stringify({ fileName: this.file.name, contentType: this.file.type, sizeBytes: this.file.size, start }),
      });
      if (this.state !== 'sending') return;
      if (!answer.ok) {
        const problem = await answer.json().catch(() => ({}));
        if (answer.status < 500) return this.refuse(problem.detail ?? `The server answered ${answer.status}.`);
        return this.lose(problem.detail ?? 'The server has a problem.');
      }
      const grant = await answer.json();
      this.id = grant.id;
      await this.put(grant);
      if (this.state === 'sending') this.show('done', 'Sent');
    } catch {
      if (this.state === 'sending') this.lose('The connection was lost.');
    }
  }

  put(grant) {
    return new Promise((resolve, reject) => {
      const request = new XMLHttpRequest();
      this.request = request;
      request.open(grant.method, grant.url);
      for (const [name, value] of Object.entries(grant.headers)) request.setRequestHeader(name, value);
      request.upload.addEventListener('progress', event => {
        this.sent = event.loaded;
        this.progress.value = event.loaded / Math.max(1, event.total);
        update();
      });
      request.addEventListener('load', () => (request.status === 200 ? resolve() : reject(new Error(`${request.status}`))));
      request.addEventListener('error', () => reject(new Error('lost')));
      request.addEventListener('abort', () => resolve());
      request.send(this.file);
    });
  }

  lose(text) {
    this.show('lost', text);
    announce(`${this.file.name}: ${text}`);
  }

  refuse(text) {
    this.show('refused', text);
    announce(`${this.file.name}: ${text}`);
  }
}

function update() {
  if (queue.length === 0) return;
  const taken = queue.filter(upload => upload.state !== 'refused' && upload.state !== 'cancelled');
  const bytes = taken.reduce((sum, upload) => sum + upload.file.size, 0);
  const sentOf = upload => (upload.state === 'done' ? upload.file.size : Math.min(upload.sent, upload.file.size));
  const sent = taken.reduce((sum, upload) => sum + sentOf(upload), 0);
  const done = taken.filter(upload => upload.state === 'done').length;
  const text = `${done} of ${taken.length} sent`;
  total.value = bytes === 0 ? 0 : sent / bytes;
  if (summary.textContent !== text) {
    summary.textContent = text;
    if (done === taken.length && done > 0) announce(`All ${done} files are sent`);
  }
}

function pump() {
  while (running < PARALLEL) {
    const next = queue.find(upload => upload.state === 'waiting');
    if (!next) return;
    running++;
    next.run().finally(() => {
      running--;
      pump();
    });
  }
}

// The content tells the format, not the name or what the system makes of it: the server looks at the first bytes, as base64.
async function startOf(file) {
  const bytes = new Uint8Array(await file.slice(0, sniffLength).arrayBuffer());
  return btoa(String.fromCharCode(...bytes));
}

function problemOf(file) {
  if (file.size === 0) return 'The file is empty.';
  const key = `${file.name}/${file.size}/${file.lastModified}`;
  if (seen.has(key)) return 'This file was chosen already.';
  seen.add(key);
  return null;
}

function note(text) {
  const item = document.createElement('li');
  item.className = 'refused';
  item.textContent = text;
  list.append(item);
  announce(text);
}

export function add(files, folders = 0) {
  panel.hidden = false;
  if (folders > 0) note('Folders cannot be uploaded. Open the folder and choose the pictures in it.');
  if (files.length > MAX_AT_ONCE) {
    note(`${files.length} files are too many at once: the first ${MAX_AT_ONCE} are taken. Add the others afterwards.`);
  }
  for (const file of files.slice(0, MAX_AT_ONCE)) {
    const upload = new Upload(file);
    queue.push(upload);
    const problem = problemOf(file);
    if (problem) upload.refuse(problem);
  }
  update();
  pump();
}

form.addEventListener('submit', event => {
  event.preventDefault();
  add([...input.files]);
  form.reset();
});
function take() {
  if (input.files.length === 0) return;
  add([...input.files]);
  form.reset();
}
input.addEventListener('change', take);
take(); // files chosen before this module was there
addEventListener('paste', event => {
  const files = [...(event.clipboardData?.files ?? [])];
  if (files.length > 0) add(files);
});

let depth = 0;
const isFiles = event => event.dataTransfer?.types.includes('Files');
addEventListener('dragenter', event => { if (isFiles(event)) document.body.classList.toggle('dropping', ++depth > 0); });
addEventListener('dragleave', event => { if (isFiles(event)) document.body.classList.toggle('dropping', --depth > 0); });
addEventListener('dragover', event => { if (isFiles(event)) event.preventDefault(); });
addEventListener('drop', event => {
  if (!isFiles(event)) return;
  event.preventDefault();
  depth = 0;
  document.body.classList.remove('dropping');
  const items = [...event.dataTransfer.items].filter(item => item.kind === 'file');
  const folders = items.filter(item => item.webkitGetAsEntry?.()?.isDirectory);
  add(items.filter(item => !folders.includes(item)).map(item => item.getAsFile()).filter(Boolean), folders.length);
});
addEventListener('beforeunload', event => {
  if (queue.some(upload => upload.state === 'sending' || upload.state === 'waiting')) event.preventDefault();
});
document.getElementById('queue-clear').addEventListener('click', () => {
  for (const upload of [...queue]) {
    if (upload.state === 'sending' || upload.state === 'waiting') continue;
    upload.item.remove();
    queue.splice(queue.indexOf(upload), 1);
  }
  list.querySelectorAll('li.refused').forEach(item => item.remove());
  panel.hidden = queue.length === 0;
});
