/** The mark of shared/page/icon.svg as Windows wants it: the same shapes, painted at each size. Pure. */
import { crc32, deflateSync } from 'node:zlib';

/** What the Explorer, the task bar and the list of programs ask for, in pixels. */
export const iconSizes = [16, 24, 32, 48, 64, 256] as const;

type Point = readonly [x: number, y: number];
type Color = readonly [red: number, green: number, blue: number];

interface Stroke {
  points: readonly Point[];
  width: number;
}

/** Edge of the drawing, and radius of its corners. */
const edge = 32;
const corner = 7;
const ground: Color = [0x1f, 0x5f, 0xbf];
const white: Color = [0xff, 0xff, 0xff];
const strokes: readonly Stroke[] = [
  {
    width: 4,
    points: [
      [9, 7],
      [9, 25],
    ],
  },
  {
    width: 4,
    points: [
      [23, 7],
      [23, 25],
    ],
  },
  {
    width: 4,
    points: [
      [9, 16],
      [17, 16],
    ],
  },
  {
    width: 3,
    points: [
      [15, 11],
      [20, 16],
      [15, 21],
    ],
  },
];
/** Samples per pixel and direction, for smooth edges. */
const samples = 4;

/** One picture, as PNG: Windows has taken that in icons since Vista. */
export function iconPicture(size: number): Buffer {
  const rows: Buffer[] = [];
  for (let y = 0; y < size; y += 1) {
    const row = Buffer.alloc(1 + size * 4);
    for (let x = 0; x < size; x += 1) row.set(pixel(x, y, edge / size), 1 + x * 4);
    rows.push(row);
  }
  return png(size, deflateSync(Buffer.concat(rows), { level: 9 }));
}

/** Red, green, blue, opacity. */
function pixel(x: number, y: number, scale: number): number[] {
  let [inside, marked] = [0, 0];
  for (let sample = 0; sample < samples * samples; sample += 1) {
    const at: Point = [
      (x + ((sample % samples) + 0.5) / samples) * scale,
      (y + (Math.floor(sample / samples) + 0.5) / samples) * scale,
    ];
    if (!isOnGround(at)) continue;
    inside += 1;
    if (strokes.some((stroke) => isOnStroke(at, stroke))) marked += 1;
  }
  const share = inside === 0 ? 0 : marked / inside;
  const color = ground.map((from, index) => Math.round(from + ((white[index] ?? from) - from) * share));
  return [...color, Math.round((inside / (samples * samples)) * 255)];
}

function isOnGround([x, y]: Point): boolean {
  const beyond = (at: number) => Math.max(corner - at, at - (edge - corner), 0);
  return Math.hypot(beyond(x), beyond(y)) <= corner;
}

function isOnStroke(at: Point, { points, width }: Stroke): boolean {
  return points.some((from, index) => {
    const to = points[index + 1];
    return to !== undefined && distance(at, from, to) <= width / 2;
  });
}

/** From a point to a line with round ends. */
function distance([x, y]: Point, [fromX, fromY]: Point, [toX, toY]: Point): number {
  const [alongX, alongY] = [toX - fromX, toY - fromY];
  const share = ((x - fromX) * alongX + (y - fromY) * alongY) / (alongX ** 2 + alongY ** 2);
  const part = Math.min(1, Math.max(0, share));
  return Math.hypot(x - fromX - part * alongX, y - fromY - part * alongY);
}

/** PNG specification §5: a signature, then chunks of length, type, content and checksum. */
function png(size: number, pixels: Buffer): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(size, 0);
  header.writeUInt32BE(size, 4);
  // 8 bits of red, green, blue and opacity each.
  header.set([8, 6], 8);
  const signature = Buffer.from('\x89PNG\r\n\x1a\n', 'latin1');
  return Buffer.concat([signature, chunk('IHDR', header), chunk('IDAT', pixels), chunk('IEND', Buffer.alloc(0))]);
}

function chunk(type: string, content: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), content]);
  const [length, checksum] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(content.length);
  checksum.writeUInt32BE(crc32(body));
  return Buffer.concat([length, body, checksum]);
}
