/** Something that must be closed in the end. */
type CloseAction = () => unknown;

/** Closes what was opened, last opened first. */
export interface CloseStack {
  add(close: CloseAction): void;
  /** Runs every action, also after one failed. Later calls do nothing. @throws the first failure. */
  close(): Promise<void>;
}

/** An empty stack. */
export function createCloseStack(): CloseStack {
  let actions: CloseAction[] = [];
  return {
    add: (close) => {
      actions.push(close);
    },
    async close() {
      const pending = actions.reverse();
      actions = [];
      const failures: unknown[] = [];
      for (const action of pending) {
        try {
          await action();
        } catch (error) {
          failures.push(error);
        }
      }
      if (failures.length > 0) throw failures[0];
    },
  };
}
