// Says things to people who do not see the page; several at once become one sentence.
const region = document.getElementById('announce');
let pending = [];
let timer = 0;

export function announce(text) {
  pending.push(text);
  clearTimeout(timer);
  timer = setTimeout(() => {
    region.textContent = pending.length > 3 ? `${pending.length} changes. ${pending.at(-1)}` : pending.join('. ');
    pending = [];
  }, 500);
}
