import fc from 'fast-check';
import t from 'tap';
import { createVectorIndex, type VectorIndex } from '../../src/cache/vector-index.js';
import { vectorBytes } from '../../src/cache/store.js';
import { GRAPH_BYTES } from '../../src/cache/vector-sets.js';

const DIMENSIONS = 8;

/** A direction of its own for each label. */
function vectorOf(label: number): Float32Array {
  const vector = Float32Array.from({ length: DIMENSIONS }, (_, axis) => Math.sin((label + 1) * (axis + 1) * 1.7));
  const norm = Math.hypot(...vector);
  return vector.map((value) => value / norm);
}

function fill(count: number): VectorIndex {
  const index = createVectorIndex(DIMENSIONS);
  for (let label = 0; label < count; label += 1) index.add(label, vectorOf(label));
  return index;
}

function moveAll(index: VectorIndex): number {
  let moves = 0;
  for (; index.isMoving; moves += 1) index.move();
  return moves;
}

t.test('gives the places of removed vectors back, a few vectors at a time', async (t) => {
  const index = fill(2000);
  moveAll(index);
  t.equal(index.spareBytes, GRAPH_BYTES);
  for (let label = 0; label < 1000; label += 1) index.remove(label);
  t.notOk(index.isMoving, 'half of the places are in use');
  t.equal(index.spareBytes, GRAPH_BYTES + 1000 * vectorBytes(DIMENSIONS));
  index.remove(1000);
  t.equal(moveAll(index), Math.ceil(999 / 2));
  t.equal(index.spareBytes, GRAPH_BYTES);
  for (let label = 1001; label < 1900; label += 1) index.remove(label);
  moveAll(index);
  t.equal(index.spareBytes, 0, 'no graph for a few');
  t.equal(index.search(vectorOf(1950), 1)[0]?.label, 1950);
  t.equal(index.size, 100);
});

t.test('counts both homes while vectors move', async (t) => {
  const index = fill(1000);
  moveAll(index);
  for (let label = 0; label < 600; label += 1) index.remove(label);
  index.move();
  t.equal(index.spareBytes, 2 * GRAPH_BYTES + 602 * vectorBytes(DIMENSIONS));
  for (let label = 600; label < 1000; label += 1) index.remove(label);
  t.equal(index.size, 0);
  t.notOk(index.search(vectorOf(1), 1).length > 0);
});

t.test('finds every vector that is in it, wherever it is', async () => {
  const steps = fc.array(fc.tuple(fc.constantFrom('add', 'add', 'remove', 'remove', 'move'), fc.nat(200)), {
    minLength: 50,
    maxLength: 200,
  });
  fc.assert(
    fc.property(steps, (made) => {
      const index = createVectorIndex(DIMENSIONS, { flatLimit: 8 });
      const held: number[] = [];
      for (const [place, [step, choice]] of made.entries()) {
        if (step === 'move') index.move();
        else if (step === 'add') {
          held.push(place);
          index.add(place, vectorOf(place));
        } else for (const label of held.splice(choice % (held.length + 1), 3)) index.remove(label);
        const found = index.search(vectorOf(choice), 200).map(({ label }) => label);
        if (index.size !== held.length || found.sort((left, right) => left - right).join() !== held.join())
          return false;
      }
      return true;
    }),
    { numRuns: 30 },
  );
});
