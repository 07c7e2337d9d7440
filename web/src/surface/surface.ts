import { html, nothing, type SVGTemplateResult, svg } from 'lit';
import '../grammar/field.ts';
import type { Chart } from '../grammar/asking.ts';
import type { Handle, Zoom } from '../grammar/field.ts';
import type { HomeFile } from '../grammar/home.ts';
import type { NumberShown } from '../grammar/numbers.ts';
import { classPoints } from '../grammar/points.ts';
import { count, significant } from '../lib/format.ts';
import type { Place } from '../lib/view.ts';
import { legend, runPath } from './drawing.ts';
import { files } from './export.ts';
import { type Measured, moreNumbers, numbers } from './numbers.ts';
import { INPUTS } from './protocol.ts';
import { SurfaceRun } from './run.ts';
import { CELLS, HALF, PLANE, PRESETS, SCALE, SCENE, shown, TILT } from './schema.ts';

/** The exhibit *Surface*. */
export class SurfaceExhibit extends SurfaceRun {
  protected readonly presets = PRESETS;
  protected override readonly presetNote =
    'A, B and the cross can be dragged, or moved with the arrow keys; + and −, two fingers, or Ctrl and the wheel zoom the map.';

  // ---- words and numbers ----

  protected get caption(): string {
    return `Step ${count(this.state?.step ?? 0)} of ${count(this.facts?.steps ?? 3000)}, seed ${this.values.seed}`;
  }

  protected describe(): string {
    const plane = this.ring ? `ring, tilt ${significant(this.number('tilt'))}` : `plane ${this.values.plane}`;
    return `${plane}, seed ${this.values.seed}, initial scale ${significant(this.number('scale'))}, step ${this.state?.step ?? 0}`;
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
      line: this.line,
      look: this.look,
      atCross: this.atCross,
      curved: this.curved,
      slice: this.slice,
      map: this.map,
      digest: this.state?.digest ?? '',
      hideLine: this.veils('line'),
      hideShare: this.values.plane === 'random' && this.veils('share'),
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
    const [x, y] = this.slice!.ends;
    const [left, right, low, high] = shown(this.values);
    return `Loss from ${significant(range[0])} to ${significant(range[1])} on a square of half-width ${significant(this.number('half'))} around x ${significant((left + right) / 2, 2)}, y ${significant((low + high) / 2, 2)}. The run ends at x ${significant(x!, 2)}, y ${significant(y!, 2)}.`;
  }

  #handles(): Handle[] {
    const at = (id: string) => ({ x: this.number(`${id}x`), y: this.number(`${id}y`) });
    return [
      { id: 'a', label: 'Handle A', letter: 'A', shape: 'circle', ...at('a') },
      { id: 'b', label: 'Handle B', letter: 'B', shape: 'square', ...at('b') },
      { id: 'cross', label: 'Cross: the point looked at', letter: '', shape: 'cross', ...at('c') },
    ];
  }

  #map() {
    const handles = this.#handles();
    const above = (x: (v: number) => number, y: (v: number) => number): SVGTemplateResult =>
      this.slice
        ? runPath(this.slice, this.state!.step, this.atCross ? undefined : this.look, handles, {
            x,
            y,
            minima: !this.ring && this.values.plane === 'minima',
          })
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
      @lab-show=${(event: CustomEvent<Place>) => this.show(event.detail)}
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
          : html`<p class="part">Decision boundary of ${whose}</p>
            <lab-field
              class="boundary"
              .picture=${this.look?.boundary}
              .span=${INPUTS}
              .above=${classPoints(facts.points, facts.labels, 2.5)}
              label="Decision boundary of ${whose}"
              summary="160 points of two moons, circles and squares, and where the network draws the line between them."
            ></lab-field>`
      }
      ${legend(this.map, this.slice, ring)}
    </div>`;
  }

  protected figure() {
    return html`<figure class="figure" ?hidden=${!this.look} aria-label="The loss on a plane">
      <div class="map-and-aside" data-cells=${this.map?.cells ?? 0} data-map=${this.map?.digest ?? ''}>
        ${this.#map()} ${this.narrow.matches ? nothing : this.#aside()}
      </div>
      <p class="honesty" data-test="honesty">
        ${this.ring ? 'You see 2 of 2 directions: all there is.' : `You see 2 of ${this.facts?.dim ?? 105} directions.`}
      </p>
    </figure>`;
  }

  protected charts(): Chart[] {
    const losses = [...(this.line?.losses ?? [])];
    const last = losses.length - 1;
    const [a, b] = [losses[0]!, losses[last]!];
    const along = losses.map((loss, k) => [k / last, loss] as const);
    const ends = along.map(([t]) => [t, (1 - t) * a + t * b] as const);
    return [
      {
        id: 'profile',
        label: `Loss from A to B${this.ring ? '' : ' (nats)'}`,
        axis: 'share of the way',
        span: 1,
        series: this.line
          ? [
              { name: 'loss', role: 's-a', mark: 'circle', points: along },
              { name: 'ends', role: 's-b', mark: 'square', points: ends },
            ]
          : [],
      },
    ];
  }

  /** Of a pinned line the losses are enough. */
  protected override pin(): void {
    super.pin();
    const { series } = this.pinned ?? {};
    if (series) series.profile = series.profile!.slice(0, 1);
  }

  #profile() {
    if (this.veils('line'))
      return html`<h3>Loss from A to B</h3>
        <p class="note" data-test="profile-hidden">Hidden until you guess: the highest loss on this line is the question.</p>`;
    return html`${this.charts().map((chart) => this.chart(chart))}
      <p class="note">
        Dashed: the straight line between the losses of the ends, from which the barrier is measured. The cursor takes the cross
        along.${this.pinned ? ' Thin: the pinned line A.' : nothing}
      </p>`;
  }

  protected override curves() {
    return html`<div class="profile">${this.#profile()}</div>
      ${this.narrow.matches ? this.#aside() : nothing}`;
  }

  protected controls() {
    return html`${this.choice(SCENE)} ${this.ring ? this.slider(TILT) : this.choice(PLANE, false)}
      ${this.slider(HALF, false)}`;
  }

  protected moreControls() {
    return html`${this.choice(CELLS, false)} ${this.slider(SCALE)}`;
  }

  // ---- taking home ----

  protected files(): HomeFile[] {
    return files({
      about: this.about(),
      line: this.veils('line') ? undefined : this.line,
      slice: this.slice,
    });
  }

  protected override stateParts(): object {
    return { map: this.map?.digest ?? '' };
  }
}

customElements.define('lab-surface', SurfaceExhibit);
