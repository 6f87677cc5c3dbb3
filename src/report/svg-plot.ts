/** A line of a plot: points in data units, drawn in their order. */
export interface PlotSeries {
  readonly name: string;
  readonly points: readonly (readonly [x: number, y: number])[];
  /** Marks without a line. */
  readonly isScatter?: boolean;
}

/** What a plot shows. */
export interface PlotOptions {
  readonly title: string;
  readonly xLabel: string;
  readonly yLabel: string;
  readonly series: readonly PlotSeries[];
}

const WIDTH = 640;
const HEIGHT = 400;
const MARGIN = { left: 70, right: 150, top: 40, bottom: 50 };
/** Okabe and Ito's palette, told apart by colour-blind readers. */
const COLOURS = ['#0072b2', '#d55e00', '#009e73', '#cc79a7', '#e69f00', '#56b4e9', '#000000'];
const TICKS = 5;

/** Draws a plot as a self-contained SVG document. Deterministic: the same data give the same bytes. */
export function renderPlot({ title, xLabel, yLabel, series }: PlotOptions): string {
  const all = series.flatMap((line) => line.points);
  const x = scaleOf(
    all.map(([value]) => value),
    [MARGIN.left, WIDTH - MARGIN.right],
  );
  const y = scaleOf(
    all.map(([, value]) => value),
    [HEIGHT - MARGIN.bottom, MARGIN.top],
  );
  const parts = [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" font-family="sans-serif" font-size="12">`,
    `<rect width="${WIDTH}" height="${HEIGHT}" fill="white"/>`,
    `<text x="${MARGIN.left}" y="24" font-size="15">${escapeXml(title)}</text>`,
    ...x.ticks.flatMap((tick) => [
      `<line x1="${place(x.map(tick))}" x2="${place(x.map(tick))}" y1="${MARGIN.top}" y2="${HEIGHT - MARGIN.bottom}" stroke="#ddd"/>`,
      `<text x="${place(x.map(tick))}" y="${HEIGHT - MARGIN.bottom + 16}" text-anchor="middle">${label(tick)}</text>`,
    ]),
    ...y.ticks.flatMap((tick) => [
      `<line x1="${MARGIN.left}" x2="${WIDTH - MARGIN.right}" y1="${place(y.map(tick))}" y2="${place(y.map(tick))}" stroke="#ddd"/>`,
      `<text x="${MARGIN.left - 6}" y="${place(y.map(tick) + 4)}" text-anchor="end">${label(tick)}</text>`,
    ]),
    `<text x="${(MARGIN.left + WIDTH - MARGIN.right) / 2}" y="${HEIGHT - 10}" text-anchor="middle">${escapeXml(xLabel)}</text>`,
    `<text x="16" y="${HEIGHT / 2}" text-anchor="middle" transform="rotate(-90 16 ${HEIGHT / 2})">${escapeXml(yLabel)}</text>`,
    ...series.map((line, index) => drawSeries(line, index, { x, y })),
    '</svg>',
  ];
  return `${parts.join('\n')}\n`;
}

interface Scale {
  readonly ticks: readonly number[];
  map(value: number): number;
}

function drawSeries(line: PlotSeries, index: number, { x, y }: { readonly x: Scale; readonly y: Scale }): string {
  const colour = COLOURS[index % COLOURS.length] ?? '#000';
  const places = line.points.map(([a, b]) => [place(x.map(a)), place(y.map(b))] as const);
  const path = places.map(([a, b]) => `${a},${b}`).join(' ');
  const marks = places.map(([a, b]) => `<circle cx="${a}" cy="${b}" r="3" fill="${colour}"/>`).join('');
  const stroke =
    line.isScatter === true ? '' : `<polyline points="${path}" fill="none" stroke="${colour}" stroke-width="1.5"/>`;
  const legendY = MARGIN.top + 8 + index * 18;
  const legendX = WIDTH - MARGIN.right + 10;
  return (
    `<g>${stroke}${marks}<rect x="${legendX}" y="${legendY - 8}" width="10" height="10" fill="${colour}"/>` +
    `<text x="${legendX + 15}" y="${legendY + 1}">${escapeXml(line.name)}</text></g>`
  );
}

/** A linear scale with round ticks, a little wider than the data. */
function scaleOf(values: readonly number[], range: readonly [number, number]): Scale {
  const low = Math.min(...values);
  const high = Math.max(...values);
  const span = high - low || Math.abs(high) || 1;
  const step = niceStep(span / TICKS);
  const start = Math.floor(low / step) * step;
  const end = Math.ceil(high / step) * step || step;
  const count = Math.round((end - start) / step);
  return {
    ticks: Array.from({ length: count + 1 }, (_, index) => start + index * step),
    map: (value) => range[0] + ((value - start) / (end - start || 1)) * (range[1] - range[0]),
  };
}

/** 1, 2 or 5 times a power of ten. */
function niceStep(rough: number): number {
  const power = 10 ** Math.floor(Math.log10(rough));
  const share = rough / power;
  return power * (share <= 1 ? 1 : share <= 2 ? 2 : share <= 5 ? 5 : 10);
}

function label(value: number): string {
  return String(Number(value.toPrecision(4)));
}

function place(value: number): number {
  return Math.round(value * 10) / 10;
}

function escapeXml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}
