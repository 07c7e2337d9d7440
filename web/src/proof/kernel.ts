import * as kernel from '../../pkg/scalar/losscape_proof.js';
import type { Values } from '../lib/schema.ts';
import { type Running, serveRuns } from '../worker/serve.ts';
import type { Frame } from './protocol.ts';

class Counting implements Running<Frame, undefined, never> {
  #proof: kernel.Proof;

  constructor(seed: number) {
    this.#proof = new kernel.Proof(seed);
  }

  get steps(): number {
    return this.#proof.steps;
  }

  advance(target: number): boolean {
    this.#proof.advance(Math.min(16, target - this.steps));
    return this.steps < target;
  }

  frame(): Frame {
    return { step: this.steps, digest: this.#proof.digest(), half: this.steps / 2 };
  }

  free(): void {
    this.#proof.free();
  }
}

serveRuns<Frame, undefined>(kernel, ({ seed }: Values) => new Counting(Number(seed)), {});
