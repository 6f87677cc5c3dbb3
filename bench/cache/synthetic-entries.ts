import { NO_USAGE } from '../../src/answer.js';
import type { RequestFacts } from '../../src/cache/admission.js';
import type { CachedAnswer } from '../../src/cache/cached-answer.js';
import { textRequest } from '../../src/request.js';
import type { Random } from '../lib/random.js';

/** Of the vectors. */
export const DIMENSIONS = 384;

const WORDS =
  'amber basalt cedar dune ember fjord garnet heath iris jade kelp larch moss nettle opal pine quartz reed slate thyme'.split(
    ' ',
  );

/** A prompt by its number; neighbouring numbers make alike prompts. */
export function factsOf(place: number, tenant = ''): RequestFacts {
  const text = `How do I arrange item ${place % 1000} of the ${WORDS[place % WORDS.length] ?? ''} collection in the ${WORDS[(place * 7) % WORDS.length] ?? ''} room?`;
  return { request: textRequest(`${text} ${place}`, { tenant }), language: 'en', hasPersonalData: false };
}

/** A finished answer. */
export function answerOf(text: string): CachedAnswer {
  return {
    parts: [{ kind: 'text', text }],
    finishReason: 'stop',
    usage: NO_USAGE,
    costUsd: 0,
    model: 'bench',
    chunks: [],
  };
}

/** A random unit vector. */
export function randomVector(random: Random): Float32Array {
  return unit(() => gaussian(random));
}

/** A unit vector near another; `spread` is the length of the noise. */
export function vectorNear(centre: Float32Array, spread: number, random: Random): Float32Array {
  let place = 0;
  return unit(() => (centre[place++] ?? 0) + (spread * gaussian(random)) / Math.sqrt(DIMENSIONS));
}

function unit(draw: () => number): Float32Array {
  const vector = Float32Array.from({ length: DIMENSIONS }, draw);
  const norm = Math.sqrt(vector.reduce((sum, value) => sum + value * value, 0));
  return vector.map((value) => value / norm);
}

function gaussian(draw: Random): number {
  return Math.sqrt(-2 * Math.log(1 - draw())) * Math.cos(2 * Math.PI * draw());
}
