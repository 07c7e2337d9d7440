import { html, nothing } from 'lit';
import type { Chart, Clock } from '../grammar/asking.ts';
import type { HomeFile } from '../grammar/home.ts';
import type { Asked } from '../grammar/predictions.ts';
import '../grammar/network.ts';
import './bars.ts';
import type { NetworkFigure } from '../grammar/network.ts';
import type { NumberShown } from '../grammar/numbers.ts';
import { count, percent, significant } from '../lib/format.ts';
import { defaults, type NumberField } from '../lib/schema.ts';
import type { BarsFigure } from './bars.ts';
import { files } from './export.ts';
import { moreNumbers, numbers } from './numbers.ts';
import { paramLen } from './protocol.ts';
import { answer, mostStuck, question } from './questions.ts';
import { Race } from './race.ts';
import { TrainRun } from './run.ts';
import { ALONG, BATCH, HIDDEN, INIT, L2, MOMENTUM, ORDER, PRESETS, RACED, RATE, SCHEMA } from './schema.ts';

/** The presets that race, with all their settings. */
const KINDS = RACED.map((name) => {
  const { values } = PRESETS.find((preset) => preset.name === name)!;
  return { name, values: { ...defaults(SCHEMA), ...values } };
});

/** The exhibit *Train*. */
export class TrainExhibit extends TrainRun {
  protected readonly presets = PRESETS;
  protected override readonly presetNote = 'Rate and batch size may be changed while it runs.';
  protected override readonly brings = {
    label: 'Open a network (.losscape) or a state (.json)',
    accept: '.losscape,.json',
    note: 'The network file is the kernel’s own byte form, checksummed: this page, a Rust program and a microcontroller read and write the same.',
  };

  // ---- the race ----

  #raced: { of: string; race: Race; question: Asked } | undefined;

  /** The race on the current data; other rows have their own. */
  get #now() {
    const own = this.own ? this.packed : '';
    // A batch is not larger than the rows that are trained on, which are known once the run stands there.
    const rows = this.own ? this.state?.trained : undefined;
    const of = `${rows} ${own}`;
    if (this.#raced?.of === of) return this.#raced;
    this.#raced?.race.stop();
    const kinds = KINDS.map(({ name, values }) => ({
      name,
      values: {
        ...values,
        ...(this.own && { data: this.values.data!, own }),
        batch: Math.min(Number(values.batch), rows ?? Number.POSITIVE_INFINITY),
      },
    }));
    const race = new Race(
      kinds,
      () => this.requestUpdate(),
      (error) => this.failed(error),
    );
    this.#raced = { of, race, question: question(kinds, own) };
    return this.#raced;
  }

  protected get questions(): readonly Asked[] {
    return [this.#now.question];
  }

  get #outcomes() {
    return this.#now.race.outcomes;
  }

  protected truth(): number | undefined {
    const outcomes = this.#outcomes;
    return outcomes && mostStuck(outcomes);
  }

  protected answer(): string | undefined {
    const outcomes = this.#outcomes;
    return outcomes && !this.veils('stuck') ? answer(outcomes, this.own) : undefined;
  }

  /** Play goes on with the race, too, and Pause stops it; what is found is kept, for it depends on nothing. */
  protected override act(action: string): void {
    if (action === 'play') {
      const { race } = this.#now;
      if (this.playing) race.stop();
      else void race.go();
    }
    super.act(action);
  }

  /** The race stands in its place. */
  protected override get main(): undefined {
    return undefined;
  }

  protected override beside() {
    if (this.veils('stuck')) return nothing;
    const { race } = this.#now;
    return html`<lab-race class="beside" .race=${race} .done=${race.done}></lab-race>`;
  }

  // ---- words and numbers ----

  protected override get headline(): string | undefined {
    const { state } = this;
    if (!state) return undefined;
    const numbers = paramLen(state.inputs, state.hiddenUnits, state.classes);
    return `A network of ${count(numbers)} numbers learns ${this.own ? 'your rows' : 'digits'}. Nothing forbids it from getting stuck. Does it?`;
  }

  protected get caption(): string {
    return `Step ${count(this.state?.step ?? 0)}, seed ${this.values.seed}`;
  }

  protected describe(): string {
    const { seed, hidden } = this.values;
    const changes = this.acts.all.map(({ step, key, value }) => {
      const { name } = SCHEMA.find((field) => field.key === key)!;
      return `${name} ${significant(value)} from step ${step}, `;
    });
    const own = this.own ? `${(this.state?.trained ?? 0) + (this.state?.rows ?? 0)} own rows, ` : '';
    return `${own}seed ${seed}, rate ${significant(this.number('rate'))}, batch ${this.values.batch}, momentum ${significant(this.number('momentum'))}, hidden units ${hidden}, ${changes.join('')}step ${this.state?.step ?? 0}`;
  }

  get #what(): string {
    return this.own ? 'rows' : 'digits';
  }

  protected summary(): string {
    const last = this.samples.at(-1);
    if (!last) return '';
    return `Step ${this.state!.step}. Training loss ${significant(last.loss)}, held-out ${this.#what} read right ${percent(last.held_out_accuracy)}.`;
  }

  #measured() {
    return {
      frame: this.state,
      last: this.samples.at(-1),
      hide: this.veils('stuck'),
      own: this.own,
      outcomes: this.#outcomes,
    };
  }

  protected numbers(): NumberShown[] {
    return numbers(this.#measured());
  }

  protected moreNumbers(): NumberShown[] {
    return moreNumbers(this.#measured());
  }

  protected mainNumber() {
    const last = this.samples.at(-1);
    return {
      value: last ? percent(last.held_out_accuracy) : '–',
      note: `held-out ${this.#what} read right · step ${count(this.state?.step ?? 0)}`,
    };
  }

  // ---- drawing ----

  protected override recolour(): void {
    this.querySelector<NetworkFigure>('lab-network')?.recolour();
    super.recolour();
  }

  protected override updated(changed: Map<string, unknown>): void {
    super.updated(changed);
    if (!this.state) return;
    const { buffer, inputs, hiddenUnits, classes } = this.state;
    const weights = new Float32Array(buffer!, 0, paramLen(inputs, hiddenUnits, classes));
    this.querySelector<BarsFigure>('lab-bars')?.show(weights, hiddenUnits, inputs);
    this.querySelector<NetworkFigure>('lab-network')?.show(weights, hiddenUnits);
  }

  #inked(event: Event): void {
    this.lookAt({ ink: (event.currentTarget as NetworkFigure).ink });
  }

  protected figure() {
    const { state, look } = this;
    if (this.own) return this.#bars();
    const units = `Weights of ${state?.hiddenUnits ?? 16} hidden units, each an 8 by 8 picture.`;
    return html`<figure class="figure" ?hidden=${!state} aria-label="The network at work">
      <lab-network
        .reading=${state?.reading}
        .row=${'row' in look ? look.row : undefined}
        .rowLabel=${state?.label}
        .ready=${state !== undefined}
        .summary=${this.playing ? units : `${units} ${this.summary()}`}
        @lab-ink=${this.#inked}
        @lab-row=${this.nextRow}
      ></lab-network>
    </figure>`;
  }

  /** The drawing of a network whose input is not a picture. */
  #bars() {
    const { state, look } = this;
    return html`<figure class="figure" ?hidden=${!state} aria-label="The network at work">
      <lab-bars
        .reading=${state?.reading}
        .row=${'row' in look ? look.row : 0}
        .rowLabel=${state?.label}
        .classes=${state?.classes ?? 2}
        .summary=${`Weights of ${state?.hiddenUnits ?? 0} hidden units, a bar for each of ${state?.inputs ?? 0} inputs.`}
        @lab-row=${this.nextRow}
      ></lab-bars>
    </figure>`;
  }

  protected charts(): Chart[] {
    const series = (what: 'loss' | 'accuracy') => [
      {
        name: 'training',
        role: 's-a',
        mark: 'circle' as const,
        points: this.samples.map((s) => [s.step, s[what]] as const),
      },
      {
        name: 'held out',
        role: 's-b',
        mark: 'square' as const,
        points: this.samples.map((s) => [s.step, s[`held_out_${what}`]] as const),
      },
    ];
    const changes = this.acts.all.map(({ step }) => step);
    const against = this.values.along === 'rates' ? { timed: true, axis: 'η × steps' } : {};
    return [
      { id: 'loss', label: 'Loss (nats)', log: true, series: series('loss'), changes, ...against },
      {
        id: 'accuracy',
        label: `${this.own ? 'Rows' : 'Digits'} read right`,
        series: series('accuracy'),
        changes,
        ...against,
        format: shortPercent,
        ticks: shortPercent,
      },
    ];
  }

  /** The sum of the rates of all steps. */
  protected override get clock(): Clock {
    const changed = this.acts.all.filter(({ key }) => key === RATE.key);
    const rates = [{ step: 0, value: this.number('rate') }, ...changed];
    return (step) =>
      rates.reduce((sum, { step: from, value }, k) => {
        const to = Math.min(step, rates[k + 1]?.step ?? step);
        return sum + Math.max(0, to - from) * value;
      }, 0);
  }

  protected override curves() {
    return html`<div class="row against">${this.choice(ALONG, false)}</div>
      ${super.curves()}`;
  }

  #live(field: NumberField) {
    return html`<lab-slider .field=${field} .value=${this.now(field.key)}></lab-slider>`;
  }

  protected controls() {
    return html`${this.#live(RATE)} ${this.#live(BATCH)}`;
  }

  protected moreControls() {
    return html`${this.own || this.values.own !== '' ? this.learned() : nothing} ${this.#live(MOMENTUM)} ${this.slider(HIDDEN)} ${this.slider(L2)} ${this.choice(INIT)} ${this.choice(ORDER)}`;
  }

  // ---- taking home ----

  protected files(): HomeFile[] {
    return files({
      about: this.about(),
      samples: this.samples,
      network: () => this.save(),
      learned: this.#what,
    });
  }

  protected override stateParts(): object {
    const outcomes = this.veils('stuck') ? undefined : this.#outcomes;
    return { ...super.stateParts(), changes: this.acts.all, ...(outcomes && { race: outcomes }) };
  }
}

function shortPercent(x: number): string {
  return `${Number((100 * x).toFixed(1))} %`;
}

customElements.define('lab-train', TrainExhibit);
