import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { RecordOutcomeRequest, RecordOutcomeResponse } from '../../src/gen/pointsman/router/v1/router.js';
import { listSegments } from '../../src/outcomes/outcome-journal.js';
import { newDecisionId } from '../../src/routing/decision-id.js';
import { startProgram, type ChildProgram } from './child-program.js';
import { createLoadClient } from './load-client.js';
import type { Random } from './random.js';

/** How {@link runKillRounds} goes about it. */
export interface KillOptions {
  /** Command line of the service; its config names an `outcomes.directory`. */
  readonly serve: readonly string[];
  /** That folder. */
  readonly journal: string;
  readonly rounds: number;
  /** Calls that are sent in a round if nothing stops it. */
  readonly calls: number;
  readonly random: Random;
}

/** What became of the outcomes. All but the first two should be 0. */
export interface KillReport {
  readonly acknowledged: number;
  /** Acknowledged ones that were sent again after the restart and told to be duplicates. */
  readonly knownAgain: number;
  readonly lost: number;
  readonly twice: number;
  /** Acknowledged ones that the restarted service took for new. */
  readonly forgotten: number;
}

const IN_FLIGHT = 64;
const RESENT = 200;
const PATH = '/pointsman.router.v1.RouterService/RecordOutcome';
const DECISION_ID = newDecisionId({
  snapshotId: '0123456789abcdef',
  task: 'translation',
  model: 'some-model',
  promptTokens: 12,
  isAbstained: false,
});

/**
 * Sends outcomes to a service, kills it with SIGKILL at a random moment, starts it again, and looks in the journal for
 * what was acknowledged.
 */
export async function runKillRounds(options: KillOptions): Promise<KillReport> {
  const acknowledged = new Set<string>();
  let knownAgain = 0;
  let forgotten = 0;
  for (let round = 0; round < options.rounds; round++) {
    const killed = await startProgram('src/main.js', options.serve);
    const fresh = await recordUntilKilled(killed, round, options);
    const restarted = await startProgram('src/main.js', options.serve);
    const resent = fresh.slice(-RESENT);
    const duplicates = await resend(restarted, resent);
    knownAgain += duplicates;
    forgotten += resent.length - duplicates;
    await restarted.stop();
    for (const key of fresh) acknowledged.add(key);
  }
  const stored = await storedKeys(options.journal);
  return {
    acknowledged: acknowledged.size,
    knownAgain,
    lost: [...acknowledged].filter((key) => !stored.has(key)).length,
    twice: [...stored.values()].filter((count) => count > 1).length,
    forgotten,
  };
}

/** @returns the keys that were acknowledged, in that order. */
async function recordUntilKilled(
  service: ChildProgram,
  round: number,
  { calls, random }: KillOptions,
): Promise<readonly string[]> {
  const client = createLoadClient(service.address);
  const keys: string[] = [];
  const killAt = Math.floor(calls * (0.1 + 0.8 * random()));
  let sent = 0;
  const run = async (): Promise<void> => {
    while (sent < calls) {
      const key = `round-${round}-call-${sent++}`;
      await client.call(PATH, encode(key));
      keys.push(key);
      if (keys.length === killAt) service.kill('SIGKILL');
    }
  };
  // Every caller ends with the error of the call that the kill cut.
  await Promise.allSettled(Array.from({ length: IN_FLIGHT }, run));
  await service.ended;
  client.close();
  return keys;
}

/** @returns how many were told to be duplicates. */
async function resend(service: ChildProgram, keys: readonly string[]): Promise<number> {
  const client = createLoadClient(service.address);
  const answers = await Promise.all(keys.map((key) => client.call(PATH, encode(key))));
  client.close();
  return answers.filter((answer) => RecordOutcomeResponse.decode(answer).isDuplicate).length;
}

function encode(key: string): Buffer {
  const request = { decisionId: DECISION_ID, score: 0.5, idempotencyKey: key, model: '', source: 'bench' };
  return Buffer.from(RecordOutcomeRequest.encode(request).finish());
}

/** How often each key is in the journal. */
async function storedKeys(directory: string): Promise<ReadonlyMap<string, number>> {
  const counts = new Map<string, number>();
  for (const name of await listSegments(directory)) {
    for (const line of (await readFile(join(directory, name), 'utf8')).split('\n')) {
      if (line === '') continue;
      const { key } = JSON.parse(line) as { key: string };
      counts.set(key, (counts.get(key) ?? 0) + 1);
    }
  }
  return counts;
}
