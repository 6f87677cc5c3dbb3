/** Keeps names by size, to find one of the largest. */
export interface SizeRanking {
  /** 0 forgets the name. */
  set(name: string, size: number): void;
  /** One of the largest: no other is larger by more than a fifth. */
  largest(): string | undefined;
}

/** Sizes of one class differ by less than the fourth root of two. */
const CLASSES_PER_DOUBLING = 4;

/** A ranking without names. Each call takes some microseconds, also for tens of thousands of names. */
export function createSizeRanking(): SizeRanking {
  const classes: (Set<string> | undefined)[] = [];
  const classOf = new Map<string, number>();
  return {
    set(name, size) {
      const before = classOf.get(name);
      const next = size > 0 ? Math.floor(CLASSES_PER_DOUBLING * Math.log2(Math.max(1, size))) : undefined;
      if (next === before) return;
      if (before !== undefined) classes[before]?.delete(name);
      if (next === undefined) {
        classOf.delete(name);
        return;
      }
      classOf.set(name, next);
      (classes[next] ??= new Set()).add(name);
    },
    largest() {
      const [name] = classes.findLast((names) => (names?.size ?? 0) > 0) ?? [];
      return name;
    },
  };
}
