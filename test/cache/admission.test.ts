import t from 'tap';
import { promptFreshness } from '../../src/cache/admission.js';
import type { Message, Role } from '../../src/request.js';

const say = (role: Role, ...texts: string[]): Message => ({
  role,
  parts: texts.map((text) => ({ kind: 'text', text })),
});

const cases: readonly (readonly [string, readonly Message[], string])[] = [
  ['one turn', [say('user', 'What is the weather in Oslo?')], 'live'],
  [
    'an earlier turn that asks for what is live',
    [say('user', 'What is the weather in Oslo?'), say('assistant', 'C or F?'), say('user', 'Celsius')],
    'live',
  ],
  [
    'an earlier turn that asks for what is recent',
    [say('user', 'What is the latest norm?'), say('assistant', 'Of what?'), say('user', 'Of screws')],
    'recent',
  ],
  [
    'the most perishable of several',
    [say('user', 'What is the latest norm?'), say('user', 'Is it raining right now?'), say('user', 'Why?')],
    'live',
  ],
  ['a second part', [say('user', 'Look at this.', 'What is the weather there?')], 'live'],
  [
    'what others than the user say',
    [
      say('system', 'Today is Monday.'),
      say('user', 'Why is the sea salty?'),
      say('assistant', 'As of today, because'),
      say('user', 'Go on'),
    ],
    'stable',
  ],
  ['nothing', [], 'stable'],
];

t.test('a conversation is as perishable as its most perishable user turn', async (t) => {
  for (const [what, messages, freshness] of cases) t.equal(promptFreshness(messages), freshness, what);
});
