import { readFile } from 'node:fs/promises';
import { startRoutingCore } from '../compose.js';
import { loadConfig } from '../config/load-config.js';
import { RouterError } from '../errors.js';
import { textRequest, type RouteRequest } from '../request.js';
import { createLogger } from '../telemetry/logger.js';
import { createTrace } from '../trace.js';
import { configOptions, parseShare, type ConfigFlags } from './flags.js';
import { toJson, type ExitCode, type Output } from './output.js';
import { createProgress } from './progress.js';
import { renderDecision, renderTrace } from './render-decision.js';
import { UsageError } from './usage-error.js';

/** Flags of `pointsman select`. */
export interface SelectFlags extends ConfigFlags {
  readonly file?: string;
  readonly system?: string;
  readonly explain?: boolean;
  readonly json?: boolean;
  readonly quality?: string;
}

/** Decides about one prompt and prints the decision. */
export async function runSelect(prompt: string | undefined, flags: SelectFlags, output: Output): Promise<ExitCode> {
  const request = withQuality(textRequest(await readPrompt(prompt, flags), systemOf(flags)), flags);
  const progress = createProgress();
  const core = await startRoutingCore({
    config: loadConfig(configOptions(flags)),
    logger: createLogger('error'),
    onProgress: progress.report,
  });
  try {
    progress.end();
    const trace = createTrace();
    const decision = await core.router.select(request, trace, AbortSignal.timeout(60_000));
    if (flags.json === true) {
      const { classification, ...rest } = decision;
      const task = { id: rest.task, probability: classification.probability, isAbstained: classification.isAbstained };
      output.out(toJson({ decision: { ...rest, task }, ...(flags.explain === true ? { trace } : {}) }));
    } else {
      output.out(renderDecision(decision));
      if (flags.explain === true) output.out(`\n${renderTrace(trace)}`);
    }
    return 0;
  } finally {
    await core.close();
  }
}

function systemOf(flags: SelectFlags): { system?: string } {
  return flags.system === undefined ? {} : { system: flags.system };
}

function withQuality(request: RouteRequest, flags: SelectFlags): RouteRequest {
  if (flags.quality === undefined) return request;
  const qualityPreference = parseShare(flags.quality, '--quality');
  return { ...request, constraints: { ...request.constraints, qualityPreference } };
}

async function readPrompt(prompt: string | undefined, flags: SelectFlags): Promise<string> {
  if ((prompt === undefined) === (flags.file === undefined)) {
    throw new UsageError('give a prompt, or --file with the file that holds it, but not both');
  }
  const text = flags.file === undefined ? await readArgument(prompt ?? '') : await readPromptFile(flags.file);
  if (text.trim() === '') throw invalid('the prompt is empty; type what you would ask a model');
  return text;
}

async function readArgument(prompt: string): Promise<string> {
  if (prompt !== '-') return prompt;
  const chunks: Buffer[] = [];
  for await (const chunk of process.stdin) chunks.push(Buffer.from(chunk as Uint8Array));
  return Buffer.concat(chunks).toString('utf8');
}

async function readPromptFile(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    const why = error instanceof Error && 'code' in error && error.code === 'ENOENT' ? 'no such file' : String(error);
    throw invalid(`cannot read the prompt ${file}: ${why}`);
  }
}

function invalid(message: string): RouterError {
  return new RouterError({ reason: 'PROMPT_EMPTY', message });
}
