/** Edits (insert, delete, replace, swap of neighbours) that turn one text into the other. */
function editCount(a: string, b: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const isSame = a[i - 1] === b[j - 1];
      let cost = Math.min((last[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1, (last[j - 1] ?? 0) + (isSame ? 0 : 1));
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) {
        cost = Math.min(cost, (beforeLast[j - 2] ?? 0) + 1);
      }
      row.push(cost);
    }
    beforeLast = last;
    last = row;
  }
  return last[b.length] ?? 0;
}

/** The known word most like the given one, when it is close enough to be a slip of the pen. */
export function nearestWord(word: string, known: Iterable<string>): string | undefined {
  if (word.length > 100) return undefined;
  let best: string | undefined;
  let bestCount = Math.max(1, Math.floor(word.length * 0.4)) + 1;
  for (const candidate of known) {
    const count = editCount(word.toLowerCase(), candidate.toLowerCase());
    if (count < bestCount) {
      best = candidate;
      bestCount = count;
    }
  }
  return best;
}

/** `; did you mean "x"?`, or a list of what is known, at most ten. */
export function suggestion(word: string, known: readonly string[]): string {
  const nearest = nearestWord(word, known);
  if (nearest !== undefined) return `; did you mean "${nearest}"?`;
  if (known.length === 0) return '';
  const shown = known.slice(0, 10).join(', ');
  return `; known: ${shown}${known.length > 10 ? `, and ${known.length - 10} more` : ''}`;
}
