/** Values of a pipeline's replies. @throws the first error among them */
export async function replyValues(
  replies: Promise<[error: Error | null, result: unknown][] | null>,
): Promise<readonly unknown[]> {
  return ((await replies) ?? []).map(([error, value]) => {
    if (error !== null) throw error;
    return value;
  });
}

/** VSIM's reply as a list of names and scores; RESP3 clients may get it as pairs or as a map. */
export function readScores(reply: unknown): readonly { readonly exactKey: string; readonly similarity: number }[] {
  const flat = Array.isArray(reply) ? reply.flat() : [];
  const found: { exactKey: string; similarity: number }[] = [];
  for (let place = 0; place + 1 < flat.length; place += 2) {
    const similarity = toSimilarity(flat[place + 1]);
    if (Number.isFinite(similarity)) found.push({ exactKey: String(flat[place]), similarity });
  }
  return found;
}

/** The cosine. VSIM's score is (1 + cosine) / 2. */
export function toSimilarity(score: unknown): number {
  return 2 * Number(String(score)) - 1;
}
