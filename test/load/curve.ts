/** A picture of how figures grow: lines over sizes, both on logarithmic scales, as SVG. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import escapeHtml from 'escape-html';

export interface Curve {
  title: string;
  /** What is counted along the bottom, and up the side with its unit. */
  axes: { x: string; y: string };
  lines: Record<string, [size: number, value: number][]>;
}

const [width, height] = [640, 360];
const margin = { left: 64, right: 190, top: 40, bottom: 48 };
const colours = ['#0b6e4f', '#c1440e', '#2a4d8f', '#8a6d00', '#6b2d73', '#555555'];

/** Writes `docs/pictures/<name>.svg`. */
export function drawCurve(name: string, curve: Curve): void {
  const directory = fileURLToPath(new URL('../../docs/pictures', import.meta.url));
  mkdirSync(directory, { recursive: true });
  writeFileSync(`${directory}/${name}.svg`, svgOf(curve));
}

function svgOf({ title, axes, lines }: Curve): string {
  const points = Object.values(lines).flat();
  const x = scale(decades(points.map(([size]) => size)), margin.left, width - margin.right);
  const y = scale(decades(points.map(([, value]) => value)), height - margin.bottom, margin.top);
  const grid = [
    ...x.ticks.map((tick) => line(x.at(tick), margin.top, x.at(tick), height - margin.bottom, '#dddddd')),
    ...y.ticks.map((tick) => line(margin.left, y.at(tick), width - margin.right, y.at(tick), '#dddddd')),
    ...x.ticks.map((tick) => text(x.at(tick), height - margin.bottom + 16, shown(tick), 'middle')),
    ...y.ticks.map((tick) => text(margin.left - 6, y.at(tick) + 4, shown(tick), 'end')),
  ];
  const labels = spread(Object.values(lines).map((values) => y.at(values.at(-1)![1])));
  const drawn = Object.entries(lines).map(([name, values], at) => {
    const colour = colours[at % colours.length]!;
    const path = values.map(([size, value]) => `${x.at(size).toFixed(1)},${y.at(value).toFixed(1)}`).join(' ');
    const label = text(width - margin.right + 8, labels[at]! + 4, name, 'start', colour);
    return `<polyline points="${path}" fill="none" stroke="${colour}" stroke-width="2"/>\n${label}`;
  });
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" font-family="sans-serif" font-size="12" role="img">`,
    `<title>${escapeHtml(title)}</title>`,
    `<rect width="${width}" height="${height}" fill="#ffffff"/>`,
    text(margin.left, 22, title, 'start'),
    ...grid,
    text((margin.left + width - margin.right) / 2, height - 10, axes.x, 'middle'),
    `<text transform="translate(16 ${height / 2}) rotate(-90)" text-anchor="middle">${escapeHtml(axes.y)}</text>`,
    ...drawn,
    '</svg>\n',
  ].join('\n');
}

/** The powers of ten around the values. */
function decades(values: readonly number[]): [number, number] {
  const positive = values.filter((value) => value > 0);
  const low = Math.floor(Math.log10(Math.min(...positive)));
  return [low, Math.max(low + 1, Math.ceil(Math.log10(Math.max(...positive))))];
}

function scale([low, high]: [number, number], from: number, to: number): { at: (value: number) => number; ticks: number[] } {
  const at = (value: number): number => from + ((Math.log10(Math.max(value, 10 ** low)) - low) / (high - low)) * (to - from);
  return { at, ticks: Array.from({ length: high - low + 1 }, (_, step) => 10 ** (low + step)) };
}

/** Moves labels apart that would lie on each other. */
function spread(positions: readonly number[]): number[] {
  const order = positions.map((_, at) => at).sort((one, other) => positions[one]! - positions[other]!);
  const placed = [...positions];
  order.forEach((at, rank) => {
    if (rank > 0) placed[at] = Math.max(placed[at]!, placed[order[rank - 1]!]! + 14);
  });
  return placed;
}

function shown(tick: number): string {
  return tick >= 1 ? tick.toLocaleString('en') : String(Number(tick.toPrecision(2)));
}

function line(x1: number, y1: number, x2: number, y2: number, colour: string): string {
  return `<line x1="${x1.toFixed(1)}" y1="${y1.toFixed(1)}" x2="${x2.toFixed(1)}" y2="${y2.toFixed(1)}" stroke="${colour}"/>`;
}

function text(x: number, y: number, content: string, anchor: string, colour = '#222222'): string {
  return `<text x="${x.toFixed(1)}" y="${y.toFixed(1)}" text-anchor="${anchor}" fill="${colour}">${escapeHtml(content)}</text>`;
}
