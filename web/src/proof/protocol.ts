import type { Stand } from '../lib/protocol.ts';

export interface Frame extends Stand {
  half: number;
}
