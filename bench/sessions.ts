import { join } from 'node:path';
import { loadConfig } from '../src/config/load-config.js';
import { projectRoot } from '../src/config/project-root.js';
import { startRoutingCore } from '../src/compose.js';
import { textRequest, type Message, type RouteRequest } from '../src/request.js';
import { createTrace } from '../src/trace.js';
import { readArguments } from './lib/arguments.js';
import { readRows, type DataRow } from './lib/json-lines.js';
import { printTable, round, writeFigures } from './lib/report.js';

/**
 * Plays conversations turn by turn, with and without a session id. A turn with a `task` begins that task; a turn
 * without one goes on with it. The model should change only where a task begins.
 */

interface Turn {
  readonly text: string;
  readonly task?: string;
}

interface Tally {
  /** Turns that go on with their task, and how many of them changed the model. */
  goingOn: number;
  changedWhileGoingOn: number;
  /** Turns in mid-conversation that begin another task, and how many of them were decided anew. */
  beginning: number;
  noticed: number;
  costUsd: number;
}

const options = readArguments('sessions', {
  file: { help: 'conversations, JSON Lines', default: join(projectRoot(), 'bench', 'data', 'conversations.jsonl') },
});
const conversations = await readRows(options.text('file'), options.dataDirectory);
const core = await startRoutingCore({ config: loadConfig({ overrides: { log: { level: 'silent' } } }) });

async function play(row: DataRow, sessionId: string | undefined, tally: Tally): Promise<void> {
  const messages: Message[] = [];
  let previous: string | undefined;
  for (const turn of row['turns'] as readonly Turn[]) {
    messages.push({ role: 'user', parts: [{ kind: 'text', text: turn.text }] });
    const decision = await core.router.select(requestOf(messages, sessionId), createTrace(), never());
    tally.costUsd += decision.expectedCostUsd;
    if (previous !== undefined) {
      if (turn.task === undefined) {
        tally.goingOn++;
        if (decision.model !== previous) tally.changedWhileGoingOn++;
      } else {
        tally.beginning++;
        if (decision.reason !== 'sessionAffinity') tally.noticed++;
      }
    }
    previous = decision.model;
    messages.push({ role: 'assistant', parts: [{ kind: 'text', text: 'Here you are.' }] });
  }
}

function requestOf(messages: readonly Message[], sessionId: string | undefined): RouteRequest {
  const base = textRequest('');
  const prompt = { ...base.prompt, messages: [...messages] };
  return { ...base, prompt, ...(sessionId === undefined ? {} : { sessionId }) };
}

function never(): AbortSignal {
  return new AbortController().signal;
}

async function playAll(hasSession: boolean): Promise<Tally> {
  const tally: Tally = { goingOn: 0, changedWhileGoingOn: 0, beginning: 0, noticed: 0, costUsd: 0 };
  for (const [index, row] of conversations.entries()) {
    await play(row, hasSession ? `conversation-${index}` : undefined, tally);
  }
  return tally;
}

const [without, withSession] = [await playAll(false), await playAll(true)];
await core.close();

const rowOf = (name: string, tally: Tally): (string | number)[] => [
  name,
  `${tally.changedWhileGoingOn} of ${tally.goingOn} (${round((100 * tally.changedWhileGoingOn) / tally.goingOn, 1)}%)`,
  `${tally.noticed} of ${tally.beginning}`,
  round(tally.costUsd * 1000, 3),
];
printTable(
  ['', 'model changed within a task', 'new task decided anew', 'expected cost, USD / 1000'],
  [rowOf('without session', without), rowOf('with session', withSession)],
);
await writeFigures(options.jsonFile, { bench: 'sessions', conversations: conversations.length, without, withSession });
