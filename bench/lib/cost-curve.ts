/** Mean cost and mean score at one setting of a knob. */
export interface CurvePoint {
  readonly costUsd: number;
  /** 0 to 1. */
  readonly score: number;
}

/** The non-decreasing upper convex hull of points, by rising cost. */
export function upperHull(points: readonly CurvePoint[]): readonly CurvePoint[] {
  const hull: CurvePoint[] = [];
  for (const point of [...points].sort((a, b) => a.costUsd - b.costUsd || b.score - a.score)) {
    const last = hull.at(-1);
    if (last !== undefined && point.score <= last.score) continue;
    while (hull.length >= 2 && !isAbove(hull.at(-2) ?? point, hull.at(-1) ?? point, point)) hull.pop();
    hull.push(point);
  }
  return hull;
}

/** Whether the middle point lies above the line from left to right. */
function isAbove(left: CurvePoint, middle: CurvePoint, right: CurvePoint): boolean {
  return (
    (middle.score - left.score) * (right.costUsd - left.costUsd) >
    (right.score - left.score) * (middle.costUsd - left.costUsd)
  );
}

/**
 * AIQ: the hull's score averaged over cost from `low` to `high` (Hu et al. 2024, RouterBench). Left of the hull its
 * first score counts, right of it its last.
 */
export function averageImprovement(points: readonly CurvePoint[], low: number, high: number): number {
  const hull = upperHull(points);
  const inner = hull.map((point) => point.costUsd).filter((cost) => cost > low && cost < high);
  const costs = [low, ...inner, high];
  let area = 0;
  for (let index = 1; index < costs.length; index += 1) {
    const from = costs[index - 1] ?? low;
    const to = costs[index] ?? high;
    area += ((scoreAt(hull, from) + scoreAt(hull, to)) / 2) * (to - from);
  }
  return high > low ? area / (high - low) : scoreAt(hull, low);
}

/** Score of a hull at a cost, between points in proportion. */
export function scoreAt(hull: readonly CurvePoint[], costUsd: number): number {
  const right = hull.findIndex((point) => point.costUsd >= costUsd);
  if (right < 0) return hull.at(-1)?.score ?? Number.NaN;
  const to = hull[right];
  const from = hull[right - 1];
  if (to === undefined || from === undefined) return to?.score ?? Number.NaN;
  return from.score + ((to.score - from.score) * (costUsd - from.costUsd)) / (to.costUsd - from.costUsd);
}
