import { unaryCall } from './rpc.js';
import { selectRequest, type TestService } from './service.js';

/** Callers that each send one call after the other. */
export interface CallLoop {
  /** Calls answered so far. */
  readonly answered: number;
  /** What the calls that failed ended with. A caller whose call failed sends no other. */
  readonly failures: readonly unknown[];
  /** Sends no new call; resolves once those in flight have ended. */
  end(): Promise<void>;
}

/** Starts so many callers of SelectModel. Each prompt is a new one, so that each is embedded. */
export function startCallLoop(router: TestService['router'], callers: number): CallLoop {
  const failures: unknown[] = [];
  let answered = 0;
  let sent = 0;
  let isEnding = false;
  const run = async (): Promise<void> => {
    while (!isEnding) {
      sent++;
      const request = selectRequest(`call ${sent}: what is ${sent} times ${sent + 1}?`);
      try {
        await unaryCall(router.selectModel.bind(router), request);
        answered++;
      } catch (error) {
        failures.push(error);
        return;
      }
    }
  };
  const running = Promise.all(Array.from({ length: callers }, run));
  return {
    get answered() {
      return answered;
    },
    failures,
    async end() {
      isEnding = true;
      await running;
    },
  };
}
