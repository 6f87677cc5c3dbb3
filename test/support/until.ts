/** Waits until a condition holds. @throws after `limitMs`, with what was waited for. */
export async function until(condition: () => boolean, limitMs = 20_000): Promise<void> {
  const givesUpAtMs = performance.now() + limitMs;
  while (!condition()) {
    if (performance.now() > givesUpAtMs) throw new Error(`not within ${limitMs} ms: ${condition.toString()}`);
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
}
