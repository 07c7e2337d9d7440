// node curvature.js FOLDER NATIVE OUT.json: products of Hessians in Chromium, in turn with the native program.

import { inTurn } from './in_turn.js';

const products = { product: 'product', prepared: 'prepared', sixteen: 'sixteen at a time, each' };
const questions = ['digits', 'spirals'].flatMap((network) =>
  Object.entries(products).flatMap(([product, words]) =>
    ['f64', 'f32'].map((precision) => ({
      words: [network, product, precision],
      what: `${network}: ${words}, ${precision}`,
    })),
  ),
);

// The native program trains anew for every answer, so rounds are few.
const rounds = 4;

function answer({ products }, [network, product, precision]) {
  const which = [network === 'spirals', ['product', 'prepared', 'sixteen'].indexOf(product), precision === 'f32'].map(Number);
  // As many vectors whatever the product, and so many that setting them up, which counts here and not natively, hardly matters.
  // Training, at the first call for a network, is part of no best round.
  const vectors = 1600;
  const calls = product === 'sixteen' ? vectors / 16 : vectors;
  const start = performance.now();
  const number = products(...which, calls);
  return [number, (performance.now() - start) / 1000, vectors];
}

await inTurn('curvature', questions, answer, rounds);
