import { html, nothing, type SVGTemplateResult, svg } from 'lit';
import '../grammar/field.ts';
import '../grammar/spectrum.ts';
import type { Chart } from '../grammar/asking.ts';
import type { Handle, Zoom } from '../grammar/field.ts';
import type { HomeFile } from '../grammar/home.ts';
import type { NumberShown } from '../grammar/numbers.ts';
import { classPoints } from '../grammar/points.ts';
import { ramp } from '../grammar/ramp.ts';
import { count, percent, significant } from '../lib/format.ts';
import { OWN_SPAN } from '../lib/own.ts';
import { pointsOf } from '../lib/rows.ts';
import { MOONS_SPAN, type Point } from '../lib/view.ts';
import { legend, runPath } from './drawing.ts';
import { files } from './export.ts';
import { type Measured, moreNumbers, numbers } from './numbers.ts';
import { HALF_OF } from './protocol.ts';
import { SurfaceRun } from './run.ts';
import { BESIDE, CELLS, HALF, PLANE, PRESETS, SCALE, shown, TILT } from './schema.ts';

/** The exhibit *Surface*. */
export class SurfaceExhibit extends SurfaceRun {
  protected readonly presets = PRESETS;
  protected override readonly presetNote =
    'Drag the cross, or an end of the line; arrow keys do it too. + and − zoom, 0 shows all.';

  // ---- words and numbers ----

  protected get caption(): string {
    return `Step ${count(this.state?.step ?? 0)} of ${count(this.facts?.steps ?? 3000)}, seed ${this.values.seed}`;
  }

  protected describe(): string {
    const plane = this.ring ? `ring, tilt ${significant(this.number('tilt'))}` : `plane ${this.values.plane}`;
    const own = this.own ? `${this.facts?.labels.length ?? 0} own points, ` : '';
    return `${own}${plane}, seed ${this.values.seed}, initial scale ${significant(this.number('scale'))}, step ${this.state?.step ?? 0}`;
  }

  protected override get headline(): string | undefined {
    return this.ring
      ? 'Low ground lies in a ring. How high does the straight line between two places on it climb?'
      : undefined;
  }

  protected answer(): string | undefined {
    if (this.ring) {
      const highest = this.truth(this.questions[0]!);
      if (highest === undefined || this.veils('line')) return undefined;
      return `Here a map shows all there is. The straight line from A to B climbs to ${significant(highest)}; the way around, along the ring, does not rise above the higher end.`;
    }
    const { random, run } = this.shares;
    const walk = this.slice?.walk;
    if (random === undefined || run === undefined || walk === undefined || this.veils('share'))
      return undefined;
    return `The random plane holds ${percent(random)} of the run, the plane in which it moved most ${percent(run, 0)}. But a random walk, too, has a plane that holds ${percent(walk, 0)} of it. Each slice shows what it was chosen to show, and hides ${(this.facts?.dim ?? 105) - 2} directions.`;
  }

  /** Whether the run in this plane is still to be guessed. */
  #veiled(plane: unknown): boolean {
    return !this.ring && plane === 'random' && this.veils('share');
  }

  protected summary(): string {
    if (!this.look) return '';
    const what = this.atCross ? 'Loss at the cross' : 'Loss of the run';
    return `Step ${this.state!.step}. ${what} ${significant(this.look.loss)}.`;
  }

  #measured(): Measured {
    return {
      ring: this.ring,
      dim: this.facts?.dim ?? 105,
      points: this.facts?.labels.length ?? 0,
      holdsLine: this.holdsLine,
      line: this.line,
      look: this.look,
      atCross: this.atCross,
      curved: this.curved,
      slice: this.slice,
      map: this.map,
      digest: this.state?.digest ?? '',
      hideLine: this.veils('line'),
      hideShare: this.#veiled(this.values.plane),
    };
  }

  protected numbers(): NumberShown[] {
    return numbers(this.#measured());
  }

  protected moreNumbers(): NumberShown[] {
    return moreNumbers(this.#measured());
  }

  protected mainNumber() {
    return {
      value: this.look ? significant(this.look.loss) : '–',
      note: this.atCross ? 'loss at the cross' : `loss of the run · step ${count(this.state?.step ?? 0)}`,
    };
  }

  // ---- drawing ----

  #mapSummary(): string {
    const { range } = this.map ?? {};
    if (!range) return 'The map is being computed.';
    const [end] = pointsOf(this.slice!.ends);
    const [left, right, low, high] = shown(this.values);
    // A coordinate within rounding of zero is zero.
    const at = (v: number) => significant(Math.abs(v) < 1e-9 ? 0 : v, 2);
    return `Loss from ${significant(range[0])} to ${significant(range[1])} on a square of half-width ${significant(this.number('half'))} around x ${at((left + right) / 2)}, y ${at((low + high) / 2)}. The run ends at x ${at(end!.x)}, y ${at(end!.y)}.`;
  }

  #handles(): Handle[] {
    const at = (id: string) => ({ x: this.number(`${id}x`), y: this.number(`${id}y`) });
    // A and B are the trained networks; an end of the line may be dragged away from them.
    const names = this.ring ? ['A', 'B'] : ['', ''];
    const [a, b] = this.ring ? ['Point A', 'Point B'] : ['The line’s start', 'The line’s end'];
    const line: Handle[] = [
      { id: 'a', label: a!, letter: names[0]!, shape: 'circle', ...at('a') },
      { id: 'b', label: b!, letter: names[1]!, shape: 'square', ...at('b') },
    ];
    return [
      ...(this.holdsLine ? line : []),
      { id: 'cross', label: 'Cross: the point looked at', letter: '', shape: 'cross', ...at('c') },
    ];
  }

  get #names(): string[] {
    return !this.ring && this.values.plane === 'minima' ? ['A', 'B', 'C'] : [''];
  }

  #map() {
    const handles = this.#handles();
    const above = (x: (v: number) => number, y: (v: number) => number): SVGTemplateResult =>
      this.slice
        ? runPath(
            this.slice,
            {
              step: this.state!.step,
              look: this.atCross ? undefined : this.look,
              hidden: this.#veiled(this.values.plane),
              line: handles.slice(0, -1),
              names: this.#names,
            },
            x,
            y,
          )
        : svg``;
    return html`<lab-field
      class="map"
      .picture=${this.map?.picture}
      .span=${shown(this.values)}
      .covers=${this.map?.span}
      .handles=${handles}
      .above=${above}
      label="Map of the loss"
      summary=${this.#mapSummary()}
      computes
      @lab-zoom=${(event: CustomEvent<Zoom>) => this.zoom(event.detail)}
      @lab-show=${(event: CustomEvent<Point>) => this.show(event.detail)}
      @lab-handle=${(event: CustomEvent<{ id: string; x: number; y: number }>) => this.moved(event.detail)}
      @lab-place=${(event: CustomEvent<{ x: number; y: number }>) => this.moved({ id: 'cross', ...event.detail })}
    ></lab-field>`;
  }

  #aside() {
    const { facts, ring } = this;
    const whose = this.atCross ? 'the cross' : `the run, step ${count(this.state?.step ?? 0)}`;
    return html`<div class="map-aside">
      ${
        ring || !facts
          ? nothing
          : html`<lab-field
              class="boundary"
              .picture=${this.look?.boundary}
              .span=${this.own ? OWN_SPAN : MOONS_SPAN}
              .above=${classPoints(facts.points, facts.labels, 2.5)}
              label="Decision boundary of ${whose}"
              summary="${facts.labels.length} points of two classes, circles and squares, and where the network draws the line between them."
            ></lab-field>
            <p class="part">Boundary of ${whose}</p>`
      }
      ${ramp('loss', this.map?.range)}
    </div>`;
  }

  /** Which plane the map shows, and which one beside it. */
  #planes() {
    if (this.ring) return nothing;
    return html`<div class="row planes">
      <div class="row" role="group" aria-label="Plane">
        ${PLANE.options.map(
          ({ value, label }) =>
            html`<button
              type="button"
              data-plane=${value}
              aria-pressed=${value === this.values.plane ? 'true' : 'false'}
              @click=${() => this.set(PLANE.key, value)}
            >
              ${label}
            </button>`,
        )}
      </div>
      ${this.narrow.matches ? nothing : this.#besides()}
    </div>`;
  }

  #besides() {
    return this.choice(BESIDE, false);
  }

  /** The second plane with the same run. */
  #other() {
    if (this.ring) return nothing;
    const other = this.other?.plane === this.values.beside ? this.other : undefined;
    const half = HALF_OF[String(this.values.beside)]!;
    const hidden = this.#veiled(this.values.beside);
    const head = { step: this.state?.step ?? 0, look: undefined, hidden, line: [], names: [''] };
    return html`<div class="other">
      <lab-field
        .picture=${other?.picture}
        .span=${[-half, half, -half, half]}
        .above=${other ? (x: (v: number) => number, y: (v: number) => number) => runPath(other, head, x, y) : undefined}
        label="Map of the second plane"
        summary=${other && !hidden ? `The same run on another plane, which holds ${percent(other.share)} of it.` : 'The same run on another plane.'}
      ></lab-field>
      <p class="honesty" data-test="beside">
        ${!other ? 'Computing.' : hidden ? 'The run is hidden until you guess.' : `Holds ${percent(other.share)} of the run.`}
      </p>
    </div>`;
  }

  protected figure() {
    const zoomed =
      this.number('half') !== HALF_OF[String(this.values.plane)] || this.number('mx') || this.number('my');
    return html`<figure class="figure" ?hidden=${!this.look} aria-label="The loss on a plane">
      ${this.#planes()}
      <div
        class="map-and-aside ${this.ring ? 'alone' : ''}"
        data-cells=${this.map?.cells ?? 0}
        data-map=${this.map?.digest ?? ''}
      >
        <div>
          ${this.#map()}
          <p class="honesty" data-test="honesty">
            ${this.ring ? 'You see 2 of 2 directions: all there is.' : `You see 2 of ${this.facts?.dim ?? 105} directions.`}
            ${zoomed && !this.ring ? html`<button type="button" data-do="whole" @click=${() => this.zoom({ by: 0, x: 0, y: 0 })}>Whole map</button>` : nothing}
          </p>
        </div>
        ${this.narrow.matches ? nothing : html`${this.#other()} ${this.#aside()}`}
      </div>
      <figcaption>${legend(this.map, this.slice, this.ring)}</figcaption>
    </figure>`;
  }

  protected charts(): Chart[] {
    const nats = this.ring ? '' : ' (nats)';
    const step = this.state?.step ?? 0;
    const heights = this.#veiled(this.values.plane)
      ? []
      : (this.slice?.heights ?? []).filter(([at]) => at <= step);
    const run = {
      id: 'heights',
      label: this.ring ? 'Loss of the run' : `Loss of the run, and of the map below it${nats}`,
      log: true,
      span: this.total,
      series: [
        {
          name: 'run',
          role: 's-a',
          mark: 'circle' as const,
          points: heights.map(([at, y]) => [at, y] as const),
        },
        ...(this.ring
          ? []
          : [
              {
                name: 'map',
                role: 's-b',
                mark: 'square' as const,
                points: heights.map(([at, , y]) => [at, y] as const),
              },
            ]),
      ],
    };
    if (!this.holdsLine) return [run];
    const losses = [...(this.line?.losses ?? [])];
    const last = losses.length - 1;
    const [a, b] = [losses[0]!, losses[last]!];
    const along = losses.map((loss, k) => [k / last, loss] as const);
    const ends = along.map(([t]) => [t, (1 - t) * a + t * b] as const);
    return [
      run,
      {
        id: 'profile',
        label: `Loss ${this.ring || this.askedLine ? 'from A to B' : 'along the line'}${nats}`,
        axis: 'share of the way',
        span: 1,
        alone: { cursor: this.place },
        series: this.line
          ? [
              { name: 'loss', role: 's-a', mark: 'circle', points: along, veil: 'line' },
              { name: 'ends', role: 's-b', mark: 'square', points: ends, veil: 'line' },
            ]
          : [],
      },
    ];
  }

  /** A pinned line needs only its losses. */
  protected override pin(): void {
    super.pin();
    const { series } = this.pinned ?? {};
    if (series?.profile) series.profile = series.profile.slice(0, 1);
  }

  #profile() {
    if (!this.holdsLine) return nothing;
    if (this.veils('line'))
      return html`<h3>Loss from A to B</h3>
        <p class="note" data-test="profile-hidden">Hidden until you guess: the highest loss on this line is a question.</p>`;
    return html`${this.others()}
      <p class="note">
        Dashed: the straight line between the losses of the ends, from which the barrier is measured. The cursor takes the cross
        along.${this.pinned ? ' Thin: the pinned line.' : nothing}
      </p>`;
  }

  /** All curvatures where one looks, once they are known. */
  #spectrum() {
    const { curved } = this;
    const whose = this.atCross ? 'at the cross' : 'where the run is';
    if (this.ring) return nothing;
    return html`<div>
      <h3>Curvature ${whose}, in all ${this.facts?.dim ?? 105} directions</h3>
      ${
        curved
          ? html`<lab-spectrum
              .values=${curved.values}
              .flat=${0.01 * Math.max(curved.largest, -curved.smallest)}
              label=${`Curvatures ${whose}`}
            ></lab-spectrum>`
          : html`<p class="note">Computed when the run pauses: it costs a hundred gradients.</p>`
      }
      <p class="note">Each stem is a direction. Up: the loss rises that way; down: it falls; in the grey strip it is nearly flat. The map shows two of them.</p>
    </div>`;
  }

  protected override curves() {
    return html`<div class="profile" @lab-cursor=${this.onLine}>
        ${this.#profile()}
      </div>
      ${this.#spectrum()}
      ${
        this.narrow.matches
          ? html`${this.ring ? nothing : this.#besides()} ${this.#other()} ${this.#aside()}
              <p class="note">${legend(this.map, this.slice, this.ring)}</p>`
          : nothing
      }`;
  }

  protected controls() {
    return html`${this.learned()} ${this.ring ? this.slider(TILT) : this.slider(SCALE)}
      ${this.slider(HALF, false)}`;
  }

  protected moreControls() {
    return html`${this.choice(CELLS, false)} ${this.ring ? this.slider(SCALE) : nothing}`;
  }

  // ---- taking home ----

  protected files(): HomeFile[] {
    return files({
      about: this.about(),
      line: this.veils('line') ? undefined : this.line,
      // The place of the run in a plane reveals how much of it the plane holds.
      slice: this.#veiled(this.values.plane) ? undefined : this.slice,
    });
  }

  protected override stateParts(): object {
    return { ...super.stateParts(), map: this.map?.digest ?? '' };
  }
}

customElements.define('lab-surface', SurfaceExhibit);
