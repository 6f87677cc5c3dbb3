import t from 'tap';
import type { CacheCall, MissTicket } from '../../src/cache/answer-cache.js';
import type { CachedAnswer } from '../../src/cache/cached-answer.js';
import { createHitJudge } from '../../src/cache/hit-judge.js';
import type { PairVerifier } from '../../src/embedding/pair-verifier.js';
import { answer, ANSWER, ask, createFixture, makeFacts, TASK } from './cache-fixture.js';
import { unitVector } from './store-contract.js';

const WHY = 'Why is the sea salty?';
/** An answer with a text, and the reasoning that led to it. */
const answerOf = (text: string, reasoning?: string): CachedAnswer => ({
  ...ANSWER,
  parts: [
    ...(reasoning === undefined ? [] : [{ kind: 'reasoning' as const, text: reasoning }]),
    { kind: 'text', text },
  ],
});
const CLOSE = { ...TASK, vector: unitVector(1, 0.11) };

t.test('answers an identical request from the exact tier', async (t) => {
  const { cache, advance } = createFixture();
  t.equal(await answer(cache, makeFacts(WHY)), undefined);
  advance(5000);
  const { found, trace } = await ask(cache, makeFacts(WHY));
  t.same(found.kind === 'hit' && found.answer, ANSWER);
  t.match(trace.cache, { outcome: 'exactHit', similarity: 1, ageSeconds: 5 });
  t.match(trace.cache?.entryId, /^.{32}\..{32}$/);
});

t.test('answers an equivalent request from the semantic tier', async (t) => {
  const { cache } = createFixture();
  await answer(cache, makeFacts(WHY));
  const { found, trace } = await ask(cache, makeFacts('So why is the sea salty?'), CLOSE);
  t.equal(found.kind, 'hit');
  t.match(trace.cache, { outcome: 'semanticHit' });
  t.ok((trace.cache?.acceptanceProbability ?? 0) > 0.5);
});

t.test('says which check refused the nearest prompt', async (t) => {
  const { cache } = createFixture();
  await answer(cache, makeFacts('Why is the sea in Greece salty?'));
  const { found, trace } = await ask(cache, makeFacts('Why is the sea in Norway salty?'), CLOSE);
  t.equal(found.kind, 'miss');
  t.match(trace.cache, { outcome: 'miss', refusedBy: 'guard:contrast' });
  t.equal((await cache.stats()).refusals.get('guard:contrast'), 1);
});

t.test('never crosses tenants or system prompts', async (t) => {
  const { cache } = createFixture();
  await answer(cache, makeFacts(WHY, { tenant: 'a', system: 'Be brief.' }));
  for (const facts of [
    makeFacts(WHY, { tenant: 'b', system: 'Be brief.' }),
    makeFacts(WHY, { tenant: 'a', system: 'Be long.' }),
    makeFacts(WHY, { tenant: 'a', system: 'Be brief.', language: 'de' }),
  ]) {
    t.equal((await ask(cache, facts)).found.kind, 'miss');
  }
});

t.test('keeps an answer as long as its task says, and less where it speaks of recent things', async (t) => {
  const { cache, advance } = createFixture({ recentTtlSeconds: 60 });
  await answer(cache, makeFacts(WHY));
  await answer(cache, makeFacts('What is the latest norm?'));
  advance(61_000);
  t.equal((await ask(cache, makeFacts('What is the latest norm?'))).found.kind, 'miss');
  t.equal((await ask(cache, makeFacts(WHY))).found.kind, 'hit');
  advance(3_600_000);
  t.equal((await ask(cache, makeFacts(WHY))).found.kind, 'miss');
});

t.test('a caller may only tighten', async (t) => {
  const { cache, advance } = createFixture();
  await answer(cache, makeFacts(WHY));
  advance(10_000);
  const outcome = async (policy: object, text = WHY): Promise<string | undefined> =>
    (await ask(cache, makeFacts(text, { cache: policy }), CLOSE)).trace.cache?.outcome;
  t.equal(await outcome({ noCache: true }), 'bypass');
  t.equal(await outcome({ maxAgeSeconds: 5 }), 'miss');
  t.equal(await outcome({ maxAgeSeconds: 15 }), 'exactHit');
  t.equal(await outcome({}, 'So why is the sea salty?'), 'semanticHit');
  t.equal(await outcome({ exactOnly: true }, 'So why is the sea salty?'), 'miss');
  t.equal(await outcome({ minSimilarity: 0.999999 }, 'So why is the sea salty?'), 'miss');
  t.equal(await outcome({ minSimilarity: -1 }, 'Why is the sea so cold?'), 'miss');
});

t.test('what a caller says about look-ups does not decide how its answer is stored', async (t) => {
  for (const policy of [{ noCache: true }, { exactOnly: true }, { noCache: true, exactOnly: true }]) {
    const { cache } = createFixture();
    t.equal(await answer(cache, makeFacts(WHY, { cache: policy })), undefined);
    const { trace } = await ask(cache, makeFacts('So why is the sea salty?'), CLOSE);
    t.equal(trace.cache?.outcome, 'semanticHit', JSON.stringify(policy));
  }
});

t.test('a refreshed answer takes the place of the stored one in both tiers', async (t) => {
  const { cache } = createFixture();
  await answer(cache, makeFacts(WHY));
  await answer(cache, makeFacts(WHY, { cache: { noCache: true } }), { answer: answerOf('Refreshed.') });
  await answer(cache, makeFacts(WHY, { cache: { noCache: true, noStore: true } }), { answer: answerOf('Not kept.') });
  for (const text of [WHY, 'So why is the sea salty?']) {
    const { found } = await ask(cache, makeFacts(text), CLOSE);
    t.same(found.kind === 'hit' && found.answer, answerOf('Refreshed.'), text);
  }
});

t.test('does not compare what may not be compared', async (t) => {
  const { cache } = createFixture();
  await answer(cache, makeFacts(WHY));
  const refusedBy = async (changes: object): Promise<string | undefined> =>
    (await ask(cache, makeFacts('So why is the sea salty?'), { ...CLOSE, ...changes })).trace.cache?.refusedBy;
  t.equal(await refusedBy({ caching: 'exact' }), 'task:exact');
  t.equal(await refusedBy({ caching: 'never' }), 'task:never');
  t.equal(await refusedBy({ caching: 'exact', isStricterThanTask: true }), 'likely-task:exact');
  t.equal(await refusedBy({ isTruncated: true }), 'truncated');
  t.equal((await ask(cache, makeFacts('Varför?', { language: 'sv' }))).trace.cache?.refusedBy, 'language');
});

t.test('does not store what may not be stored', async (t) => {
  const { cache } = createFixture({ maxAnswerBytes: 2000 });
  const cases = [
    ['policy:no-store', makeFacts('a1', { cache: { noStore: true } }), {}],
    ['task:never', makeFacts('a2'), { task: { ...TASK, caching: 'never' as const } }],
    ['likely-task:never', makeFacts('a2'), { task: { ...TASK, caching: 'never' as const, isStricterThanTask: true } }],
    ['freshness:live', makeFacts('What is the weather in Rome?'), {}],
    ['temperature', makeFacts('a3', { temperature: 1.5 }), {}],
    ['personal-data', makeFacts('Greet ann@example.org'), {}],
    ['personal-data', makeFacts('a4'), { answer: answerOf('Write to ann@example.org.') }],
    ['personal-data', makeFacts('a4'), { answer: answerOf('Yes.', 'The user is ann@example.org.') }],
    ['answer:unfinished', makeFacts('a5'), { answer: { ...ANSWER, finishReason: 'length' as const } }],
    ['answer:filtered', makeFacts('a6'), { answer: { ...ANSWER, finishReason: 'contentFilter' as const } }],
    [
      'answer:tool-call',
      makeFacts('a7'),
      { answer: { ...ANSWER, parts: [{ kind: 'toolCall' as const, id: '1', name: 'f', argumentsJson: '{}' }] } },
    ],
    ['answer:empty', makeFacts('a8'), { answer: { ...ANSWER, parts: [] } }],
    ['answer:empty', makeFacts('a8'), { answer: answerOf('\n', 'The sea is salty because') }],
    [
      'answer:empty',
      makeFacts('a8'),
      { answer: { ...ANSWER, parts: [{ kind: 'reasoning' as const, text: 'The sea is salty because' }] } },
    ],
    ['answer:too-large', makeFacts('a9'), { answer: answerOf('x'.repeat(3000)) }],
    ['ttl', makeFacts('a10'), { task: { ...TASK, ttlSeconds: 0 } }],
  ] as const;
  for (const [reason, facts, options] of cases) t.equal(await answer(cache, facts, options), reason, reason);
  t.equal((await cache.stats()).local.entries, 0);
});

t.test('shares personal data only between identical requests, and only where allowed', async (t) => {
  const { cache } = createFixture({ isPersonalDataAllowed: true });
  await answer(cache, makeFacts('Greet ann@example.org'));
  t.equal((await ask(cache, makeFacts('Greet ann@example.org'))).trace.cache?.outcome, 'exactHit');
  t.equal((await ask(cache, makeFacts('Please greet ann@example.org'))).trace.cache?.refusedBy, 'personal-data');
  await answer(cache, makeFacts(WHY), { answer: answerOf('Ask ann@example.org.') });
  t.equal((await ask(cache, makeFacts(WHY))).trace.cache?.outcome, 'exactHit');
  t.equal((await ask(cache, makeFacts('So why is the sea salty?'), CLOSE)).trace.cache?.outcome, 'miss');
});

t.test('a call is counted once, by its last verdict', async (t) => {
  const { cache } = createFixture();
  const signal = new AbortController().signal;
  const miss = async (): Promise<{ ticket: MissTicket; call: CacheCall }> => {
    const { found, trace } = await ask(cache, makeFacts(WHY));
    if (found.kind === 'hit') throw new Error('expected a miss');
    return { ticket: found.ticket, call: { trace, signal } };
  };
  const [first, second, third] = [await miss(), await miss(), await miss()];
  const leading = await cache.takeTurn(first.ticket, first.call);
  const following = cache.takeTurn(second.ticket, second.call);
  const leaving = cache.takeTurn(third.ticket, { ...third.call, signal: AbortSignal.timeout(1) });
  await t.rejects(leaving, { name: 'RouterError' });
  if (leading.kind === 'produce') leading.complete(ANSWER, first.call.trace);
  t.same(await following, { kind: 'follow', answer: ANSWER });
  await answer(cache, makeFacts('Why is the sky blue?', { cache: { noCache: true } }));
  t.match(await cache.stats(), { lookups: 4, exactHits: 1, semanticHits: 0, misses: 2, bypasses: 1 });
});

t.test('invalidates by tenant after a dry run', async (t) => {
  const { cache } = createFixture();
  await answer(cache, makeFacts(WHY, { tenant: 'a' }));
  await answer(cache, makeFacts(WHY, { tenant: 'b' }));
  t.equal(await cache.invalidate({ tenant: 'a' }, { isDryRun: true }), 1);
  t.equal(await cache.invalidate({ tenant: 'a' }, { isDryRun: false }), 1);
  t.equal((await ask(cache, makeFacts(WHY, { tenant: 'a' }))).found.kind, 'miss');
  t.equal((await ask(cache, makeFacts(WHY, { tenant: 'b' }))).found.kind, 'hit');
});

t.test('a cancelled look-up is an error, not a miss', async (t) => {
  const { cache } = createFixture();
  await t.rejects(ask(cache, makeFacts(WHY), TASK, AbortSignal.abort()), {
    name: 'RouterError',
    message: 'the call was cancelled',
  });
});

const verifier = (score: PairVerifier['score']): PairVerifier => ({ score, fingerprint: 'v1', maxTokens: 128 });

t.test('the verifier has its say about candidates', async (t) => {
  for (const [logit, outcome] of [
    [8, 'semanticHit'],
    [-8, 'miss'],
  ] as const) {
    const judge = createHitJudge({
      verifier: verifier((pairs) => Promise.resolve(pairs.map(() => logit))),
      verifierTimeoutMs: 100,
    });
    const { cache } = createFixture({}, { judge });
    await answer(cache, makeFacts(WHY));
    const { trace } = await ask(cache, makeFacts('So why is the sea salty?'), CLOSE);
    t.equal(trace.cache?.outcome, outcome);
    if (logit < 0) t.equal(trace.cache?.refusedBy, 'verifier');
  }
});

t.test('a suspicion of the guard holds unless the verifier overrules it', async (t) => {
  const outcomes: (string | undefined)[] = [];
  for (const logit of [8, -1, undefined]) {
    const scored = { verifier: verifier((pairs) => Promise.resolve(pairs.map(() => logit ?? 0))) };
    const judge = createHitJudge({ ...(logit === undefined ? {} : scored), verifierTimeoutMs: 100 });
    const { cache } = createFixture({}, { judge });
    await answer(cache, makeFacts(WHY));
    const { trace } = await ask(cache, makeFacts('Why is the sea not sweet but salty?'), CLOSE);
    outcomes.push(trace.cache?.refusedBy ?? trace.cache?.outcome);
  }
  t.same(outcomes, ['semanticHit', 'guard:negation', 'guard:negation']);
});

t.test('a pair that the verifier cannot read whole may not differ in a single telling word', async (t) => {
  const unread = verifier((pairs) => Promise.resolve(pairs.map(() => undefined)));
  const { cache } = createFixture({}, { judge: createHitJudge({ verifier: unread, verifierTimeoutMs: 100 }) });
  await answer(cache, makeFacts(WHY));
  const outcomeOf = async (text: string): Promise<string | undefined> => {
    const { trace } = await ask(cache, makeFacts(text), CLOSE);
    t.same(trace.degradations, []);
    return trace.cache?.refusedBy ?? trace.cache?.outcome;
  };
  t.equal(await outcomeOf('So why is the sea salty?'), 'semanticHit');
  t.equal(await outcomeOf(`${WHY} Reply as a haiku.`), 'unmatched');
});

t.test('without the verifier no threshold lets a suspicion through', async (t) => {
  const thresholds = () => ({ minProbability: 0, minProbabilityUnverified: 0 });
  const { cache } = createFixture({}, { judge: createHitJudge({ verifierTimeoutMs: 100 }), thresholds });
  await answer(cache, makeFacts(WHY));
  const { trace } = await ask(cache, makeFacts('Why is the sea not sweet but salty?'), CLOSE);
  t.match(trace.cache, { outcome: 'miss', refusedBy: 'guard:negation' });
});

t.test('of the thresholds of all tasks that a prompt may belong to, the highest holds', async (t) => {
  const thresholds = (task?: string) => ({ minProbability: 1, minProbabilityUnverified: task === 'strict' ? 1 : 0 });
  const { cache } = createFixture({}, { judge: createHitJudge({ verifierTimeoutMs: 100 }), thresholds });
  await answer(cache, makeFacts(WHY));
  const askAs = async (likelyTasks?: readonly string[]) => {
    const task = { ...CLOSE, ...(likelyTasks === undefined ? {} : { likelyTasks }) };
    return (await ask(cache, makeFacts('So why is the sea salty?'), task)).trace.cache?.outcome;
  };
  t.equal(await askAs(), 'semanticHit');
  t.equal(await askAs(['explanation', 'lax']), 'semanticHit');
  t.equal(await askAs(['explanation', 'strict']), 'miss');
});

t.test('goes on without a verifier that fails, by the stricter rule, and says so', async (t) => {
  const judge = createHitJudge({
    verifier: verifier(() => Promise.reject(new Error('queue full'))),
    verifierTimeoutMs: 100,
  });
  const { cache } = createFixture({}, { judge });
  await answer(cache, makeFacts(WHY));
  const { trace } = await ask(cache, makeFacts('So why is the sea salty?'), CLOSE);
  t.equal(trace.cache?.outcome, 'semanticHit');
  t.same(trace.degradations, ['cache: verifier did not answer; judged without it']);
  t.equal((await ask(cache, makeFacts('Why is sea spray corrosive?'), CLOSE)).trace.cache?.outcome, 'miss');
});
