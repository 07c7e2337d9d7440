/** The weights of hidden units as pictures. */

import { diverging } from '../lib/colour.ts';
import { INPUTS, SIDE } from '../lib/look.ts';

export interface Units {
  weights: Float32Array;
  units: number;
  limit: number;
  answers: Float32Array | undefined;
  columns: number;
  side: number;
  gap: number;
  bar: number;
  tile: OffscreenCanvas;
  yes: string;
  no: string;
  rail: string;
}

/** The weight at which colours saturate or bars end. It moves in steps, so that they keep their meaning from frame to frame. */
export function saturation(weights: Float32Array): number {
  let most = 0;
  for (const w of weights) if (Math.abs(w) > most) most = Math.abs(w);
  return [0.25, 0.5, 0.75, 1, 1.5, 2, 3, 5, 7, 10, 20, 50, 100].find((l) => most <= 1.8 * l) ?? most;
}

/** Each unit's 64 incoming weights as a picture, with its answer as a bar from the middle. */
export function paintUnits(g: CanvasRenderingContext2D, u: Units): void {
  const small = u.tile.getContext('2d')!;
  const image = small.createImageData(SIDE, SIDE);
  const packed = new Uint32Array(image.data.buffer);
  g.clearRect(0, 0, g.canvas.width, g.canvas.height);
  g.imageSmoothingEnabled = false;
  for (let unit = 0; unit < u.units; unit++) {
    for (let i = 0; i < INPUTS; i++) packed[i] = diverging(u.weights[i * u.units + unit]!, u.limit);
    small.putImageData(image, 0, 0);
    const x = (unit % u.columns) * (u.side + u.gap);
    const y = Math.floor(unit / u.columns) * (u.side + u.bar + u.gap);
    g.drawImage(u.tile, x, y, u.side, u.side);
    const middle = x + u.side / 2;
    const rail = Math.max(1, Math.round(u.bar / 4));
    g.fillStyle = u.rail;
    g.fillRect(x, y + u.side + u.bar - rail, u.side, rail);
    const answer = u.answers?.[unit];
    if (answer === undefined) continue;
    const length = (answer * u.side) / 2;
    g.fillStyle = answer < 0 ? u.no : u.yes;
    g.fillRect(length < 0 ? middle + length : middle, y + u.side + 2, Math.abs(length), u.bar - 2);
  }
}
