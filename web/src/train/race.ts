/** Twenty starts of each of four settings, trained beside the page: who gets stuck, and who is only too small. */

import { html, nothing, svg } from 'lit';
import { centred } from '../grammar/axes.ts';
import { Part } from '../grammar/element.ts';
import { table } from '../grammar/table.ts';
import type { Client } from '../lib/client.ts';
import { count, significant, tick } from '../lib/format.ts';
import { newClient } from '../lib/launch.ts';
import { linear, logarithmic, polyline, type Scale } from '../lib/scale.ts';
import type { Values } from '../lib/schema.ts';
import { COOLED, RACE_STEPS, type Raced, type Requests, SEEDS, STUCK } from './protocol.ts';

/** An entry of the race: a name and its settings. */
export interface Setting {
  name: string;
  values: Values;
}

/** How the twenty of one setting have ended. */
export interface Outcome {
  name: string;
  hidden: number;
  /** Losses at the end, in the order of the seeds. */
  ends: readonly number[];
  /** The best loss that any seed of this width reached. */
  best: number;
  /** Runs that ended well above it. */
  stuck: number;
}

/** Workers that train at a time: some processors are left to the page. */
const LANES = Math.min(4, Math.max(1, (navigator.hardwareConcurrency || 2) - 1));

const [WIDTH, HEIGHT, LEFT, BOTTOM, TOP] = [220, 94, 34, 18, 5];
const X = linear([0, RACE_STEPS], [LEFT, WIDTH - 4]);
/** Losses that are always in sight: others widen the axis. */
const SEEN = [0.012, 3] as const;
const DECADES = [1e-4, 1e-3, 0.01, 0.1, 1, 10];

/** The axis of the losses, one for all panels, and what is written at it. */
function axis(runs: readonly Raced[]): { y: Scale; ticks: readonly number[] } {
  const losses = runs
    .flatMap(({ points }) => points.map(([, loss]) => loss))
    .filter((loss) => loss > 0 && Number.isFinite(loss));
  const [low, high] = [Math.min(SEEN[0], ...losses), Math.max(SEEN[1], ...losses)];
  const inside = DECADES.filter((v) => v >= low && v <= high);
  return {
    y: logarithmic([low, high], [HEIGHT - BOTTOM, TOP]),
    ticks: inside.filter((_, k) => inside.length < 4 || k % 2 === 0),
  };
}

/** Whether a run has ended well above the best of its width, or has left the finite numbers on its way. */
const over = (end: number, best: number) => !(end <= best + STUCK);

/** The race itself, whether or not it is drawn. */
export class Race {
  readonly settings: readonly Setting[];
  readonly #changed: () => void;
  readonly #failed: (error: unknown) => void;
  /** The runs that are done, in the order in which they are begun: all settings in turn. */
  #runs: (Raced | undefined)[] = [];
  #clients: Client<Requests>[] = [];
  #begun = 0;
  #going = false;

  constructor(settings: readonly Setting[], changed: () => void, failed: (error: unknown) => void) {
    this.settings = settings;
    this.#changed = changed;
    this.#failed = failed;
  }

  get total(): number {
    return SEEDS * this.settings.length;
  }

  get done(): number {
    return this.#runs.reduce((n, run) => n + Number(run !== undefined), 0);
  }

  /** Goes on with the runs that are left. Which worker makes which run does not enter their numbers. */
  async go(): Promise<void> {
    if (this.#going || this.done === this.total) return;
    this.#going = true;
    // Unfinished runs start again.
    this.#begun = 0;
    while (this.#clients.length < LANES) this.#clients.push(newClient<Requests>());
    try {
      await Promise.all(this.#clients.map((client) => this.#lane(client)));
    } catch (error) {
      this.#failed(error);
      this.#going = false;
    }
    if (this.#going && this.done < this.total) return;
    this.#going = false;
    for (const client of this.#clients) client.end();
    this.#clients = [];
  }

  async #lane(client: Client<Requests>): Promise<void> {
    while (this.#going) {
      while (this.#runs[this.#begun]) this.#begun++;
      const k = this.#begun++;
      if (k >= this.total) return;
      const { values } = this.settings[k % this.settings.length]!;
      const seed = Math.floor(k / this.settings.length) + 1;
      this.#runs[k] = await client.ask('race', { settings: { ...values, seed } });
      this.#changed();
    }
  }

  stop(): void {
    this.#going = false;
  }

  /** The runs of a setting that are done. */
  of(setting: number): Raced[] {
    return this.#runs.filter(
      (run, k): run is Raced => run !== undefined && k % this.settings.length === setting,
    );
  }

  /** How all have ended; nothing before. */
  get outcomes(): Outcome[] | undefined {
    return this.done < this.total ? undefined : this.soFar();
  }

  soFar(): Outcome[] {
    const width = (k: number) => Number(this.settings[k]!.values.hidden);
    return this.settings.map(({ name }, k) => {
      const same = this.settings.flatMap((_, j) => (width(j) === width(k) ? this.of(j) : []));
      const best = Math.min(...same.map(({ end }) => end).filter(Number.isFinite));
      const ends = this.of(k).map(({ end }) => end);
      return { name, hidden: width(k), ends, best, stuck: ends.filter((end) => over(end, best)).length };
    });
  }
}

/** Every run of the race, a panel a setting. */
export class RaceFigure extends Part {
  static override properties = { race: { attribute: false }, done: { type: Number } };
  declare race: Race;
  /** How many runs are drawn. */
  declare done: number;

  protected override render() {
    const { done, total } = this.race;
    if (done === 0) return nothing;
    const outcomes = this.race.soFar();
    const drawn = axis(outcomes.flatMap((_, k) => this.race.of(k)));
    return html`<h3>Training loss (nats) of ${SEEDS} seeds each, by step</h3>
      <div class="race">${outcomes.map((outcome, k) => this.#panel(outcome, k, drawn))}</div>
      <p class="readout" data-test="race">
        ${done < total ? `${done} of ${total} networks trained.` : `All ${total} networks are trained.`} Dotted: the best of that width.
      </p>
      ${done < total ? nothing : endsTable(outcomes)}`;
  }

  #panel({ name, hidden, best, ends, stuck }: Outcome, k: number, { y, ticks }: ReturnType<typeof axis>) {
    const runs = this.race.of(k);
    return html`<div class="plot">
      <p class="part">${name}: ${stuck} stuck</p>
      <svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${name}: ${ends.length} losses over ${count(RACE_STEPS)} steps; ${stuck} end well above the best of ${hidden} units, ${significant(best, 2)}">
        ${ticks.map(
          (v) => svg`<line class="grid" x1=${LEFT} x2=${WIDTH - 4} y1=${y(v)} y2=${y(v)} />
            <text x=${LEFT - 5} y=${y(v)} dy="0.32em" text-anchor="end">${tick(v)}</text>`,
        )}
        ${[0, COOLED].map((v) => centred(X(v), HEIGHT - 4, count(v)))}
        ${runs.map(
          ({ end, points }) =>
            svg`<path class=${over(end, best) ? 'run stuck' : 'run'} d=${polyline(points.map(([step, loss]) => [X(step), y(loss)]))} />`,
        )}
        ${Number.isFinite(y(best)) ? svg`<line class="best" x1=${LEFT} x2=${WIDTH - 4} y1=${y(best)} y2=${y(best)} />` : nothing}
      </svg>
    </div>`;
  }
}

/** The figure for those who cannot see it. */
function endsTable(outcomes: readonly Outcome[]) {
  return table(
    `How ${SEEDS} seeds of each setting have ended`,
    ['setting', 'stuck', 'lowest loss', 'highest loss', 'best of that width'],
    outcomes.map(({ name, stuck, ends, best }) => [
      name,
      stuck,
      ...[Math.min(...ends), Math.max(...ends), best].map((loss) => significant(loss)),
    ]),
  );
}

customElements.define('lab-race', RaceFigure);
