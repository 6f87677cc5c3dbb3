import type { IncomingMessage, ServerResponse } from 'node:http';
import { RouterError } from '../../errors.js';
import { TENANT_KEY, type CallContext, type DeadlineSettings } from '../call-context.js';

/** A context together with its end. */
export interface OpenHttpCall {
  readonly context: CallContext;
  close(): void;
}

const MAX_HEADER_LENGTH = 128;

/** Opens the context of an HTTP call: it is over when the client is gone, or when the default deadline passes. */
export function openHttpCall(
  request: IncomingMessage,
  response: ServerResponse,
  { deadlines, newId }: { readonly deadlines: DeadlineSettings; readonly newId: () => string },
): OpenHttpCall {
  const startedAtMs = performance.now();
  const controller = new AbortController();
  const timer = setTimeout(() => {
    controller.abort(
      new RouterError({
        reason: 'DEADLINE_EXCEEDED',
        message: 'the deadline passed before the call was done; send less text or raise deadlines.chatDefaultMs',
      }),
    );
  }, deadlines.defaultMs);
  timer.unref();
  const onClose = (): void => {
    if (response.writableFinished) return;
    controller.abort(new RouterError({ reason: 'CALL_CANCELLED', message: 'the client cancelled the call' }));
  };
  response.once('close', onClose);
  return {
    context: {
      signal: controller.signal,
      startedAtMs,
      deadlineAtMs: startedAtMs + deadlines.defaultMs,
      tenant: headerText(request, TENANT_KEY) ?? 'default',
      requestId: headerText(request, 'x-request-id') ?? newId(),
    },
    close() {
      clearTimeout(timer);
      response.off('close', onClose);
    },
  };
}

/** The text of a header, where it is there and not absurdly long. */
export function headerText(request: IncomingMessage, name: string): string | undefined {
  const value = request.headers[name];
  return typeof value === 'string' && value !== '' && value.length <= MAX_HEADER_LENGTH ? value : undefined;
}

/** What a header lists between commas; empty without it. */
export function listHeader(request: IncomingMessage, name: string): string[] {
  return (
    headerText(request, name)
      ?.split(',')
      .map((item) => item.trim()) ?? []
  );
}

/** Reads a JSON body. @throws RouterError PROMPT_TOO_LARGE or MESSAGE_INVALID */
export async function readJsonBody(request: IncomingMessage, maxBytes: number): Promise<unknown> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request) {
    bytes += (chunk as Buffer).length;
    if (bytes > maxBytes) {
      throw new RouterError({
        reason: 'PROMPT_TOO_LARGE',
        message: `the request is larger than ${maxBytes} bytes; shorten it`,
        metadata: { max: String(maxBytes) },
      });
    }
    chunks.push(chunk as Buffer);
  }
  try {
    return JSON.parse(Buffer.concat(chunks).toString('utf8')) as unknown;
  } catch {
    throw new RouterError({ reason: 'MESSAGE_INVALID', message: 'the body is not JSON; send a JSON object' });
  }
}
