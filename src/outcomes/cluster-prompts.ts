import type { UncertainPrompt } from './uncertain-prompts.js';

/** Prompts that are alike and that the router was unsure about: a suggestion for exemplars. */
export interface Proposal {
  /** Its most central prompt. */
  readonly text: string;
  /** Prompts in it. */
  readonly count: number;
  /** Share of them that were abstained from, 0 to 1. */
  readonly abstainedShare: number;
  /** Tasks that the router leant to, most frequent first. */
  readonly tasks: readonly { readonly task: string; readonly count: number }[];
  /** A few more of its prompts. */
  readonly examples: readonly string[];
}

/** Options of {@link clusterPrompts}. */
export interface ClusterOptions {
  /** Cosine from which a prompt joins a cluster. Default 0.6. */
  readonly minSimilarity?: number;
  /** Smaller clusters are left out. Default 2. */
  readonly minCount?: number;
}

interface Cluster {
  readonly members: number[];
  /** Sum of the members' vectors. */
  readonly sum: Float32Array;
}

const DEFAULT_MIN_SIMILARITY = 0.6;
const EXAMPLES = 4;

/**
 * Groups prompts by their vectors in one pass: each joins the cluster whose centre is most similar, or begins one (the
 * leader algorithm, Hartigan 1975). Deterministic for a given order. The largest clusters come first.
 */
export function clusterPrompts(
  prompts: readonly UncertainPrompt[],
  vectors: readonly Float32Array[],
  options: ClusterOptions = {},
): readonly Proposal[] {
  const minSimilarity = options.minSimilarity ?? DEFAULT_MIN_SIMILARITY;
  const clusters: Cluster[] = [];
  vectors.forEach((vector, index) => {
    let best: Cluster | undefined;
    let bestSimilarity = minSimilarity;
    for (const cluster of clusters) {
      const similarity = dot(cluster.sum, vector) / length(cluster.sum);
      if (similarity >= bestSimilarity) {
        best = cluster;
        bestSimilarity = similarity;
      }
    }
    if (best === undefined) clusters.push({ members: [index], sum: Float32Array.from(vector) });
    else {
      best.members.push(index);
      for (let place = 0; place < vector.length; place++)
        best.sum[place] = (best.sum[place] ?? 0) + (vector[place] ?? 0);
    }
  });
  return clusters
    .filter((cluster) => cluster.members.length >= (options.minCount ?? 2))
    .map((cluster) => toProposal(cluster, prompts, vectors))
    .sort((a, b) => b.count - a.count || (a.text < b.text ? -1 : 1));
}

function toProposal(cluster: Cluster, prompts: readonly UncertainPrompt[], vectors: readonly Float32Array[]): Proposal {
  const centrality = (index: number): number => dot(cluster.sum, vectors[index] ?? new Float32Array());
  const byCentrality = [...cluster.members].sort((a, b) => centrality(b) - centrality(a) || a - b);
  const own = byCentrality.flatMap((index) => prompts[index] ?? []);
  const counts = new Map<string, number>();
  for (const { task } of own) counts.set(task, (counts.get(task) ?? 0) + 1);
  const texts = [...new Set(own.map((prompt) => prompt.text))];
  return {
    text: texts[0] ?? '',
    count: own.length,
    abstainedShare: own.filter((prompt) => prompt.isAbstained).length / own.length,
    tasks: [...counts]
      .map(([task, count]) => ({ task, count }))
      .sort((a, b) => b.count - a.count || (a.task < b.task ? -1 : 1)),
    examples: texts.slice(1, 1 + EXAMPLES),
  };
}

function dot(a: Float32Array, b: Float32Array): number {
  let sum = 0;
  for (let place = 0; place < a.length; place++) sum += (a[place] ?? 0) * (b[place] ?? 0);
  return sum;
}

function length(vector: Float32Array): number {
  return Math.sqrt(dot(vector, vector));
}
