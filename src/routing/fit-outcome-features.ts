import { zeroMatrix, type Matrix } from '../learning/matrix.js';
import type { OutcomeFitOptions } from './fit-outcome-capability.js';
import { fitOutcomeTaskHead } from './fit-outcome-task-head.js';
import {
  centredFeatureCount,
  HEAD_SURFACE_SCALE,
  standardisedSurface,
  writeFeatures,
  type OutcomeFeatureMap,
} from './outcome-features.js';
import { promptSurface, SURFACE_COUNT } from './prompt-surface.js';

/** Smaller deviations count as this: a number that never varies tells nothing. */
const MIN_DEVIATION = 1e-3;

/** The map from prompt to features, and the features of the given prompts, one row each. */
export function fitOutcomeFeatures(
  options: Pick<OutcomeFitOptions, 'prompts' | 'vectors' | 'tasks'>,
  rows: Int32Array,
): { readonly map: OutcomeFeatureMap; readonly features: Matrix } {
  const { dimensions, values } = options.vectors;
  const raw = Array.from(rows, (prompt) => promptSurface(options.prompts[prompt] ?? ''));
  const scales = surfaceScales(raw);
  const surfaces = raw.map((surface) => standardisedSurface(scales, surface));
  const vectors = Array.from(rows, (prompt) => values.subarray(prompt * dimensions, (prompt + 1) * dimensions));
  const tasks = rows.map((prompt) => options.tasks[prompt] ?? -1);
  const fitted = fitOutcomeTaskHead(headFeatures(vectors, surfaces, dimensions), tasks);
  const classCount = fitted?.probabilities.columnCount ?? 0;
  const centred = centredFeatureCount(dimensions, classCount);
  const features = zeroMatrix(rows.length, centred + 1);
  const none = new Float64Array(centred);
  const write = (mean: ArrayLike<number>): void =>
    vectors.forEach((vector, row) => {
      const probabilities =
        fitted?.probabilities.values.subarray(row * classCount, (row + 1) * classCount) ?? new Float64Array(0);
      const surface = surfaces[row] ?? new Float64Array(SURFACE_COUNT);
      const target = features.values.subarray(row * (centred + 1), (row + 1) * (centred + 1));
      writeFeatures({ vector, surface, probabilities }, mean, target);
    });
  write(none);
  const featureMean = columnMeans(features, centred);
  write(featureMean);
  return {
    map: { dimensions, ...scales, featureMean, ...(fitted === undefined ? {} : { head: fitted.head }) },
    features,
  };
}

function surfaceScales(surfaces: readonly Float64Array[]) {
  const surfaceMean = new Float32Array(SURFACE_COUNT);
  const surfaceDeviation = new Float32Array(SURFACE_COUNT);
  const count = Math.max(1, surfaces.length);
  for (let k = 0; k < SURFACE_COUNT; k += 1) {
    let sum = 0;
    for (const surface of surfaces) sum += surface[k] ?? 0;
    const mean = sum / count;
    let squares = 0;
    for (const surface of surfaces) squares += ((surface[k] ?? 0) - mean) ** 2;
    surfaceMean[k] = mean;
    surfaceDeviation[k] = Math.max(MIN_DEVIATION, Math.sqrt(squares / count));
  }
  return { surfaceMean, surfaceDeviation };
}

function headFeatures(vectors: readonly Float32Array[], surfaces: readonly Float64Array[], dimensions: number): Matrix {
  const features = zeroMatrix(vectors.length, dimensions + SURFACE_COUNT);
  vectors.forEach((vector, row) => {
    const start = row * features.columnCount;
    features.values.set(vector, start);
    features.values.set(surfaces[row]?.map((value) => value * HEAD_SURFACE_SCALE) ?? [], start + dimensions);
  });
  return features;
}

function columnMeans(features: Matrix, count: number): Float32Array {
  const sums = new Float64Array(count);
  for (let row = 0; row < features.rowCount; row += 1) {
    for (let k = 0; k < count; k += 1) {
      sums[k] = (sums[k] ?? 0) + (features.values[row * features.columnCount + k] ?? 0);
    }
  }
  return Float32Array.from(sums, (sum) => sum / Math.max(1, features.rowCount));
}
