import { html } from 'lit';
import { Exhibit } from '../grammar/exhibit.ts';
import type { Asked } from '../grammar/predictions.ts';
import { SEED } from '../grammar/settings.ts';
import { hexGroups } from '../lib/format.ts';
import type { Frame } from './protocol.ts';
import { PRESETS, SCHEMA } from './schema.ts';

const QUESTION: Asked = {
  id: 'half',
  guess: 'guess',
  hidden: 'half',
  hides: 'half',
  at: 'at once',
  text: 'How much is half of the steps?',
  quantity: 'half of the steps',
  min: 0,
  max: 1000,
  step: 1,
  unit: '',
  digits: 1,
  verdict: () => 'Half of them.',
};

export class ProofExhibit extends Exhibit<Frame> {
  protected readonly schema = SCHEMA;
  protected readonly presets = PRESETS;
  protected readonly questions = [QUESTION];
  #path: [number, number][] = [];

  protected override begun(): void {
    this.#path = [];
  }
  protected override arrived({ step, half }: Frame): void {
    this.#path.push([step, half]);
  }
  protected truth(): number | undefined {
    return this.state?.half;
  }
  protected get caption(): string {
    return `Step ${this.state?.step ?? 0}, seed ${this.values.seed}`;
  }
  protected describe(): string {
    return `seed ${this.values.seed}, step ${this.state?.step ?? 0}`;
  }
  protected summary(): string {
    return `Step ${this.state!.step}.`;
  }
  protected numbers() {
    const { half, digest } = this.state ?? { half: 0, digest: '' };
    return [
      { symbol: '', name: 'half', value: String(half), hidden: this.veils('half'), definition: 'Half.', test: 'half' },
      { symbol: '', name: 'fingerprint', value: hexGroups(digest), long: true, definition: 'Of it.', test: 'digest' },
    ];
  }
  protected moreNumbers() {
    return [];
  }
  protected mainNumber() {
    return { note: this.caption };
  }
  protected charts() {
    const line = { name: 'half', role: 's-a', mark: 'circle' as const, points: this.#path, veil: 'half' };
    return [{ id: 'half', label: 'Half of the steps', series: [line] }];
  }
  protected figure() {
    return html`<figure class="figure" ?hidden=${!this.state} aria-label="The step">
      <canvas width="160" height="85" role="img" aria-label="A picture of nothing at all"></canvas>
      <figcaption>It counts.</figcaption>
    </figure>`;
  }
  protected controls() {
    return this.slider(SEED);
  }
  protected moreControls() {
    return html``;
  }
  protected files() {
    return [];
  }
}

customElements.define('lab-proof', ProofExhibit);
