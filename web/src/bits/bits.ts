import { html, nothing, svg } from 'lit';
import './digests.ts';
import type { Chart } from '../grammar/asking.ts';
import type { HomeFile } from '../grammar/home.ts';
import type { NumberShown } from '../grammar/numbers.ts';
import { SEED } from '../grammar/settings.ts';
import { count, hexGroups, significant } from '../lib/format.ts';
import { identicon } from './columns.ts';
import type { Digests } from './digests.ts';
import { files } from './export.ts';
import { drawMap, PAPER, STEPS as SHADES } from './map.ts';
import { moreNumbers, numbers } from './numbers.ts';
import { type Column, differing, lossDifference, WEIGHTS } from './protocol.ts';
import { exchanged } from './questions.ts';
import { BitsRun } from './run.ts';
import { ORDER, PRESETS, STEPS, TANH } from './schema.ts';

/** The exhibit *Same bits*. */
export class BitsExhibit extends BitsRun {
  protected readonly presets = PRESETS;
  /** The part of the map that was drawn last. */
  #drawn = '';

  // ---- words and numbers ----

  protected get caption(): string {
    return `Step ${count(this.state?.step ?? 0)} of ${count(this.total)}, seed ${this.values.seed}`;
  }

  protected describe(): string {
    return `the second time ${exchanged(this.values)}; seed ${this.values.seed}, step ${this.state?.step ?? 0} of ${this.total}`;
  }

  protected override get headline(): string | undefined {
    if (this.values.tanh === TANH.default && this.values.order === ORDER.default) return undefined;
    return `We train the same network twice; the second time ${exchanged(this.values)}. Do both get the same result, to the last bit?`;
  }

  protected answer(): string | undefined {
    const { end } = this;
    if (!end || this.veils('bits')) return undefined;
    const differ = differing(end);
    const after = `After ${count(end.step)} steps`;
    const [agree, all] = this.#agreement;
    const everyone =
      all > 1 ? ` With the kernel’s own arithmetic ${agree} of ${all} targets agree, bit for bit.` : '';
    if (differ === 0) return `${after} not one bit differs.${everyone}`;
    const { first } = this.state!;
    return `${after} ${WEIGHTS - differ} of ${WEIGHTS} weights have the same bits; a first bit differed after step ${count(first!)}.${everyone}`;
  }

  /** How many of the known targets have the digest of the last one. */
  get #agreement(): readonly [agree: number, all: number] {
    return this.querySelector<Digests>('lab-digests')?.agreement ?? [0, 0];
  }

  protected summary(): string {
    const { state } = this;
    if (!state) return 'The kernel is being loaded.';
    const { step } = state;
    if (step === 0) return 'Both runs are at their start, equal in every bit.';
    if (this.veils('bits')) return `Step ${count(step)}. What differs is hidden until you guess.`;
    const n = differing(state.now);
    if (n === 0) return `After ${count(step)} steps not one bit differs.`;
    return `After ${count(step)} steps ${n} of ${WEIGHTS} weights differ; the first bit differed after step ${state.first}.`;
  }

  #shown() {
    return {
      at: this.state,
      weights: WEIGHTS,
      hideBits: this.veils('bits'),
      hideLosses: this.veils('losses'),
    };
  }

  protected numbers(): NumberShown[] {
    return numbers(this.#shown());
  }

  protected moreNumbers(): NumberShown[] {
    return moreNumbers(this.#shown());
  }

  protected mainNumber() {
    const { state } = this;
    const step = `step ${count(state?.step ?? 0)}`;
    if (!state || this.veils('bits')) return { note: `the map is hidden until you guess · ${step}` };
    return { value: String(differing(state.now)), note: `of ${WEIGHTS} weights differ · ${step}` };
  }

  // ---- drawing ----

  protected override updated(changed: Map<string, unknown>): void {
    super.updated(changed);
    const canvas = this.querySelector<HTMLCanvasElement>('canvas.bits-map');
    if (!this.state || !canvas) return;
    const columns = this.veils('bits') ? [] : this.columns;
    // The map is large: during a run it is redrawn only for a new column.
    const drawn = `${columns.length} of ${this.total}`;
    if (this.playing && drawn === this.#drawn) return;
    this.#drawn = drawn;
    drawMap(canvas, columns, WEIGHTS, this.total);
  }

  protected figure() {
    const hidden = this.veils('bits');
    const decades = [1, 10, 100, 1000, 10_000, 100_000].filter((step) => step <= this.total);
    const mark = (digest: string | undefined) =>
      svg`<svg class="identicon" viewBox="0 0 8 8" aria-hidden="true">${digest ? svg`<path d=${identicon(digest)} />` : nothing}</svg>`;
    return html`<figure class="figure" ?hidden=${!this.state} aria-label="Which bits differ">
      <div class="marks">
        <span>${mark(this.state?.digest)} first training</span>
        <span>${mark(hidden ? undefined : this.state?.twin)} second${hidden ? ': hidden' : ''}</span>
        <span class="note">each a picture of all its bits</span>
      </div>
      <canvas
        class="bits-map"
        role="img"
        aria-label=${hidden ? 'The map is hidden until you commit or skip.' : this.summary()}
      ></canvas>
      <div class="decades" aria-hidden="true">${decades.map((step, k) => html`<span>${k === 0 ? 'step ' : ''}${count(step)}</span>`)}</div>
      <figcaption class=${hidden ? '' : 'keyed'}>
        ${
          hidden
            ? `The map compares ${WEIGHTS} weights, from top to bottom, over the steps, once you have committed or skipped.`
            : html`Bits that differ: ${this.#key()}. Steps on a logarithmic axis.`
        }
      </figcaption>
    </figure>`;
  }

  /** The colours of the map, with the number of bits at which each begins. */
  #key() {
    const shades = [[0, PAPER] as const, ...SHADES].map(
      ([least, colour]) =>
        html`<svg width="14" height="14" aria-hidden="true"><rect width="14" height="14" fill=${colour} /></svg> ${least} `,
    );
    return html`<span class="bits-key">${shades}</span>or more`;
  }

  protected charts(): Chart[] {
    const along = (of: (column: Column) => number) =>
      this.columns.map((column) => [column.step, of(column)] as const);
    // A logarithmic axis cannot show a difference of zero.
    const differences = this.columns.flatMap((column) => {
      const difference = lossDifference(column);
      return difference > 0 ? [[column.step, difference] as const] : [];
    });
    return [
      {
        id: 'weights',
        label: 'Weights that differ',
        span: this.total,
        format: (y) => count(Math.round(y)),
        series: [{ name: 'weights', role: 's-a', mark: 'circle', points: along(differing), veil: 'bits' }],
      },
      {
        id: 'losses',
        label: 'Loss, and the share by which it differs',
        log: true,
        span: this.total,
        format: short,
        series: [
          {
            name: 'kernel',
            role: 's-a',
            mark: 'circle',
            points: along(({ losses }) => losses[0]),
            veil: 'losses',
          },
          { name: 'share', role: 's-b', mark: 'square', points: differences, veil: 'losses' },
        ],
      },
    ];
  }

  protected override below() {
    return html`<lab-digests @lab-known=${() => this.requestUpdate()} @lab-failed=${(event: CustomEvent<unknown>) => this.failed(event.detail)}></lab-digests>`;
  }

  protected override banner() {
    const says = this.twinReplayed();
    return says ? html`<div class="message calm" data-test="twin-replay"><p>${says}</p></div>` : nothing;
  }

  protected controls() {
    return html`${this.choice(TANH)} ${this.choice(ORDER)} ${this.choice(STEPS)}`;
  }

  protected moreControls() {
    return this.slider(SEED);
  }

  // ---- taking home ----

  protected override get fingerprint(): string {
    return this.veils('bits')
      ? super.fingerprint
      : [super.fingerprint, hexGroups(this.state?.twin ?? '')].join(' and ');
  }

  #rows() {
    return this.querySelector<Digests>('lab-digests')!.known();
  }

  protected files(): HomeFile[] {
    return files({
      about: this.about(),
      columns: this.veils('bits') ? [] : this.columns,
      losses: !this.veils('losses'),
      weights: WEIGHTS,
      total: this.total,
      rows: () => this.#rows(),
    });
  }

  protected override stateParts(): object {
    const { state } = this;
    return {
      ...(!this.veils('bits') && { twin: state?.twin }),
      ...(!this.veils('losses') && { losses: state?.now.losses }),
      rows: this.#rows(),
    };
  }
}

/** A loss in few characters: its differences are many places smaller than itself. */
function short(y: number): string {
  return y >= 0.01 ? significant(y) : y.toExponential(1).replace('-', '−');
}

customElements.define('lab-bits', BitsExhibit);
