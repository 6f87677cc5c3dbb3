/** Runs what it is given in order, one at each turn of the event loop. */
export type TurnQueue = (work: () => void) => void;

/**
 * Creates the queue. A batch ends many calls at once, and each has a millisecond of work left: one after the other in
 * one turn, they would hold up whatever else arrives, such as a health check, for all of them together.
 */
export function createTurnQueue(): TurnQueue {
  const waiting: (() => void)[] = [];
  let isScheduled = false;

  const schedule = (): void => {
    isScheduled = true;
    setImmediate(takeTurn);
  };

  const takeTurn = (): void => {
    const work = waiting.shift();
    isScheduled = false;
    if (waiting.length > 0) schedule();
    work?.();
  };

  return (work) => {
    waiting.push(work);
    if (!isScheduled) schedule();
  };
}
