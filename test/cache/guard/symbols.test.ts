import fc from 'fast-check';
import t from 'tap';
import { compareForHit, readForGuard, type GuardCheck } from '../../../src/cache/guard/hit-guard.js';
import { readSymbols } from '../../../src/cache/guard/symbols.js';

const refusal = (stored: string, asked: string): GuardCheck | undefined =>
  compareForHit(readForGuard(stored), readForGuard(asked)).refusedBy;

const READ: readonly (readonly [string, readonly string[]])[] = [
  ['Is -40 °C cold?', ['-40']],
  ['x^2 - 5x + 6 = 0', ['x^2', '2-5x', '5x+6', '6=0']],
  ['a==b, c => d', ['a==b', 'c=>d']],
  ['From A → B 👍🏽', ['→', '👍', '🏽']],
  ['A well-known e-mail - really!! **bold** C++ R&D 9-5 50+ people', []],
  ['Settings > General', []],
  ['| a | b |\n|---|---|\n> quoted\n- item\n* item', []],
];

t.test('reads what is said in signs, not what adorns', async (t) => {
  for (const [text, symbols] of READ) t.same(readSymbols(text), symbols, text);
});

const DIFFERENT: readonly (readonly [GuardCheck, string, string])[] = [
  ['symbols', 'Is it -40 C there?', 'Is it 40 C there?'],
  ['symbols', 'What is 7 + 3?', 'What is 7 - 3?'],
  ['symbols', 'What does == do in JavaScript?', 'What does = do in JavaScript?'],
  ['symbols', 'Is a - b negative?', 'Is b - a negative?'],
  ['symbols', 'What does 👍 mean?', 'What does 👎 mean?'],
  ['numbers', 'What is .5 times 8?', 'What is 5 times 8?'],
  ['numbers', 'Sort [1,2,3]', 'Sort [12,3]'],
  ['numbers', 'Run 1,5 km', 'Run 15 km'],
  ['numbers', 'Pay 40€', 'Pay 40$'],
];

const SAME: readonly (readonly [string, string])[] = [
  ['What is 2+2?', 'What is 2 + 2?'],
  ['Pay 1,500 dollars', 'Pay 1500 dollars'],
  ['Pay 1,00,000 rupees', 'Pay 100000 rupees'],
  ['Pay 40€', 'Pay €40'],
  ['Open 9-5', 'Open 9 to 5'],
  ['Is it **really** safe?!', 'Is it really safe?'],
];

t.test('other signs are another question', async (t) => {
  for (const [check, stored, asked] of DIFFERENT) {
    t.equal(refusal(stored, asked), check, `${stored} | ${asked}`);
    t.ok(refusal(asked, stored), `turned round: ${asked} | ${stored}`);
  }
  for (const [stored, asked] of SAME) t.equal(refusal(stored, asked), undefined, `${stored} | ${asked}`);
});

t.test('law: another operator or sign is always refused, other white space never', async (t) => {
  const operator = fc.constantFrom(
    '+',
    '-',
    '*',
    '^',
    '=',
    '<',
    '>',
    '==',
    '!=',
    '<=',
    '>=',
    '<<',
    '>>',
    '&&',
    '||',
    '->',
  );
  const operand = fc.constantFrom('x', 'y', 'z', 'n');
  fc.assert(
    fc.property(operand, operand, operator, operator, (left, right, one, other) => {
      const spaced = `evaluate ${left} ${one} ${right} for me`;
      if (refusal(spaced, `evaluate ${left}${one}${right} for me`) !== undefined) return false;
      return one === other || refusal(spaced, `evaluate ${left} ${other} ${right} for me`) !== undefined;
    }),
  );
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 9999 }),
      (value) => refusal(`is ${value} more`, `is -${value} more`) === 'symbols',
    ),
  );
  t.pass();
});
