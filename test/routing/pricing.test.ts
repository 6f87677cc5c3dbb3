import t from 'tap';
import { costUsd } from '../../src/routing/pricing.js';
import type { Price } from '../../src/bundle/bundle.js';

const price: Price = {
  inputUsdPerMtok: 2,
  outputUsdPerMtok: 10,
  cachedInputUsdPerMtok: 0.5,
  above: [
    { promptTokens: 1000, inputUsdPerMtok: 4, outputUsdPerMtok: 15 },
    { promptTokens: 5000, inputUsdPerMtok: 8, outputUsdPerMtok: 20, cachedInputUsdPerMtok: 1 },
  ],
  source: 'list',
  date: '2026-11-01',
  isDeclared: false,
};

const cases = [
  { name: 'base price', tokens: { promptTokens: 1000, completionTokens: 100 }, usd: (1000 * 2 + 100 * 10) / 1e6 },
  {
    name: 'first tier, whole call',
    tokens: { promptTokens: 1001, completionTokens: 100 },
    usd: (1001 * 4 + 1500) / 1e6,
  },
  { name: 'highest tier', tokens: { promptTokens: 9000, completionTokens: 0 }, usd: (9000 * 8) / 1e6 },
  {
    name: 'cached input',
    tokens: { promptTokens: 1000, completionTokens: 0, cachedPromptTokens: 400 },
    usd: (600 * 2 + 400 * 0.5) / 1e6,
  },
  {
    name: 'a tier without a cached price bills cached tokens in full',
    tokens: { promptTokens: 2000, completionTokens: 0, cachedPromptTokens: 400 },
    usd: (2000 * 4) / 1e6,
  },
  {
    name: 'never more cached tokens than prompt tokens',
    tokens: { promptTokens: 100, completionTokens: 0, cachedPromptTokens: 400 },
    usd: (100 * 0.5) / 1e6,
  },
  { name: 'nothing', tokens: { promptTokens: 0, completionTokens: 0 }, usd: 0 },
];

for (const { name, tokens, usd } of cases) {
  t.test(name, async (t) => {
    t.ok(Math.abs(costUsd(price, tokens) - usd) < 1e-12, `${costUsd(price, tokens)} is ${usd}`);
  });
}
