import t from 'tap';
import { guessLanguage } from '../../src/routing/language-guess.js';

const cases = [
  ['How do I say this to my boss?', 'en'],
  ['Wie schreibe ich das für meinen Chef, und ist es höflich?', 'de'],
  ['Comment est-ce que je dis cela dans une lettre pour les clients ?', 'fr'],
  ['¿Cómo escribo una carta para los clientes con el precio?', 'es'],
  ['これは何ですか', 'ja'],
  ['这是什么', 'zh'],
  ['이것은 무엇입니까', 'ko'],
  ['Metformin side effects?', 'en'],
  ['lasagne recipe without meat', 'en'],
  ['Lasagne Rezept ohne Fleisch', 'und'],
  ['receta lasaña sin carne', 'und'],
  ['git fetch vs git clone', 'und'],
  ['x = 3 * 4', 'und'],
  ['', 'und'],
] as const;

for (const [text, language] of cases) {
  t.test(`${text} is ${language}`, async (t) => {
    t.equal(guessLanguage(text), language);
  });
}
