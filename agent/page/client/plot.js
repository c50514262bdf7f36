/**
 * The plots of the last day: records sent, with failed cycles, and below them seconds per cycle on the same time axis.
 */

const uPlot = globalThis.uPlot;
const hour = 3600;

const figure = document.getElementById('plots');
let plots = [];
let data;

/** @param {{ times: number[], records: (number|null)[], seconds: (number|null)[], failures: (number|null)[] }} next */
export function showPlot(next) {
  data = next;
  figure.hidden = data.seconds.every((value) => value === null);
  if (figure.hidden) return;
  if (plots.length === 0) build();
  const [records, seconds] = plots;
  records.setData([data.times, data.records]);
  seconds.setData([data.times, data.seconds]);
}

function build() {
  for (const plot of plots) plot.destroy();
  plots = [
    plotIn('plot-records', { name: 'records', least: 10 }),
    plotIn('plot-seconds', { name: 'seconds', least: 1 }),
  ];
}

function plotIn(id, { name, least }) {
  const box = document.getElementById(id);
  const color = (variable) => getComputedStyle(box).getPropertyValue(variable).trim();
  const grid = { stroke: color('--line'), width: 1 };
  const axis = { stroke: color('--text-quiet'), font: '11px system-ui, sans-serif', grid, ticks: { show: false } };
  const options = {
    ...sizeOf(box),
    padding: [8, 18, 0, 0],
    legend: { show: false },
    cursor: { sync: { key: 'day' }, y: false, drag: { x: false, y: false }, points: { show: false } },
    scales: {
      x: { range: (_plot, min, max) => [min, max + 300] },
      // Keeps single changes visible beside a first reading of half a million: linear up to one, then logarithmic.
      y: { distr: 4, asinh: 1, range: (_plot, _min, max) => [0, Math.max(least, (max ?? 0) * 1.2)] },
    },
    axes: [
      {
        ...axis,
        space: 60,
        incrs: [hour, 2 * hour, 3 * hour, 4 * hour, 6 * hour, 12 * hour],
        size: 24,
        gap: 4,
        values: (_plot, ticks) => ticks.map(clock),
      },
      {
        ...axis,
        size: 52,
        gap: 6,
        splits: decades,
        filter: (_plot, ticks) => ticks,
        values: (_plot, ticks) => ticks.map(short),
      },
    ],
    series: [
      {},
      {
        stroke: color(`--plot-${name}`),
        fill: color(`--plot-${name}-fill`),
        width: 0,
        // Bars in both: a line would not show a cycle that has no neighbor.
        paths: uPlot.paths.bars({ size: [0.9, 12, 1], align: 1 }),
        points: { show: false },
        spanGaps: false,
      },
    ],
    hooks: { setCursor: [readOut], draw: name === 'records' ? [(plot) => drawFailures(plot, color('--broken'))] : [] },
  };
  return new uPlot(options, [[], []], box);
}

/** 0, 1, 10, 100 … as far as the scale goes; every other one when it goes far. */
function decades(plot) {
  const top = Math.log10(Math.max(1, plot.scales.y.max));
  const step = top > 4 ? 2 : 1;
  const ticks = [0];
  for (let power = 0; power <= top; power += step) ticks.push(10 ** power);
  return ticks;
}

/** Draws a cross where a cycle failed: a shape, not only a color. */
function drawFailures(plot, color) {
  const { ctx } = plot;
  const size = 3.5 * devicePixelRatio;
  const y = plot.bbox.top + size + 2;
  ctx.save();
  ctx.strokeStyle = color;
  ctx.lineWidth = 1.8 * devicePixelRatio;
  ctx.beginPath();
  for (const [index, failures] of data.failures.entries()) {
    if (!failures) continue;
    const x = plot.valToPos(data.times[index] + 150, 'x', true);
    ctx.moveTo(x - size, y - size);
    ctx.lineTo(x + size, y + size);
    ctx.moveTo(x + size, y - size);
    ctx.lineTo(x - size, y + size);
  }
  ctx.stroke();
  ctx.restore();
}

function readOut(plot) {
  const index = plot.cursor.idx;
  const readout = document.getElementById('readout');
  if (index === null || index === undefined || data === undefined) {
    readout.textContent = '';
    return;
  }
  const [records, seconds, failures] = [data.records[index], data.seconds[index], data.failures[index]];
  const what =
    records === null || records === undefined
      ? 'no cycle'
      : `${records.toLocaleString('en-US')} records, ${seconds.toFixed(1)} s${failures ? `, ${failures} failed` : ''}`;
  readout.textContent = `${clock(data.times[index])} · ${what}`;
}

function clock(seconds) {
  return new Date(seconds * 1000).toTimeString().slice(0, 5);
}

function short(value) {
  if (value >= 1e6) return `${value / 1e6}M`;
  return value >= 1e3 ? `${value / 1e3}k` : `${value}`;
}

function sizeOf(box) {
  return { width: box.clientWidth, height: box.clientHeight };
}

function fit() {
  for (const plot of plots) plot.setSize(sizeOf(plot.root.parentElement));
}

new ResizeObserver(fit).observe(figure);
matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => {
  if (plots.length === 0) return;
  build();
  showPlot(data);
});
