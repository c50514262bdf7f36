/** Draws the numbers of a table as bars over days. */

const script = new URL('./uplot.js', import.meta.url);
let loading;

/** uPlot is no module: it is loaded when a page has a plot. */
function loaded() {
  loading ??= new Promise((resolve, reject) => {
    const element = document.createElement('script');
    element.src = script;
    element.addEventListener('load', () => resolve(globalThis.uPlot));
    element.addEventListener('error', reject);
    document.head.append(element);
  });
  return loading;
}

/** What each plot shows, as text: one that shows the same is not drawn again. */
const shown = new WeakMap();

/** Draws what is new. @param {ParentNode} root */
export async function drawPlots(root) {
  const boxes = [...root.querySelectorAll('[data-plot]')];
  if (boxes.length === 0) return;
  const uPlot = await loaded();
  for (const box of boxes) {
    const data = dataOf(box);
    const text = JSON.stringify(data);
    if (shown.get(box) === text) continue;
    shown.set(box, text);
    box.replaceChildren();
    draw(uPlot, box, data);
  }
}

/** @param {HTMLElement} box @returns the days, in seconds since the epoch, and their values */
function dataOf(box) {
  const rows = [...document.getElementById(box.dataset.plot).querySelectorAll('tbody tr')].reverse();
  const days = rows.map((row) => Date.parse(row.cells[0].textContent) / 1000);
  const values = rows.map((row) => {
    const value = row.cells[Number(box.dataset.column)].querySelector('data')?.value;
    return value === undefined ? null : Number(value);
  });
  return [days, values];
}

/** @param {HTMLElement} box */
function draw(uPlot, box, [days, values]) {
  const color = (name) => getComputedStyle(box).getPropertyValue(name).trim();
  const axis = {
    stroke: color('--text-quiet'),
    font: '11px system-ui, sans-serif',
    grid: { stroke: color('--line'), width: 1 },
    ticks: { show: false },
  };
  const most = Math.max(1, ...values.map((value) => value ?? 0));
  new uPlot(
    {
      width: box.clientWidth,
      height: box.clientHeight,
      padding: [8, 8, 0, 0],
      legend: { show: false },
      cursor: { show: false },
      tzDate: (seconds) => uPlot.tzDate(new Date(seconds * 1000), 'Etc/UTC'),
      scales: { y: { range: [0, most * 1.15] } },
      axes: [
        {
          ...axis,
          size: 24,
          gap: 4,
          space: 60,
          values: (_plot, ticks) => ticks.map(dayOf),
          incrs: [86_400, 7 * 86_400],
        },
        { ...axis, size: 52, gap: 6, values: (_plot, ticks) => ticks.map((value) => value.toLocaleString('en-US')) },
      ],
      series: [
        {},
        { fill: color('--accent'), width: 0, points: { show: false }, paths: uPlot.paths.bars({ size: [0.8, 24] }) },
      ],
    },
    [days, values],
    box,
  );
}

/** `Nov 23` */
function dayOf(seconds) {
  return new Date(seconds * 1000).toLocaleDateString('en-US', { day: 'numeric', month: 'short', timeZone: 'UTC' });
}

/** With other colors, or another width. */
function drawAgain() {
  for (const box of document.querySelectorAll('[data-plot]')) shown.delete(box);
  drawPlots(document);
}

matchMedia('(prefers-color-scheme: dark)').addEventListener('change', drawAgain);
// Several events of one frame draw once.
let isDue = false;
addEventListener('resize', () => {
  if (isDue) return;
  isDue = true;
  requestAnimationFrame(() => {
    isDue = false;
    drawAgain();
  });
});
