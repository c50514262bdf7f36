/** The page while it is open: applies updates from the agent, keeps times current, sends what is pressed. */
import { showPlot } from './plot.js';
import { addLines, filterSchools, showHints } from './tables.js';
import { showTimes } from './times.js';

const { token } = document.body.dataset;
const silence = document.getElementById('silence');
const announcement = document.getElementById('announcement');
/** Id of each part to the HTML it shows. */
const shown = new Map();

function showBlock({ id, html }) {
  if (shown.get(id) === html) return;
  shown.set(id, html);
  if (id === 'plot') {
    showPlot(JSON.parse(html));
    return;
  }
  const element = document.getElementById(id);
  const before = id === 'verdict' ? element.firstElementChild.dataset.say : '';
  // Keeps the focus on a button that was just pressed when its part is redrawn.
  const focused = element.contains(document.activeElement) ? document.activeElement.id : '';
  element.innerHTML = html;
  showTimes(element);
  if (focused !== '') document.getElementById(focused)?.focus({ preventScroll: true });
  if (id === 'bucket-rows') filterSchools();
  if (element.closest('.scroller') !== null) showHints();
  if (id === 'verdict') announceVerdict(element.firstElementChild, before);
}

function announceVerdict({ dataset }, before) {
  document.title = `${dataset.word} – Hallpass agent`;
  if (dataset.say !== before) announcement.textContent = dataset.say;
}

const events = new EventSource('/events');
events.addEventListener('hello', ({ data }) => {
  // The agent was restarted: its page may differ, and it accepts no actions from this one.
  if (data !== token) location.reload();
  heard();
});
events.addEventListener('block', ({ data }) => showBlock(JSON.parse(data)));
events.addEventListener('log', ({ data }) => {
  const { html, whole } = JSON.parse(data);
  addLines(html, whole);
  showTimes(document.getElementById('log'));
});
events.addEventListener('error', lost);

function heard() {
  silence.hidden = true;
  document.body.classList.remove('is-stale');
}

function lost() {
  if (!silence.hidden) return;
  const time = new Date().toTimeString().slice(0, 5);
  silence.textContent = `The agent has not answered since ${time}: it was stopped or is restarting. This page shows what it was then. If this continues, start its service.`;
  silence.hidden = false;
  document.body.classList.add('is-stale');
  document.title = 'No answer – Hallpass agent';
}

document.addEventListener('submit', async (event) => {
  const form = event.target;
  if ('plain' in form.dataset) return;
  event.preventDefault();
  const button = event.submitter;
  button?.setAttribute('aria-busy', 'true');
  try {
    const answer = await fetch(form.action, { method: 'POST', body: new URLSearchParams(new FormData(form)) });
    if (!answer.ok) announcement.textContent = await answer.text();
    else announcement.textContent = `${button?.textContent ?? 'Done'}: done.`;
  } catch {
    lost();
  } finally {
    button?.removeAttribute('aria-busy');
  }
});

showTimes(document);
filterSchools();
setInterval(() => showTimes(document), 1000);
