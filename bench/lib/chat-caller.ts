import { credentials, Metadata, type ServiceError, type StatusObject } from '@grpc/grpc-js';
import { CacheVerdict_Outcome } from '../../src/gen/pointsman/router/v1/decision.js';
import { ReasoningEffort, Role } from '../../src/gen/pointsman/router/v1/prompt.js';
import { RouterServiceClient, type ChatResponse } from '../../src/gen/pointsman/router/v1/router.js';

/** What came of one Chat call. */
export interface ChatCall {
  readonly isHit: boolean;
  /** Text of the answer. */
  readonly text: string;
  /** The call's time without the embedding and the provider's: what the router and its cache took, and the wire. */
  readonly ownMs: number;
}

/** Calls Chat of one service. */
export interface ChatCaller {
  /** @throws ServiceError */
  chat(text: string, tenant?: string): Promise<ChatCall>;
  close(): void;
}

const DEADLINE_MS = 30_000;

/** A caller on one connection. */
export function createChatCaller(address: string): ChatCaller {
  const client = new RouterServiceClient(address, credentials.createInsecure(), {
    'grpc.use_local_subchannel_pool': 1,
  });
  return {
    async chat(text, tenant = 'bench') {
      const metadata = new Metadata();
      metadata.set('x-pointsman-tenant', tenant);
      const startedAt = performance.now();
      const { response, timing } = await new Promise<{ response: ChatResponse; timing: string }>((resolve, reject) => {
        let answer: ChatResponse | undefined;
        const options = { deadline: Date.now() + DEADLINE_MS };
        const call = client.chat(requestOf(text), metadata, options, (error: ServiceError | null, value) => {
          if (error !== null) reject(error);
          answer = value;
        });
        call.once('status', (status: StatusObject) => {
          if (answer !== undefined)
            resolve({ response: answer, timing: String(status.metadata.get('server-timing')[0]) });
        });
      });
      const spent = performance.now() - startedAt;
      const outcome = response.cache?.outcome;
      return {
        isHit: outcome === CacheVerdict_Outcome.EXACT_HIT || outcome === CacheVerdict_Outcome.SEMANTIC_HIT,
        text: response.parts.map(({ content }) => (content?.$case === 'text' ? content.value : '')).join(''),
        ownMs: spent - durationOf(timing, 'embed') - durationOf(timing, 'upstream'),
      };
    },
    close: () => client.close(),
  };
}

function requestOf(text: string): Parameters<RouterServiceClient['chat']>[0] {
  return {
    prompt: {
      messages: [{ role: Role.USER, text, parts: [] }],
      tools: [],
      reasoningEffort: ReasoningEffort.UNSPECIFIED,
    },
    sessionId: '',
    includeTrace: false,
  };
}

/** Of a step of a Server-Timing value, in milliseconds; 0 where the step was not taken. */
function durationOf(timing: string, step: string): number {
  return Number(new RegExp(`(?:^|, )${step};dur=([\\d.]+)`, 'u').exec(timing)?.[1] ?? 0);
}
