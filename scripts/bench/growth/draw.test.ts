/** The geometry of the picture of growth, and that the one in the docs is drawn from the figures beside it. */
import { readFile } from 'node:fs/promises';
import t from 'tap';
import { drawGrowth, width } from './draw.ts';
import { type Growth, growthSchema } from './figures.ts';
import { panels } from './panels.ts';
import { apart, logScale, ticksOf } from './scale.ts';

const docs = new URL('../../../docs/', import.meta.url);
const figures = growthSchema.parse(JSON.parse(await readFile(new URL('growth.json', docs), 'utf8')));

interface Text {
  x: number;
  y: number;
  anchor: string;
  text: string;
}

function textsOf(svg: string): Text[] {
  const found = svg.matchAll(/<text [^>]*?x="([\d.]+)" y="([\d.]+)"(?: text-anchor="(\w+)")?>([^<]*)</g);
  return [...found].map(([, x, y, anchor = 'start', text = '']) => ({ x: Number(x), y: Number(y), anchor, text }));
}

/** Of 12 px in the common typefaces. */
const letter = 6.4;
function endsOf({ x, anchor, text }: Text): [number, number] {
  const length = text.length * letter;
  const left = anchor === 'middle' ? x - length / 2 : anchor === 'end' ? x - length : x;
  return [left, left + length];
}

t.test('a power of ten is as far from the next as from the one before', (t) => {
  const scale = logScale([3, 4000], 100, 20);
  t.same(ticksOf(scale), [1, 10, 100, 1000, 10_000]);
  t.same(ticksOf(scale).map(scale.at), [100, 80, 60, 40, 20]);
  t.equal(Math.round(scale.at(Math.sqrt(10))), 90, 'half way');
  t.same(ticksOf(logScale([10, 10], 0, 1)), [10, 100], 'a single value has an axis, too');
  t.end();
});

t.test('labels move apart, keep their order and stay within the plot', (t) => {
  t.same(apart([50, 10], 14, 0, 100), [50, 10], 'far apart: as they are');
  t.same(apart([50, 51, 52], 14, 0, 100), [50, 64, 78]);
  t.same(apart([95, 99], 14, 0, 100), [86, 100]);
  t.end();
});

t.test('everything is within the width of a telephone, and no text lies on another', (t) => {
  const svg = drawGrowth(figures);
  const texts = textsOf(svg);
  t.ok(texts.length > 40);
  const within = ([left, right]: [number, number]) => left >= 0 && right <= width;
  t.same(
    texts.filter((one) => !within(endsOf(one))),
    [],
  );
  const isOver = (one: Text, other: Text) => {
    const [left, right] = endsOf(one);
    const [from, to] = endsOf(other);
    return one !== other && Math.abs(one.y - other.y) < 11 && left < to && from < right;
  };
  t.same(
    texts.filter((one) => texts.some((other) => isOver(one, other))),
    [],
  );
  t.end();
});

t.test('every panel names its unit, and every measured figure is a point', (t) => {
  const svg = drawGrowth(figures);
  for (const { title, unit } of panels) t.ok(svg.includes(`>${title}, ${unit}</text>`));
  const series = panels.flatMap((panel) => panel.series);
  const measured = series.flatMap(({ of }) => figures.sizes.filter((size) => (of(size) ?? 0) > 0));
  t.equal(svg.match(/<circle /g)?.length, measured.length);
  t.match(svg, /prefers-color-scheme: dark/);
  t.end();
});

t.test('what was not measured is left out, and its panel when nothing is left', (t) => {
  const [size] = figures.sizes;
  const alone: Growth = { ...figures, sizes: size?.agent === undefined ? [] : [{ students: 1000, agent: size.agent }] };
  const svg = drawGrowth(alone);
  t.notMatch(svg, /First sync/);
  t.notMatch(svg, /to Graph|NaN|undefined|Infinity/);
  t.match(svg, /to PowerSchool/);
  t.end();
});

t.test('the picture in the docs is drawn from the figures beside it', async (t) => {
  t.equal(await readFile(new URL('growth.svg', docs), 'utf8'), drawGrowth(figures));
});
