/** What pages of the console need besides htmx: relative times, copying, and codes of links. */
import { showTimes } from './times.js';

showTimes(document);
showPlots();
setInterval(() => showTimes(document), 1000);
document.addEventListener('htmx:after:swap', () => {
  showTimes(document);
  showPlots();
});

/** Most pages have none. */
async function showPlots() {
  if (document.querySelector('[data-plot]') === null) return;
  const { drawPlots } = await import('./plots.js');
  await drawPlots(document);
}

document.addEventListener('click', async (event) => {
  const button = event.target.closest?.('[data-copy]');
  if (button === null || button === undefined) return;
  await navigator.clipboard.writeText(button.dataset.copy);
  button.classList.add('done');
});

for (const button of document.querySelectorAll('[data-print]')) {
  button.hidden = false;
  button.addEventListener('click', () => print());
}

// The code of a link stands behind the "#", which browsers send to nobody, and leaves the address before anyone reads it.
const code = document.querySelector('input[data-from-link]');
if (code !== null && location.hash.length > 1) {
  code.value = location.hash.slice(1);
  history.replaceState(null, '', location.pathname);
}
