/**
 * Draws the figures of `growth`: one panel above the other, as wide as a telephone, both axes logarithmic, in the colors of the reader's
 * light or dark surface. The same figures always give the same file. Pure.
 */
import type { Growth, Size } from './figures.ts';
import { type Panel, panels, type Series } from './panels.ts';
import { apart, logScale, type Scale, ticksOf, tickText } from './scale.ts';

export const width = 390;
const panelHeight = 214;
const header = 50;
/** Of the plot within its panel. The names of the lines stand right of it. */
const plot = { left: 54, right: 212, top: 30, bottom: 168 };
const labelGap = 14;

const style = `
  text { font: 12px system-ui, sans-serif; fill: #24292f }
  .title { font-weight: 600; font-size: 13px }
  .quiet { fill: #57606a }
  .grid { stroke: #d0d7de; stroke-width: 1 }
  .line { fill: none; stroke-width: 2 }
  .c0 { stroke: #0550ae; fill: #0550ae } .c1 { stroke: #953800; fill: #953800 }
  .c2 { stroke: #116329; fill: #116329 } .c3 { stroke: #8250df; fill: #8250df }
  text.c0, text.c1, text.c2, text.c3 { stroke: none }
  .line.c0, .line.c1, .line.c2, .line.c3 { fill: none }
  .back { fill: #ffffff }
  @media (prefers-color-scheme: dark) {
    text { fill: #e6edf3 } .quiet { fill: #9198a1 } .grid { stroke: #3d444d } .back { fill: #0d1117 }
    .c0 { stroke: #79c0ff; fill: #79c0ff } .c1 { stroke: #ffa657; fill: #ffa657 }
    .c2 { stroke: #7ee787; fill: #7ee787 } .c3 { stroke: #d2a8ff; fill: #d2a8ff }
  }`;

/** @returns an SVG document */
export function drawGrowth({ sizes, date, node, processors }: Growth): string {
  const drawn = panels.filter((panel) => pointsOf(panel, sizes).length > 0);
  const height = header + drawn.length * panelHeight;
  const x = logScale(
    sizes.map(({ students }) => students),
    plot.left,
    plot.right,
  );
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-labelledby="title">`,
    '<title id="title">Time, processor time, stalls, memory and requests of Hallpass by size of the district</title>',
    `<style>${style}\n</style>`,
    `<rect class="back" width="${width}" height="${height}"/>`,
    `<text class="title" x="12" y="20">What a larger district takes</text>`,
    `<text class="quiet" x="12" y="38">${date}, Node ${escaped(node)}, ${processors} processors, log scales</text>`,
    ...drawn.map((panel, index) => drawPanel(panel, sizes, x, header + index * panelHeight)),
    '</svg>\n',
  ].join('\n');
}

interface Point {
  students: number;
  value: number;
}

function measuredBy({ of }: Series, sizes: readonly Size[]): Point[] {
  return sizes.flatMap((size) => {
    const value = of(size);
    return value === undefined || value <= 0 ? [] : [{ students: size.students, value }];
  });
}

function pointsOf({ series }: Panel, sizes: readonly Size[]): Point[] {
  return series.flatMap((one) => measuredBy(one, sizes));
}

function drawPanel(panel: Panel, sizes: readonly Size[], x: Scale, top: number): string {
  const { title, unit, series } = panel;
  const values = pointsOf(panel, sizes).map(({ value }) => value);
  const y = logScale(values, top + plot.bottom, top + plot.top);
  const lines = series
    .map((one, index) => ({ name: one.name, color: index % 4, points: measuredBy(one, sizes) }))
    .filter(({ points }) => points.length > 0);
  const ends = lines.map(({ points }) => y.at(points.at(-1)?.value ?? 1));
  const labels = apart(ends, labelGap, top + plot.top, top + plot.bottom);
  return [
    `<text class="title" x="12" y="${top + 16}">${escaped(title)}, ${escaped(unit)}</text>`,
    ...ticksOf(y).map((tick) => drawTick(tick, y.at(tick))),
    ...ticksOf(x).map((tick) => {
      const at = rounded(x.at(tick));
      return (
        `<line class="grid" x1="${at}" x2="${at}" y1="${top + plot.top}" y2="${top + plot.bottom}"/>` +
        `<text class="quiet" x="${at}" y="${top + plot.bottom + 15}" text-anchor="middle">${shortText(tick)}</text>`
      );
    }),
    `<text class="quiet" x="${(plot.left + plot.right) / 2}" y="${top + plot.bottom + 31}" text-anchor="middle">students</text>`,
    ...lines.map(({ name, color, points }, index) => {
      const places = points.map(({ students, value }) => `${rounded(x.at(students))},${rounded(y.at(value))}`);
      return [
        `<polyline class="line c${color}" points="${places.join(' ')}"/>`,
        ...places.map((place) => {
          const [cx, cy] = place.split(',');
          return `<circle class="c${color}" cx="${cx}" cy="${cy}" r="3"/>`;
        }),
        `<text class="c${color}" x="${plot.right + 8}" y="${rounded((labels[index] ?? 0) + 4)}">${escaped(name)}</text>`,
      ].join('\n');
    }),
  ].join('\n');
}

function drawTick(tick: number, at: number): string {
  return (
    `<line class="grid" x1="${plot.left}" x2="${plot.right}" y1="${rounded(at)}" y2="${rounded(at)}"/>` +
    `<text class="quiet" x="${plot.left - 6}" y="${rounded(at + 4)}" text-anchor="end">${shortText(tick)}</text>`
  );
}

/** Narrow enough for the axes: 100k. */
function shortText(value: number): string {
  if (value >= 1_000_000) return `${tickText(value / 1_000_000)}M`;
  return value >= 10_000 ? `${tickText(value / 1000)}k` : tickText(value);
}

function rounded(value: number): number {
  return Math.round(value * 10) / 10;
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
}
