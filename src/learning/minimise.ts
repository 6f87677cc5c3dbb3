/** A smooth function: writes its gradient at `point` and returns its value. */
export type ValueAndGradient = (point: Float64Array, gradient: Float64Array) => number;

/** Options of {@link minimise}. */
export interface MinimiseOptions {
  readonly start: Float64Array;
  readonly maxIterations: number;
  /** Stops when the largest entry of the gradient is below this. Default 1e-4. */
  readonly gradientTolerance?: number;
  /** Stops when an iteration lowers the value by less than this share of it. Default 1e-7. */
  readonly valueTolerance?: number;
  /** Called after every iteration. */
  readonly onIteration?: (iteration: number) => void;
}

/** Where {@link minimise} ended. */
export interface Minimum {
  readonly point: Float64Array;
  readonly value: number;
  readonly iterations: number;
}

/** Steps remembered for the curvature. */
const MEMORY = 5;
/** Sufficient decrease and curvature of the line search (Nocedal and Wright 2006, chapter 3). */
const DECREASE = 1e-4;
const CURVATURE = 0.9;
const MAX_TRIALS = 20;

interface Step {
  readonly move: Float64Array;
  readonly gradientChange: Float64Array;
  /** 1 / (gradientChange · move). */
  readonly rho: number;
}

interface Position {
  readonly point: Float64Array;
  readonly gradient: Float64Array;
  readonly value: number;
}

/** Limited-memory BFGS (Liu and Nocedal 1989) with a bracketing line search. Deterministic. */
export function minimise(evaluate: ValueAndGradient, options: MinimiseOptions): Minimum {
  const gradientTolerance = options.gradientTolerance ?? 1e-4;
  const valueTolerance = options.valueTolerance ?? 1e-7;
  let here = positionAt(evaluate, Float64Array.from(options.start));
  const steps: Step[] = [];
  let iteration = 0;
  while (iteration < options.maxIterations && largestEntry(here.gradient) > gradientTolerance) {
    const direction = descentDirection(here.gradient, steps);
    const firstLength = steps.length === 0 ? Math.min(1, 1 / norm(here.gradient)) : 1;
    const next = searchLine(evaluate, here, direction, firstLength);
    if (next === undefined) break;
    iteration += 1;
    remember(steps, here, next);
    const gain = here.value - next.value;
    here = next;
    options.onIteration?.(iteration);
    if (gain < valueTolerance * Math.max(1, Math.abs(here.value))) break;
  }
  return { point: here.point, value: here.value, iterations: iteration };
}

function positionAt(evaluate: ValueAndGradient, point: Float64Array): Position {
  const gradient = new Float64Array(point.length);
  const value = evaluate(point, gradient);
  return { point, gradient, value };
}

function remember(steps: Step[], from: Position, to: Position): void {
  const move = difference(to.point, from.point);
  const gradientChange = difference(to.gradient, from.gradient);
  const curvature = dot(gradientChange, move);
  if (curvature <= 1e-12) return;
  steps.push({ move, gradientChange, rho: 1 / curvature });
  if (steps.length > MEMORY) steps.shift();
}

/** The two-loop recursion: minus the inverse Hessian's approximation times the gradient. */
function descentDirection(gradient: Float64Array, steps: readonly Step[]): Float64Array {
  const direction = gradient.map((value) => -value);
  const alphas: number[] = [];
  for (const step of [...steps].reverse()) {
    const alpha = step.rho * dot(step.move, direction);
    alphas.push(alpha);
    addScaled(direction, step.gradientChange, -alpha);
  }
  const last = steps.at(-1);
  if (last !== undefined) {
    const scale = 1 / (last.rho * dot(last.gradientChange, last.gradientChange));
    for (let index = 0; index < direction.length; index += 1) direction[index] = (direction[index] ?? 0) * scale;
  }
  for (const step of steps) {
    const beta = step.rho * dot(step.gradientChange, direction);
    addScaled(direction, step.move, (alphas.pop() ?? 0) - beta);
  }
  return direction;
}

/** A point along the direction that meets the weak Wolfe conditions; undefined when none is found. */
function searchLine(
  evaluate: ValueAndGradient,
  from: Position,
  direction: Float64Array,
  firstLength: number,
): Position | undefined {
  const slope = dot(from.gradient, direction);
  if (!(slope < 0)) return undefined;
  let low = 0;
  let high = Infinity;
  let length = firstLength;
  let best: Position | undefined;
  for (let trial = 0; trial < MAX_TRIALS; trial += 1) {
    const point = Float64Array.from(from.point);
    addScaled(point, direction, length);
    const position = positionAt(evaluate, point);
    const isLower = position.value <= from.value + DECREASE * length * slope;
    if (!isLower) high = length;
    else {
      best = position;
      if (dot(position.gradient, direction) >= CURVATURE * slope) return position;
      low = length;
    }
    length = high === Infinity ? length * 2 : (low + high) / 2;
  }
  return best;
}

function difference(a: Float64Array, b: Float64Array): Float64Array {
  return a.map((value, index) => value - (b[index] ?? 0));
}

function addScaled(target: Float64Array, vector: Float64Array, scale: number): void {
  for (let index = 0; index < target.length; index += 1) {
    target[index] = (target[index] ?? 0) + scale * (vector[index] ?? 0);
  }
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let index = 0; index < a.length; index += 1) sum += (a[index] ?? 0) * (b[index] ?? 0);
  return sum;
}

function norm(vector: Float64Array): number {
  return Math.sqrt(dot(vector, vector));
}

function largestEntry(vector: Float64Array): number {
  let largest = 0;
  for (const value of vector) largest = Math.max(largest, Math.abs(value));
  return largest;
}
