/** Search for a school, filter and pause the log, copy ids, and mark tables that are wider than their window. */

const find = document.getElementById('find');
const onlyOpen = document.getElementById('only-open');
const rows = document.getElementById('bucket-rows');

/** Shows the schools that match the search; called again when rows have changed. */
export function filterSchools() {
  const text = find.value.trim().toLowerCase();
  const open = isPressed(onlyOpen);
  let shown = 0;
  for (const row of rows.querySelectorAll('tr[data-find]')) {
    const matches = row.dataset.find.includes(text) && (!open || 'open' in row.dataset);
    row.hidden = !matches;
    if (matches) shown += 1;
  }
  const empty = shown === 0 && (text !== '' || open);
  document.getElementById('found-none').hidden = !empty;
}

const box = document.getElementById('log-box');
const log = document.getElementById('log');
const hold = document.getElementById('hold-log');
const mostLines = 400;

/** @param {string} html lines @param {boolean} whole true when they replace the present ones */
export function addLines(html, whole) {
  const atEnd = box.scrollHeight - box.scrollTop - box.clientHeight < 8;
  const top = box.scrollTop;
  if (whole) log.innerHTML = html;
  else log.insertAdjacentHTML('beforeend', html);
  while (log.children.length > mostLines) log.firstElementChild.remove();
  afterLines();
  if (isPressed(hold)) box.scrollTop = top;
  else if (whole || atEnd) box.scrollTop = box.scrollHeight;
}

function afterLines() {
  const shown = [...log.children].some((line) => line.getClientRects().length > 0);
  document.getElementById('log-empty').hidden = shown;
}

find.addEventListener('input', filterSchools);
onlyOpen.addEventListener('click', () => {
  press(onlyOpen, !isPressed(onlyOpen));
  filterSchools();
});
hold.addEventListener('click', () => {
  press(hold, !isPressed(hold));
  hold.textContent = isPressed(hold) ? 'Keep scrolling' : 'Pause scrolling';
  if (!isPressed(hold)) box.scrollTop = box.scrollHeight;
});
document.getElementById('levels').addEventListener('click', ({ target }) => {
  const chosen = target.closest('button[data-level]');
  if (chosen === null) return;
  for (const button of chosen.parentElement.querySelectorAll('button')) press(button, button === chosen);
  box.dataset.show = chosen.dataset.level;
  afterLines();
  box.scrollTop = box.scrollHeight;
});
document.addEventListener('click', async ({ target }) => {
  const button = target.closest('button[data-copy]');
  if (button === null) return;
  const done = await navigator.clipboard.writeText(button.dataset.copy).then(
    () => true,
    () => false,
  );
  document.getElementById('announcement').textContent = done ? 'Copied.' : 'Copying is not allowed here.';
  button.classList.toggle('done', done);
  setTimeout(() => button.classList.remove('done'), 1500);
});

const tables = [...document.querySelectorAll('.swipe + .scroller')];
const widths = new ResizeObserver(() => showHints());

/** Shows a hint where a table continues to the side; called again when a table has changed. */
export function showHints() {
  for (const table of tables) table.previousElementSibling.hidden = table.scrollWidth <= table.clientWidth;
}

for (const table of tables) widths.observe(table);

function isPressed(button) {
  return button.getAttribute('aria-pressed') === 'true';
}

function press(button, on) {
  button.setAttribute('aria-pressed', String(on));
}
