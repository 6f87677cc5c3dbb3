import { softmaxInPlace } from '../learning/logistic-regression.js';
import type { Matrix } from '../learning/matrix.js';
import { minimise } from '../learning/minimise.js';

/** What {@link fitScales} works from. One row an exemplar, one column a task. */
export interface ScaleOptions {
  readonly logits: Matrix;
  /** Logarithms of the neighbours' votes; absent: the head alone is scaled. */
  readonly logVotes?: Matrix;
  readonly labels: Int32Array;
}

/** How much head and vote count, and the mean loss that they leave. */
export interface Scales {
  readonly headScale: number;
  readonly voteScale: number;
  /** Mean negative log-likelihood of the right task. */
  readonly loss: number;
}

/**
 * The scales that make softmax(headScale * logits + voteScale * log votes) most likely. On predictions for unseen
 * exemplars this blends and calibrates at once. Neither scale is ever negative: a vote against the neighbours would be
 * noise learned by heart.
 */
export function fitScales(options: ScaleOptions): Scales {
  const both = minimiseLoss(options, options.logVotes);
  if (both.headScale >= 0 && both.voteScale >= 0) return both;
  if (both.voteScale < 0) return minimiseLoss(options, undefined);
  return { ...minimiseVoteLoss(options), headScale: 0 };
}

function minimiseLoss(options: ScaleOptions, logVotes: Matrix | undefined): Scales {
  const { logits, labels } = options;
  const start = Float64Array.of(1, logVotes === undefined ? 0 : 0.2);
  const { point, value } = minimise(
    (scales, gradient) =>
      scaledLoss({ logits, labels, ...(logVotes === undefined ? {} : { logVotes }) }, scales, gradient),
    { start, maxIterations: 40, gradientTolerance: 1e-6 },
  );
  return { headScale: point[0] ?? 1, voteScale: point[1] ?? 0, loss: value };
}

function minimiseVoteLoss({ logVotes, logits, labels }: ScaleOptions): Scales {
  const { headScale, loss } = minimiseLoss({ logits: logVotes ?? logits, labels }, undefined);
  return { headScale: 0, voteScale: Math.max(0, headScale), loss };
}

function scaledLoss(options: ScaleOptions, scales: Float64Array, gradient: Float64Array): number {
  const { logits, logVotes, labels } = options;
  const width = logits.columnCount;
  const headScale = scales[0] ?? 0;
  const voteScale = scales[1] ?? 0;
  const row = new Float64Array(width);
  let loss = 0;
  let headSlope = 0;
  let voteSlope = 0;
  labels.forEach((label, index) => {
    const start = index * width;
    for (let task = 0; task < width; task += 1) {
      row[task] = headScale * (logits.values[start + task] ?? 0) + voteScale * (logVotes?.values[start + task] ?? 0);
    }
    const own = row[label] ?? 0;
    loss += softmaxInPlace(row) - own;
    for (let task = 0; task < width; task += 1) {
      const residual = (row[task] ?? 0) - (task === label ? 1 : 0);
      headSlope += residual * (logits.values[start + task] ?? 0);
      voteSlope += residual * (logVotes?.values[start + task] ?? 0);
    }
  });
  const count = Math.max(1, labels.length);
  gradient[0] = headSlope / count;
  gradient[1] = voteSlope / count;
  return loss / count;
}
