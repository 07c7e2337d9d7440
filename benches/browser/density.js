// node density.js FOLDER NATIVE OUT.json: walkers and densities in Chromium, in turn with the native program.

import { inTurn } from './in_turn.js';

const questions = [
  { words: ['walk', '4096', '1000'], what: '4096 Langevin walkers, 1000 steps' },
  { words: ['spread', '100', '1'], what: 'density, 100² cells, to time 1' },
  { words: ['spread', '200', '0.25'], what: 'density, 200² cells, to time 0.25' },
];

await inTurn('density', questions, ({ seed, walk, spread }, [verb, first, second]) => {
  if (verb === 'walk') seed(Number(first));
  const start = performance.now();
  const number = verb === 'walk' ? walk(Number(second)) : spread(Number(first), Number(second));
  return [number, (performance.now() - start) / 1000, 1];
});
