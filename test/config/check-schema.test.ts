import fc from 'fast-check';
import t from 'tap';
import { z } from 'zod';
import { checkSchema, describeValue } from '../../src/config/check-schema.js';
import { formatProblem, ProblemList } from '../../src/config/problems.js';
import { parseYaml } from '../../src/config/yaml-document.js';

function problemsOf(schema: z.ZodType, text: string): readonly string[] {
  const problems = new ProblemList();
  const document = parseYaml('f.yaml', text, problems);
  if (document !== undefined) checkSchema(schema, document, problems);
  return problems.problems.map(formatProblem);
}

t.test('each kind of mistake has words of its own', async (t) => {
  const cases: readonly (readonly [z.ZodType, string, string])[] = [
    [z.strictObject({ a: z.string() }), 'a: 1', 'f.yaml:1:4: a: expected text, got 1'],
    [z.strictObject({ a: z.string().min(3) }), 'a: xy', 'f.yaml:1:4: a: expected at least 3 characters, got "xy"'],
    [
      z.strictObject({ a: z.array(z.number()).max(1) }),
      'a: [1, 2]',
      'f.yaml:1:4: a: expected at most 1 entries, got a list',
    ],
    [z.strictObject({ a: z.number().min(3) }), 'a: 2', 'f.yaml:1:4: a: expected at least 3, got 2'],
    [z.strictObject({ a: z.number().multipleOf(3) }), 'a: 2', 'f.yaml:1:4: a: expected a multiple of 3, got 2'],
    [z.strictObject({ a: z.literal('x') }), 'a: y', 'f.yaml:1:4: a: expected "x", got "y"'],
    [
      z.strictObject({ a: z.union([z.string(), z.number()]) }),
      'a: []',
      'f.yaml:1:4: a: expected text or a number, got an empty list',
    ],
    [z.strictObject({ a: z.email() }), 'a: y', 'f.yaml:1:4: a: expected another value, got "y"'],
    [
      z.strictObject({ a: z.record(z.string().max(1), z.number()) }),
      'a: { bc: 1 }',
      'f.yaml:1:6: a.bc: expected another key, got 1',
    ],
    [
      z.strictObject({ a: z.record(z.string(), z.strictObject({ b: z.number() })) }),
      'a: { k: { b: 1, bb: 2 } }',
      'f.yaml:1:17: a.k.bb: unknown key; did you mean "b"?',
    ],
    [z.strictObject({ a: z.boolean().optional() }), 'a: null', 'f.yaml:1:4: a: expected true or false, got nothing'],
    [z.tuple([z.string()]), '{}', 'f.yaml:1:1: expected a list, got a mapping'],
  ];
  for (const [schema, text, message] of cases) t.strictSame(problemsOf(schema, text), [message]);
});

t.test('keys are suggested from the branch of a union that was meant', async (t) => {
  const schema = z.discriminatedUnion('kind', [
    z.strictObject({ kind: z.literal('a'), apple: z.number().optional() }),
    z.strictObject({ kind: z.literal('b'), banana: z.number().optional() }),
  ]);
  t.strictSame(problemsOf(schema, 'kind: b\nbanan: 1'), ['f.yaml:2:1: banan: unknown key; did you mean "banana"?']);
});

t.test('the place of a value is found through lists, mappings and missing keys', async (t) => {
  const schema = z.strictObject({ list: z.array(z.strictObject({ a: z.number(), b: z.number() })) });
  t.strictSame(problemsOf(schema, 'list:\n  - a: 1\n    b: x\n  - a: 2\n'), [
    'f.yaml:3:8: list[0].b: expected a number, got "x"',
    'f.yaml:4:5: list[1].b: expected a number, got nothing',
  ]);
});

t.test('long values are cut, between characters', async (t) => {
  t.equal(describeValue('😀'.repeat(50)), `${JSON.stringify('😀'.repeat(40))}…`);
  t.equal(describeValue(Symbol('x')), 'another type');
});

t.test('any YAML and any JSON value give problems, never a crash, and places inside the file', async () => {
  const schema = z.strictObject({
    a: z.union([z.string().min(2), z.strictObject({ b: z.number() })]).optional(),
    c: z.array(z.record(z.string(), z.boolean())).optional(),
  });
  fc.assert(
    fc.property(fc.oneof(fc.string({ unit: 'grapheme' }), fc.json(), fc.string()), (text) => {
      const problems = new ProblemList();
      const document = parseYaml('f.yaml', text, problems);
      const value = document === undefined ? undefined : checkSchema(schema, document, problems);
      const lines = text.split('\n').length;
      const isInside = problems.problems.every(({ line, column }) => line >= 1 && line <= lines + 1 && column >= 1);
      const isTold = problems.problems.every(
        ({ message }) => !/invalid|zod|undefined|NaN/iu.test(message.split(', got')[0] ?? ''),
      );
      return (
        isInside && (isTold || /invalid|zod|undefined|nan/iu.test(text)) && (value !== undefined || problems.count > 0)
      );
    }),
    { numRuns: 500 },
  );
});
