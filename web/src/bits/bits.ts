import { html, nothing } from 'lit';
import '../grammar/curves.ts';
import '../grammar/numbers.ts';
import '../grammar/predict.ts';
import '../grammar/slider.ts';
import '../grammar/transport.ts';
import './digests.ts';
import { helpDialog } from '../grammar/help.ts';
import type { Guess } from '../grammar/predict.ts';
import { shareDialog } from '../grammar/share.ts';
import type { Speed } from '../grammar/transport.ts';
import { count, hexGroups, significant } from '../lib/format.ts';
import { bestBuild } from '../lib/simd.ts';
import { SEED } from '../train/schema.ts';
import type { Digests } from './digests.ts';
import { exchange, readState, saveAs } from './export.ts';
import { drawMap } from './map.ts';
import { moreNumbers, numbers, type Shown } from './numbers.ts';
import { differing } from './protocol.ts';
import { BitsRun, WEIGHTS } from './run.ts';
import { ORDER, PRESETS, SCHEMA, STEPS, TANH } from './schema.ts';

/** The exhibit *Same bits*. */
export class BitsExhibit extends BitsRun {
  // ---- drawing ----

  protected override updated(): void {
    if (!this.at) return;
    for (const still of document.querySelectorAll('lab-bits > .still-figure, lab-bits > noscript'))
      still.remove();
    const canvas = this.querySelector<HTMLCanvasElement>('canvas.bits-map');
    if (canvas) drawMap(canvas, this.veils('bits') ? [] : this.columns, WEIGHTS, this.total);
  }

  #predict() {
    const narrow = this.narrow.matches;
    const { asked, guess, truth, more } = this.question;
    return html`<lab-predict
      class="predict panel ${narrow ? '' : 'card'}"
      id="panel-predict"
      role=${(narrow ? 'tabpanel' : nothing) as string}
      aria-labelledby=${(narrow ? 'tab-predict' : nothing) as string}
      ?hidden=${this.off('predict')}
      .question=${asked}
      .guess=${guess}
      .truth=${truth}
      .at=${asked.at}
      .hides=${asked.hides}
      ?more=${more}
      @lab-guess=${(event: CustomEvent<Guess>) => this.guess(event.detail)}
      @lab-next=${() => this.nextQuestion()}
    ></lab-predict>`;
  }

  #shown(): Shown {
    return {
      at: this.at,
      weights: WEIGHTS,
      hideBits: this.veils('bits'),
      hideLosses: this.veils('losses'),
      pinned: this.pinned?.values,
    };
  }

  protected override readOuts(): Record<string, string> {
    const items = [...numbers(this.#shown()), ...moreNumbers(this.#shown())];
    return Object.fromEntries(items.map((item) => [item.test, item.hidden ? '' : item.value]));
  }

  #controls() {
    return html`<h2 class="visually-hidden">Controls</h2>
      <div class="primary-controls">${this.choice(TANH)} ${this.choice(ORDER)} ${this.choice(STEPS)}</div>
      <div class="row" role="group" aria-label="Presets">
        ${PRESETS.map(
          (preset) =>
            html`<button type="button" aria-pressed=${preset === this.preset ? 'true' : 'false'} @click=${() => this.choosePreset(preset)}>
              ${preset.name}
            </button>`,
        )}
      </div>
      <p class="note">${this.preset?.says ?? 'A preset sets everything but the seed, and says what it shows.'}</p>
      <details class="more">
        <summary>More controls</summary>
        <div class="primary-controls">${this.slider(SEED)}</div>
        <lab-numbers label="More numbers" class="numbers" .items=${moreNumbers(this.#shown())}></lab-numbers>
      </details>`;
  }

  #figure() {
    const hidden = this.veils('bits');
    const decades = [1, 10, 100, 1000, 10_000, 100_000].filter((step) => step <= this.total);
    return html`<figure class="figure" ?hidden=${!this.at}>
      <p class="part">Bits that differ: ${WEIGHTS} weights, from top to bottom, against steps</p>
      <canvas
        class="bits-map"
        role="img"
        aria-label=${hidden ? 'The map is hidden until you commit or skip.' : this.summary()}
      ></canvas>
      <div class="decades" aria-hidden="true">${decades.map((step) => html`<span>${count(step)}</span>`)}</div>
      <figcaption>
        ${
          hidden
            ? 'The map appears once you have committed or skipped.'
            : 'Paper: the same 32 bits. The darker, the more bits differ; steps on a logarithmic axis.'
        }
      </figcaption>
    </figure>`;
  }

  #curves() {
    const { differing: weights, losses } = this.series();
    const cursor = (event: CustomEvent<number | undefined>) => {
      this.cursor = event.detail;
      this.requestUpdate();
    };
    return html`<div class="charts" @lab-cursor=${cursor}>
        <lab-curves
          id="weights"
          label="Weights that differ"
          .span=${this.total}
          .format=${(y: number) => count(Math.round(y))}
          .series=${weights}
          .pinned=${this.pinned?.series.differing ?? []}
          .cursor=${this.cursor}
          ?running=${this.playing}
        ></lab-curves>
        <lab-curves
          id="losses"
          label="Loss, and by how much it differs"
          log
          .span=${this.total}
          .format=${short}
          .series=${losses}
          .pinned=${this.pinned?.series.losses ?? []}
          .cursor=${this.cursor}
          ?running=${this.playing}
        ></lab-curves>
      </div>
      <p class="note">
        ${this.veils('bits') || this.veils('losses') ? 'What is still to be guessed is not drawn.' : nothing}
        ${this.pinned ? `Thin lines: the pinned run A (${this.pinned.settings}).` : nothing}
      </p>`;
  }

  #mainNumber() {
    const { at } = this;
    if (!at || this.veils('bits')) return html`<span class="note">step ${count(at?.now.step ?? 0)}</span>`;
    return html`<span class="value">${differing(at.now)}</span>
      <span class="note">of ${WEIGHTS} weights differ · step ${count(at.now.step)}</span>`;
  }

  // ---- taking home ----

  async #export(what: string): Promise<void> {
    const { at } = this;
    const [hideBits, hideLosses] = [this.veils('bits'), this.veils('losses')];
    const rows = this.querySelector<Digests>('lab-digests')!.known();
    await saveAs(what, {
      title: 'losscape · Same bits',
      settings: this.describe(),
      digests: hideBits ? undefined : at?.digests,
      columns: hideBits ? [] : this.columns,
      losses: !hideLosses,
      weights: WEIGHTS,
      total: this.total,
      rows,
      state: {
        exhibit: 'bits',
        link: this.link(),
        settings: { ...this.values },
        step: at?.now.step,
        digest: at?.digests[0],
        twin: at?.digests[1],
        ...(!hideLosses && { losses: at?.now.losses }),
        rows,
        build: bestBuild(),
      },
    });
  }

  async #open(file: File): Promise<void> {
    const hash = await readState(file);
    this.querySelector<HTMLDialogElement>('#export')?.close();
    if (hash === undefined) {
      this.notes = [`${file.name} is no state of this exhibit.`];
      this.requestUpdate();
      return;
    }
    history.pushState(null, '', hash);
    this.onHash();
  }

  #twin() {
    const says = this.twinReplayed();
    return says ? html`<div class="message calm" data-test="twin-replay"><p>${says}</p></div>` : nothing;
  }

  protected override render() {
    const narrow = this.narrow.matches;
    const role = (narrow ? 'tabpanel' : nothing) as string;
    const labelled = (tab: string) => (narrow ? `tab-${tab}` : nothing) as string;
    return html`
      ${this.banner(this.recover, this.#twin())}
      <div class="side">
        ${this.#predict()}
        <lab-numbers
          class="numbers panel"
          label="Step ${count(this.at?.now.step ?? 0)} of ${count(this.total)}, seed ${this.values.seed}"
          data-step=${this.at?.now.step ?? -1}
          ?hidden=${this.hides('numbers') || (narrow && this.tab !== 'predict')}
          .items=${numbers(this.#shown())}
        ></lab-numbers>
      </div>
      <div class="main-number" aria-hidden="true">${this.#mainNumber()}</div>
      <div class="transport" ?hidden=${this.hides('transport')}>
        <lab-transport
          .playing=${this.playing}
          .ready=${this.ready}
          .speed=${this.speed}
          .pinned=${this.pinned !== undefined}
          .still=${this.still.matches ? this.stillSteps : 0}
          @lab-do=${(event: CustomEvent<string>) => this.do(event.detail)}
          @lab-speed=${(event: CustomEvent<Speed>) => {
            this.speed = event.detail;
            this.requestUpdate();
          }}
        ></lab-transport>
      </div>
      ${narrow ? this.tabs() : nothing}
      <div
        class="controls panel"
        id="panel-controls"
        role=${role}
        aria-labelledby=${labelled('controls')}
        ?hidden=${this.off('controls')}
        @lab-set=${this.set}
        @lab-note=${(event: CustomEvent<string>) => {
          this.notes = [event.detail];
          this.requestUpdate();
        }}
      >
        ${this.#controls()}
      </div>
      ${this.#figure()}
      <div class="curves">
        <div class="panel" id="panel-curves" role=${role} aria-labelledby=${labelled('curves')} ?hidden=${this.off('curves')}>
          <h2 class="visually-hidden">Curves</h2>
          ${this.#curves()}
        </div>
        <lab-digests
          @lab-says=${(event: CustomEvent<string>) => this.say(event.detail, true)}
          @lab-failed=${(event: CustomEvent<unknown>) => this.failed(event.detail, this.at?.now.step ?? 0)}
        ></lab-digests>
      </div>
      <div class="home" ?hidden=${this.hides('home')}>
        <div class="row">
          <button type="button" data-do="share" @click=${() => this.do('share')}>Share</button>
          <button type="button" data-do="export" @click=${() => this.do('export')}>Export, open</button>
        </div>
      </div>
      ${this.live()}
      ${shareDialog({
        link: (guess) => new URL(this.link(this.moment({ guess })), location.href).href,
        guess: this.guessed,
        loaded: false,
        cite: `losscape 0.1.0, Same bits: ${this.describe()}, fingerprint ${hexGroups(this.at?.digests[0] ?? '')}`,
      })}
      ${exchange(
        (what) => void this.#export(what),
        (file) => void this.#open(file),
      )}
      ${helpDialog(SCHEMA)}
    `;
  }
}

/** A loss in few characters: its differences are many places smaller than itself. */
function short(y: number): string {
  return y >= 0.01 ? significant(y) : y.toExponential(1).replace('-', '−');
}

customElements.define('lab-bits', BitsExhibit);
