/** *Saddles* in the worker. */

import * as kernel from '../../pkg/scalar/losscape_saddles.js';
import { contourPath } from '../lib/contour.ts';
import type { Values } from '../lib/schema.ts';
import { CHANCES, STRIDE } from '../lib/slices.ts';
import { type Running, serveRuns } from '../worker/serve.ts';
import { filled } from '../worker/settings.ts';
import {
  type Frame,
  type Halved,
  type Haunted,
  type Here,
  levelsOf,
  METHODS,
  type Place,
  type Raced,
  shownOf,
  TOTAL,
  TOY_SPAN,
  type Toy,
  type View,
} from './protocol.ts';

/** Gradients and products between two looks at the clock. */
const CHUNK = 200;

class Searches implements Running<Frame, View, never> {
  #handle: kernel.Saddles;
  #seed: number;
  #found: readonly Place[] = [];
  #fresh = true;
  #ghosts: kernel.Ghosts | undefined;
  #split: kernel.Split | undefined;
  /** The last place sent, which is not sent again. */
  #sent = { place: '0', race: '', products: 0, split: '' };

  constructor(handle: kernel.Saddles, seed: number) {
    this.#handle = handle;
    this.#seed = seed;
  }

  get steps(): number {
    return this.#handle.searches;
  }

  advance(target: number): boolean {
    if (this.steps >= target) return false;
    const before = this.steps;
    if (this.#handle.advance(CHUNK) > before) this.#found = this.#handle.found();
    return this.steps < target;
  }

  #here(search: number): Here {
    const handle = this.#handle;
    return {
      search,
      values: handle.curvatures(),
      nearlyFlat: handle.nearly_flat(),
      slope: handle.slope(),
      places: handle.places(),
      curve: handle.curve(),
      ways: handle.ways(STRIDE),
      chances: handle.chances(CHANCES, STRIDE),
    };
  }

  /** The toy is the sum of what it is along its two directions. */
  #toy(gamma: number): Toy {
    const [down, up] = this.#handle.ways(TOY_SPAN).map(({ losses }) => losses);
    const field = [...up!].reverse().flatMap((above) => [...down!].map((height) => above + height));
    return {
      gamma,
      lines: levelsOf(gamma)
        .map((level) => contourPath(field, up!.length, level))
        .join(''),
    };
  }

  #race({ nudge, rate, kicks, damping }: NonNullable<View['race']>): Raced {
    const settings = filled(
      new kernel.RaceSettings(),
      { seed: this.#seed, nudge, rate, kicks, damping },
      { learning_rate: 'rate', noise: 'kicks' },
    );
    const race = this.#handle.race(settings);
    const { closer, predicted, back, newton_down: newtonDown } = race;
    const tracks = METHODS.map((_, k) => ({ ...race.track(k), left: race.left(k) }));
    race.free();
    return { tracks, closer, predicted, back, newtonDown };
  }

  #haunted(products: number): Haunted {
    this.#ghosts ??= new kernel.Ghosts(this.#seed);
    return {
      products,
      exact: this.#ghosts.exact(),
      kept: this.#ghosts.ritz(products, true),
      lost: this.#ghosts.ritz(products, false),
      copies: this.#ghosts.copies(products, false),
    };
  }

  #halved(halved: NonNullable<View['split']>): Halved {
    this.#split ??= new kernel.Split();
    const { unit, share } = halved;
    return { unit, share, whole: this.#split.whole(), halves: this.#split.split(unit, share) };
  }

  frame(view: View): Frame {
    const sent = this.#sent;
    const frame: Frame = { step: this.steps, digest: this.#handle.digest(), found: this.#found };
    if (this.#fresh) {
      frame.directions = this.#handle.directions;
      frame.points = this.#handle.points();
      this.#fresh = false;
    }
    const toy = view.place < 0;
    const found = toy ? undefined : shownOf(this.#found, view.place, this.steps >= TOTAL);
    const place = toy ? `toy ${view.gamma}` : String(found?.search ?? 0);
    if (toy) this.#handle.look_at_toy(view.gamma);
    else if (found) this.#handle.look_at(found.search);
    if (place !== sent.place) {
      frame.here = toy || found ? this.#here(found?.search ?? 0) : undefined;
      frame.toy = toy ? this.#toy(view.gamma) : undefined;
    }
    const race = view.race && (toy || (found && found.down > 0)) ? JSON.stringify([view.race, place]) : '';
    if (race !== sent.race) frame.race = race === '' ? undefined : this.#race(view.race!);
    if (view.products > 0 && view.products !== sent.products) frame.ghosts = this.#haunted(view.products);
    const split = view.split ? JSON.stringify(view.split) : '';
    if (view.split && split !== sent.split) frame.split = this.#halved(view.split);
    this.#sent = { place, race, products: view.products, split };
    return frame;
  }

  free(): void {
    this.#handle.free();
    this.#ghosts?.free();
    this.#split?.free();
  }
}

function start(values: Values): Searches {
  const settings = filled(
    new kernel.SaddlesSettings(),
    { ...values, trained: values.starts === 'training' ? 'on' : 'off' },
    { penalty: 'decay' },
  );
  return new Searches(new kernel.Saddles(settings), Number(values.seed));
}

serveRuns<Frame, View>(kernel, start, {});
