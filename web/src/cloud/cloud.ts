import { html, nothing, svg } from 'lit';
import '../grammar/field.ts';
import type { Chart } from '../grammar/asking.ts';
import { Exhibit } from '../grammar/exhibit.ts';
import type { HomeFile } from '../grammar/home.ts';
import type { NumberShown } from '../grammar/numbers.ts';
import { px } from '../grammar/points.ts';
import { ramp } from '../grammar/ramp.ts';
import { LONG_SLICE_MS } from '../grammar/run.ts';
import type { Failure } from '../lib/failure.ts';
import { count, percent, significant, tick } from '../lib/format.ts';
import { logLevels } from '../lib/raster.ts';
import { pointsOf } from '../lib/rows.ts';
import { clampNumber } from '../lib/schema.ts';
import { files } from './export.ts';
import { moreNumbers, numbers } from './numbers.ts';
import {
  ARROWS,
  CELLS,
  type Doubled,
  EDGE,
  type Frame,
  HIGHEST,
  type Requests,
  type Sample,
  SPAN,
  total,
} from './protocol.ts';
import { type AskedOfCloud, LOCKED, questions } from './questions.ts';
import {
  BATCH,
  COOLING,
  DRAWN,
  GROUND,
  HOTTEST,
  LARGEST_TO_DOUBLE,
  LOCK,
  NOISE,
  ofBowl,
  PRESETS,
  RATE,
  SCHEMA,
  SEED,
  SPREAD,
  TILT,
  VARIANCE,
  WALKERS,
} from './schema.ts';

/** Distances below are not drawn: the density's falls without end. */
const LEAST = 1e-5;
/** A share that changes by less has stopped; one that differs by more from the law's is no longer the law's. */
const FROZEN = 0.01;
const LEFT_BEHIND = 0.05;

/** What the thin lines are. */
const LINES = `Thin lines: ${logLevels(HIGHEST).map(tick).join(', ')} above the lowest place.`;

type Scale = (v: number) => number;

/** The exhibit *Cloud*. */
export class CloudExhibit extends Exhibit<Frame, undefined, Requests> {
  protected readonly schema = SCHEMA;
  protected readonly presets = PRESETS;
  #measured: Sample[] = [];
  #doubled: Doubled | undefined;

  protected override get total(): number {
    return total(this.number('rate'));
  }

  protected override begun(): void {
    this.cursor = undefined;
    this.#measured = [];
    this.#doubled = undefined;
  }

  protected override arrived({ measured }: Frame): void {
    this.#measured.push(...measured);
  }

  // ---- settings ----

  /** What is drawn and what is locked changes no run. A locked temperature takes the batch size along; and it is never so hot that the cloud would leave the map. */
  protected override set(key: string, value: number | string): void {
    if (key === LOCK.key || key === DRAWN.key) {
      this.values[key] = value;
      this.requestUpdate();
      this.writeHash();
      return;
    }
    const heat = () => (this.number('rate') * this.number('variance')) / 2;
    const locked = key === RATE.key && this.values.lock === 'on';
    const before = heat() / this.number('batch');
    const now = this.values[key];
    this.values[key] = value;
    let batch = locked ? Math.round(heat() / before) : this.number('batch');
    if (heat() / Math.max(1, batch) > HOTTEST) {
      batch = Math.ceil(heat() / HOTTEST);
      this.note(
        `The batch size is now ${batch}: at a temperature above ${HOTTEST} the cloud would leave the map.`,
      );
    }
    this.values.batch = clampNumber(BATCH, batch);
    this.values[key] = now!;
    this.#fit(key, value);
    super.set(key, key === BATCH.key ? this.values.batch : value);
  }

  /** Some noise belongs to the bowl: whichever of the two was chosen last decides. */
  #fit(key: string, value: number | string): void {
    const { values } = this;
    if (key === NOISE.key && ofBowl(value) && values.ground !== 'bowl') {
      values.ground = 'bowl';
      this.note('The landscape is now the bowl: this noise belongs to it.');
    }
    if (key === GROUND.key && value !== 'bowl' && ofBowl(values.noise!)) {
      values.noise = 'even';
      this.note('The noise is now equal everywhere: the other one belongs to the bowl.');
    }
    const after = { ...values, [key]: value };
    if (after.noise === 'batches' && after.cooling !== '0' && Number(after.batch) > LARGEST_TO_DOUBLE) {
      values.cooling = '0';
      if (key === COOLING.key) values.batch = LARGEST_TO_DOUBLE;
      this.note(
        key === COOLING.key
          ? `The batch size is now ${LARGEST_TO_DOUBLE}: cooling doubles it six times.`
          : 'Cooling is off: batches of this size cannot be doubled six times.',
      );
    }
  }

  protected override mend(failure: Failure): void {
    const { values } = this;
    if (failure.kind === 'not-finite') values.rate = clampNumber(RATE, this.number('rate') / 2);
    if (failure.kind !== 'refused') return;
    if (ofBowl(values.noise!) && values.ground !== 'bowl') values.ground = 'bowl';
    else if (values.noise === 'batches' && values.cooling !== '0') values.cooling = '0';
    else values.batch = BATCH.max;
  }

  // ---- questions ----

  protected get questions(): readonly AskedOfCloud[] {
    return questions(this.values);
  }

  get #end(): Sample | undefined {
    return this.over ? this.state!.now : undefined;
  }

  protected truth(asked: AskedOfCloud): number | undefined {
    return asked.truth(this.#end, this.#doubled);
  }

  protected override guessed(): void {
    void this.#double();
  }

  protected override paused(): void {
    void this.#double();
  }

  /** Runs the second cloud, once it is asked about. */
  async #double(): Promise<void> {
    if (!this.over || this.#doubled || this.guesses.of(LOCKED).state === 'open') return;
    await this.newest('doubled', async () => {
      let made: Doubled | undefined;
      while (!made) made = await this.ask('doubled', { sliceMs: LONG_SLICE_MS });
      this.#doubled = made;
      this.requestUpdate();
    });
  }

  /** The step after which a cooled density no longer changes, although its law does. */
  get #froze(): number | undefined {
    const end = this.#end;
    if (!end || this.values.cooling === '0' || Math.abs(end.left.density - end.left.law) < LEFT_BEHIND)
      return undefined;
    const moved = this.#measured.findLastIndex(
      ({ left }) => Math.abs(left.density - end.left.density) > FROZEN,
    );
    return this.#measured[moved + 1]?.step;
  }

  protected answer(): string | undefined {
    const end = this.#end;
    if (!end || this.veils('ends')) return undefined;
    const { ground, noise } = this.values;
    const { left, along, across, temperature } = end;
    if (ground === 'bowl' && ofBowl(noise!)) {
      const widths = [along, across].map(({ cloud }) => significant(Math.sqrt(cloud)));
      return `The bowl is five times as steep across as along, and the cloud is about equally wide: standard deviations of ${widths[0]} along and ${widths[1]} across, where √T is ${significant(Math.sqrt(temperature))}.`;
    }
    if (ground === 'bowl') {
      const times = significant(across.cloud / across.law);
      const theory = significant(1 / (1 - (this.number('rate') * 5) / 2));
      return `The cloud is ${times} times as wide across, in variance, as its law at T = ${significant(temperature)}; for steps of this length theory says ${theory}.`;
    }
    if (ground === 'ring' && noise === 'above')
      return `The cloud keeps its shape and circulates: a circulation of ${significant(end.circulation, 2)} per unit of time, for ${significant(end.produced, 2)} nats of entropy.`;
    const froze = this.#froze;
    if (froze !== undefined)
      return `It froze near step ${count(froze)}: ${percent(left.cloud, 0)} of the cloud is on the left, where its law now has ${percent(left.law, 0)}. It stays where it was when the noise could last carry it over the wall.`;
    return `The cloud has settled with ${percent(left.cloud, 0)} on the left, its density with ${percent(left.density, 0)}; the law e^(−V/T) at T = ${significant(temperature)} says ${percent(left.law, 0)}.`;
  }

  // ---- words and numbers ----

  protected get caption(): string {
    return `Step ${count(this.state?.step ?? 0)} of ${count(this.total)}, seed ${this.values.seed}`;
  }

  protected describe(): string {
    const v = this.values;
    const { label } = GROUND.options.find(({ value }) => value === v.ground)!;
    const kind = NOISE.options.find(({ value }) => value === v.noise)!;
    const noise = v.noise === 'even' ? '' : `, noise ${kind.label}`;
    const cooled = v.cooling === '0' ? '' : `, T halved every ${v.cooling} steps`;
    return `${label}, tilt ${significant(this.number('tilt'))}, η ${significant(this.number('rate'))}, b ${v.batch}, σ² ${significant(this.number('variance'))}${noise}${cooled}, ${v.walkers} walkers, seed ${v.seed}, step ${this.state?.step ?? 0}`;
  }

  protected summary(): string {
    const { state } = this;
    if (!state) return 'The kernel is being loaded.';
    const { label } = GROUND.options.find(({ value }) => value === this.values.ground)!;
    const where = `Step ${count(state.step)}. The landscape: ${label}`;
    if (this.veils('ends')) return `${where}. The cloud is hidden until you guess.`;
    const { left, density, cloud } = state.now;
    return `${where}. A cloud of ${count(Number(this.values.walkers))} walkers, ${percent(left.cloud)} on the left; its density ${percent(left.density)}, the law ${percent(left.law)}. Distance of the density ${significant(density)} nats, of the cloud ${significant(cloud)}.`;
  }

  #shown() {
    const { now, digest, passage } = this.state!;
    const { ground } = this.values;
    const wells = ground === 'wells' || ground === 'valleys';
    return { now, digest, passage, wells, bowl: ground === 'bowl', hide: this.veils('ends') };
  }

  protected numbers(): NumberShown[] {
    return this.state ? numbers(this.#shown()) : [];
  }

  protected moreNumbers(): NumberShown[] {
    return this.state ? moreNumbers(this.#shown()) : [];
  }

  protected mainNumber() {
    const step = `step ${count(this.state?.step ?? 0)} of ${count(this.total)}`;
    if (!this.state || this.veils('ends')) return { note: `the cloud is hidden until you guess · ${step}` };
    return { value: percent(this.state.now.left.cloud, 0), note: `of the cloud on the left · ${step}` };
  }

  // ---- drawing ----

  #draws(what: 'cloud' | 'density'): boolean {
    return this.values.drawn === 'all' || this.values.drawn === what;
  }

  #above() {
    const { state } = this;
    if (!state || this.veils('ends')) {
      const start = (x: Scale, y: Scale) => svg`<circle class="begin" cx=${x(1)} cy=${y(0)} r="7" />`;
      return this.values.begin === 'box' ? () => svg`` : start;
    }
    const { walkers, density, law, current } = state;
    return (x: Scale, y: Scale) => {
      const dots = pointsOf(walkers)
        .map((at) => `M${px(x(at.x))} ${px(y(at.y))}h0`)
        .join('');
      const cell = (x(SPAN[1]) - x(SPAN[0])) / (CELLS - 1);
      const place = `translate(${x(SPAN[0])} ${y(SPAN[3])}) scale(${cell}) translate(-0.5 -0.5)`;
      return svg`${this.#draws('cloud') ? svg`<path class="walkers" d=${dots} />` : nothing}
        ${
          this.#draws('density')
            ? svg`<path class="density halo" transform=${place} d=${density} /><path class="density" transform=${place} d=${density} />
              <path class="law" transform=${place} d=${law ?? ''} />`
            : nothing
        }
        ${current ? svg`<path class="current" d=${arrows(current, x, y)} />` : nothing}`;
    };
  }

  #legend() {
    const item = (mark: unknown, name: string) =>
      html`<li><svg width="30" height="14" aria-hidden="true">${mark}</svg> ${name}</li>`;
    if (this.veils('ends')) return item(svg`<circle class="begin" cx="15" cy="7" r="5" />`, 'start');
    const lines = html`${item(svg`<path class="density" d="M1 7H29" />`, 'density')}
      ${item(svg`<path class="law" d="M1 7H29" />`, 'law')}`;
    return html`${this.#draws('cloud') ? item(svg`<path class="walkers" d="M6 7h0M15 7h0M24 7h0" />`, 'walkers') : nothing}
      ${this.#draws('density') ? lines : nothing}
      ${this.state?.current ? item(svg`<path class="current" d="M4 7H22m-5 -4l5 4l-5 4" />`, 'current') : nothing}`;
  }

  protected figure() {
    const { state } = this;
    const hidden = this.veils('ends');
    return html`<figure class="figure cloud-figure" ?hidden=${!state} aria-label="The cloud on its landscape">
      <lab-field
        class="ground square"
        .picture=${state?.ground}
        .span=${SPAN}
        .label=${'The landscape from above'}
        .summary=${this.summary()}
        .above=${this.#above()}
      ></lab-field>
      <div class="cloud-key">
        <ul class="ways" aria-label="What is drawn">${this.#legend()}</ul>
        ${ramp('height V', [0, HIGHEST])}
      </div>
      <figcaption>
        ${
          hidden
            ? `${LINES} The cloud appears once you have committed or skipped.`
            : `${LINES} ${count(Math.min(512, Number(this.values.walkers)))} walkers are drawn, and white or dashed lines of equal density.`
        }
      </figcaption>
    </figure>`;
  }

  protected charts(): Chart[] {
    const along = (of: (sample: Sample) => number) =>
      this.#measured.map((sample) => [sample.step, of(sample)] as const);
    const drawn = (of: (sample: Sample) => number) =>
      along(of).filter(([, y]) => y > LEAST && Number.isFinite(y));
    const now = this.state?.now;
    const froze = this.#froze;
    const marks = froze !== undefined && !this.veils('ends') ? { changes: [froze] } : {};
    const gibbs = this.values.noise === 'even';
    return [
      {
        id: 'distances',
        label: 'Distance to the law (nats)',
        log: true,
        span: this.total,
        ...marks,
        ...(now &&
          !this.veils('ends') && { band: [now.floor - 2 * now.spread, now.floor + 2 * now.spread] as const }),
        series: [
          { name: 'cloud', role: 's-a', mark: 'square', points: drawn((s) => s.cloud), veil: 'ends' },
          {
            name: 'density',
            role: 's-theory',
            mark: 'circle',
            points: drawn((s) => s.density),
            veil: 'ends',
          },
          ...(gibbs
            ? [
                {
                  name: 'F − F*',
                  role: 's-path',
                  mark: 'circle' as const,
                  points: drawn((s) => s.energy * s.temperature),
                  veil: 'ends',
                },
              ]
            : []),
        ],
      },
      {
        id: 'shares',
        label: 'Share on the left',
        span: this.total,
        ...marks,
        format: (y) => percent(y),
        ticks: (y) => percent(y, 0),
        series: [
          { name: 'cloud', role: 's-a', mark: 'square', points: along((s) => s.left.cloud), veil: 'ends' },
          {
            name: 'density',
            role: 's-theory',
            mark: 'circle',
            points: along((s) => s.left.density),
            veil: 'ends',
          },
          { name: 'law', role: 's-b', mark: 'square', points: along((s) => s.left.law), veil: 'ends' },
        ],
      },
    ];
  }

  protected override curves() {
    if (this.veils('ends')) return super.curves();
    return html`<div class="charts">${this.others()}</div>
      <p class="note">
        The shaded strip is the range for a perfect cloud of as many walkers, within two standard deviations. Only the density’s
        distance has to fall, while the law stays. F − F* is the free energy above its limit, in units of height.${this.#froze !== undefined ? ` The triangle marks step ${count(this.#froze)}, from which on the density has not moved.` : ''}
      </p>
      ${this.pinnedNote()}`;
  }

  protected controls() {
    return html`${this.choice(GROUND)} ${this.slider(RATE)} ${this.slider(BATCH)} ${this.choice(LOCK, false)}`;
  }

  protected moreControls() {
    return html`${this.slider(VARIANCE)} ${this.slider(TILT)} ${this.choice(NOISE)} ${this.choice(COOLING)}
    ${this.choice(WALKERS)} ${this.choice(SPREAD)} ${this.choice(DRAWN, false)} ${this.slider(SEED)}`;
  }

  // ---- taking home ----

  protected files(): HomeFile[] {
    return files(this.about(), this.veils('ends') ? [] : this.#measured);
  }

  protected override stateParts(): object {
    return this.veils('ends') ? {} : { now: this.state?.now };
  }
}

/** The current as arrows, whose length is the root of the flow, so weak ones are visible. */
function arrows(current: Float64Array, x: Scale, y: Scale): string {
  const apart = (2 * EDGE) / ARROWS;
  const flows = pointsOf(current);
  const largest = Math.max(...flows.map((flow) => Math.hypot(flow.x, flow.y)));
  let path = '';
  for (const [k, flow] of flows.entries()) {
    const share = Math.hypot(flow.x, flow.y) / largest;
    if (!(share > 0.03)) continue;
    const scale = (1.6 * (x(apart) - x(0))) / (largest * Math.sqrt(share));
    const [dx, dy] = [scale * flow.x, -scale * flow.y];
    const [cx, cy] = [
      x(-EDGE + apart * ((k % ARROWS) + 0.5)),
      y(-EDGE + apart * (Math.floor(k / ARROWS) + 0.5)),
    ];
    // Two strokes of a third of its length make the head.
    const [bx, by, ox, oy] = [-dx / 3, -dy / 3, -dy / 5, dx / 5];
    path += `M${px(cx - dx / 2)} ${px(cy - dy / 2)}l${px(dx)} ${px(dy)}`;
    path += `m${px(bx + ox)} ${px(by + oy)}l${px(-bx - ox)} ${px(-by - oy)}l${px(bx - ox)} ${px(by - oy)}`;
  }
  return path;
}

customElements.define('lab-cloud', CloudExhibit);
