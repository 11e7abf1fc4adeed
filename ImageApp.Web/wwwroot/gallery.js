// Without this module the page works all the same; with it, pictures appear and change without a reload.
const gallery = document.getElementById('gallery');

function tile(image) {
  const link = document.createElement('a');
  link.href = `/images/${image.id}`;
  if (image.thumbnailUrl) {
    const picture = document.createElement('img');
    picture.src = image.thumbnailUrl;
    picture.alt = image.caption ?? image.fileName;
    picture.decoding = 'async';
    link.append(picture);
  } else {
    link.append(text('placeholder', image.thumbnailError ? 'No thumbnail' : 'Thumbnail is being made'));
  }
  link.append(text('caption', image.caption ?? (image.captionError ? 'No caption' : 'Caption is being written')));
  return link;
}

function text(className, content) {
  const span = document.createElement('span');
  span.className = className;
  span.textContent = content;
  return span;
}

if (gallery) {
  new EventSource('/api/events').addEventListener('image', event => {
    const image = JSON.parse(event.data);
    let item = gallery.querySelector(`li[data-id="${image.id}"]`);
    if (!item) {
      if (gallery.dataset.firstPage !== 'true') return;
      item = document.createElement('li');
      item.dataset.id = image.id;
      gallery.prepend(item);
    }
    item.replaceChildren(tile(image));
  });
}
