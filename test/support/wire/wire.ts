/** What the scripted upstream says, whatever the wire format. */
export interface WireAnswer {
  readonly model: string;
  /** Sent piece by piece in streams. */
  readonly texts: readonly string[];
  readonly reasoning: string;
  readonly toolCalls: readonly { readonly id: string; readonly name: string; readonly argumentsJson: string }[];
  readonly finish: 'stop' | 'length' | 'toolCalls' | 'contentFilter';
  /** Absent: the upstream reports no usage. */
  readonly usage?: WireUsage;
}

/** Tokens that the upstream reports. */
export interface WireUsage {
  readonly promptTokens: number;
  readonly cachedTokens: number;
  readonly completionTokens: number;
  readonly reasoningTokens: number;
}

/** One vendor's wire format. */
export interface Wire {
  readonly name: string;
  /** Whether a request is written in this format. */
  matches(path: string): boolean;
  model(path: string, body: Record<string, unknown>): string;
  isStream(path: string, body: Record<string, unknown>): boolean;
  readonly streamContentType: string;
  json(answer: WireAnswer): unknown;
  /** Opening pieces without content, pieces with content, closing pieces. */
  stream(answer: WireAnswer): {
    readonly open: readonly Buffer[];
    readonly content: readonly Buffer[];
    readonly close: readonly Buffer[];
  };
  /** Body of an error as the vendor writes it. */
  error(status: number, message: string, code?: string): unknown;
}

/** A server-sent event. */
export function sse(data: unknown, event?: string): Buffer {
  const text = typeof data === 'string' ? data : JSON.stringify(data);
  return Buffer.from(`${event === undefined ? '' : `event: ${event}\n`}data: ${text}\n\n`);
}

/** Text of an answer as a whole. */
export function wholeText(answer: WireAnswer): string {
  return answer.texts.join('');
}
