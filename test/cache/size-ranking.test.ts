import fc from 'fast-check';
import t from 'tap';
import { createSizeRanking } from '../../src/cache/size-ranking.js';

t.test('law: what it gives as largest is so but for a fifth, whatever was set before', async (t) => {
  const change = fc.tuple(fc.constantFrom('a', 'b', 'c', 'd', 'e'), fc.nat({ max: 1_000_000_000 }));
  fc.assert(
    fc.property(fc.array(change, { maxLength: 60 }), (changes) => {
      const ranking = createSizeRanking();
      const sizes = new Map<string, number>();
      return changes.every(([name, size]) => {
        ranking.set(name, size);
        sizes.set(name, size);
        const most = Math.max(...sizes.values());
        const found = ranking.largest();
        return most === 0 ? found === undefined : 1.2 * (sizes.get(found ?? '') ?? 0) > most;
      });
    }),
  );
  t.pass();
});
