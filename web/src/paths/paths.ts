import { html, nothing } from 'lit';
import '../grammar/curves.ts';
import '../grammar/field.ts';
import '../grammar/numbers.ts';
import '../grammar/predict.ts';
import '../grammar/slider.ts';
import '../grammar/transport.ts';
import '../train/figure.ts';
import './profile.ts';
import './projection.ts';
import type { Series } from '../grammar/curves.ts';
import { helpDialog } from '../grammar/help.ts';
import type { Guess } from '../grammar/predict.ts';
import { shareDialog } from '../grammar/share.ts';
import type { Speed } from '../grammar/transport.ts';
import { count, significant } from '../lib/format.ts';
import { clampNumber } from '../lib/schema.ts';
import type { NetworkFigure } from '../train/figure.ts';
import { exchange, readState, saveAs } from './export.ts';
import { moonsMap, toyMap } from './map.ts';
import { moreNumbers, numbers } from './numbers.ts';
import type { Way } from './profile.ts';
import { type RouteName, valueAt } from './protocol.ts';
import { PathsRun, STILL_STEPS } from './run.ts';
import {
  ALIGN,
  CLIMB,
  CYCLES,
  MAX_DRAGS,
  PIVOTS,
  PLACE,
  PRESETS,
  RATE,
  ROUTE,
  SCHEMA,
  SEED_A,
  SEED_B,
  TASK,
  WIDTH,
} from './schema.ts';

const ROUTE_NAMES: Record<RouteName, string> = {
  straight: 'the straight line',
  aligned: 'the aligned line',
  band: 'the band',
  best: 'the best path',
};

/** The exhibit *Paths*. */
export class PathsExhibit extends PathsRun {
  protected override recolour(): void {
    this.querySelector<NetworkFigure>('lab-network')?.recolour();
    super.recolour();
  }

  #predict() {
    const questions = this.questions;
    const question = questions[this.asked]!;
    const facts = this.state?.facts;
    const truth = facts && question.truth(facts, this.over ? this.state?.best : undefined);
    return html`<lab-predict
      class="predict panel ${this.narrow.matches ? '' : 'card'}"
      id="panel-predict"
      role=${(this.narrow.matches ? 'tabpanel' : nothing) as string}
      aria-labelledby=${(this.narrow.matches ? 'tab-predict' : nothing) as string}
      ?hidden=${this.off('predict')}
      .question=${question}
      .guess=${this.guesses[this.asked]!}
      .truth=${truth}
      .at=${question.at}
      .hides=${question.hides}
      ?more=${this.asked + 1 < questions.length}
      @lab-guess=${(event: CustomEvent<Guess>) => {
        this.guesses[this.asked] = event.detail;
        void this.lookAgain();
      }}
      @lab-next=${() => {
        this.asked++;
        this.requestUpdate();
        void this.updateComplete.then(() => this.querySelector<HTMLElement>('#predict-title')?.focus());
      }}
    ></lab-predict>`;
  }

  // ---- drawing ----

  protected override updated(): void {
    const state = this.state;
    if (!state) return;
    for (const still of document.querySelectorAll('lab-paths > .still-figure')) still.remove();
    const weights = state.look?.weights;
    if (weights) this.querySelector<NetworkFigure>('lab-network')?.show(weights, Number(this.values.width));
  }

  #ways(): Way[] {
    const { facts, bandProfile, bestProfile } = this.state ?? {};
    if (!facts || this.veils('line')) return [];
    const ways: Way[] = [{ name: 'straight line', role: 'straight', profile: facts.straightProfile }];
    if (!this.toy) ways.push({ name: 'aligned line', role: 'aligned', profile: facts.alignedProfile });
    if (this.veils('path')) return ways;
    if (bestProfile && this.state!.cycles.length > 0)
      ways.push({ name: 'best path', role: 'best', profile: bestProfile });
    if (bandProfile && (this.state!.step > 0 || this.drags.length > 0))
      ways.push({ name: 'band', role: 'band', profile: bandProfile });
    const pinned = this.pinned?.state.bestProfile ?? this.pinned?.state.bandProfile;
    if (pinned) ways.push({ name: 'pinned A', role: 'pinned', profile: pinned });
    return ways;
  }

  #profile() {
    const state = this.state;
    const t = this.t;
    const hidden = this.veils('line');
    const toy = this.toy && state?.bandProfile ? { t, value: valueAt(state.bandProfile, t) } : undefined;
    return html`<lab-profile
      .ways=${this.#ways()}
      .saddle=${this.veils('path') || this.toy ? undefined : state?.best}
      .place=${t}
      .read=${hidden ? undefined : (toy ?? state?.look)}
      .walk=${this.toy ? 'the band' : ROUTE_NAMES[this.route]}
      ?log=${!this.toy}
      ?running=${this.playing}
      @lab-place=${(event: CustomEvent<number>) =>
        this.set(
          new CustomEvent('lab-set', { detail: { key: 't', value: clampNumber(PLACE, event.detail) } }),
        )}
    ></lab-profile>`;
  }

  #map() {
    const state = this.state;
    const place = { way: ROUTE_NAMES[this.route], t: this.t };
    if (this.toy) {
      return toyMap(state?.surface, state?.images, place.t, (moved) => void this.drag(moved));
    }
    if (this.values.task !== 'digits') return moonsMap(state?.facts, state?.look, place);
    return html`<lab-network
      .reading=${state?.look?.reading}
      .row=${this.shown && 'row' in this.shown ? this.shown.row : undefined}
      .rowLabel=${state?.look?.label}
      .ready=${state?.facts !== undefined}
      .summary=${`Weights of ${this.values.width} hidden units at t = ${place.t} on ${place.way}.`}
      @lab-ink=${this.showInk}
      @lab-row=${this.nextRow}
    ></lab-network>`;
  }

  #figure() {
    const digits = this.values.task === 'digits';
    const caption = this.toy
      ? 'Dark is low. The band (violet) starts on the straight line; each image slides downhill across the band only, and all keep their distance. Drag one.'
      : digits
        ? 'What the network at place t looks for and answers. Drag along the curve to walk from A to B.'
        : 'The boundary that the network at place t draws: blue circles and orange squares are the points both ends were trained on.';
    return html`<figure class="figure ${digits ? 'tall' : ''}" ?hidden=${!this.state} aria-label="The way from A to B">
      <div class="ways-figure ${digits ? 'stacked' : ''}">
        <div>${this.#map()}</div>
        <div>${this.veils('line') ? html`<p class="note veil">The loss along every way is hidden until you commit or skip.</p>` : nothing}${this.#profile()}</div>
      </div>
      <figcaption>${caption}</figcaption>
    </figure>`;
  }

  #controls() {
    return html`<h2 class="visually-hidden">Controls</h2>
      <div class="primary-controls">
        ${this.choice(TASK)}
        ${this.toy ? this.slider(PIVOTS) : html`${this.choice(WIDTH)} ${this.choice(ALIGN)} ${this.choice(ROUTE, false)}`}
      </div>
      <div class="row" role="group" aria-label="Presets">
        ${PRESETS.map(
          (preset) =>
            html`<button type="button" aria-pressed=${preset === this.preset ? 'true' : 'false'} @click=${() => this.choosePreset(preset)}>
              ${preset.name}
            </button>`,
        )}
      </div>
      <p class="note">${this.preset?.says ?? 'A preset sets everything, and says what it shows.'}</p>
      <details class="more">
        <summary>More controls</summary>
        <div class="primary-controls">
          ${this.toy ? nothing : html`${this.slider(SEED_A)} ${this.slider(SEED_B)} ${this.slider(PIVOTS)} ${this.slider(CYCLES)}`}
          ${this.slider(RATE)} ${this.choice(CLIMB)}
        </div>
        ${
          this.state?.facts
            ? html`<lab-numbers label="More numbers" class="numbers" .items=${moreNumbers(this.state, this.#shared())}></lab-numbers>`
            : nothing
        }
      </details>`;
  }

  #shared() {
    return {
      toy: this.toy,
      digits: this.values.task === 'digits',
      over: this.over,
      hideLine: this.veils('line'),
      hidePath: this.veils('line') || this.veils('path'),
      ...(this.pinned && { pinned: this.pinned.state }),
    };
  }

  #series(history: readonly [number, number][], cycles: Float64Array): Series[] {
    const best: [number, number][] = [];
    for (let k = 0; k < cycles.length; k += 5) best.push([cycles[k]!, cycles[k + 2]!]);
    return [
      { name: 'band', role: 's-path', mark: 'circle', points: history },
      { name: 'best', role: 's-theory', mark: 'square', points: best },
    ];
  }

  #curves() {
    const state = this.state;
    if (this.toy) return nothing;
    const hide = this.veils('line') || this.veils('path');
    const cursor = (event: CustomEvent<number | undefined>) => {
      this.cursor = event.detail;
      this.requestUpdate();
    };
    const pinned = this.pinned;
    return html`<div class="charts" @lab-cursor=${cursor}>
        <lab-curves
          id="history"
          label="Highest image of the band (nats)"
          axis="move"
          log
          .series=${hide || !state ? [] : this.#series(this.moves, state.cycles)}
          .pinned=${pinned ? this.#series(pinned.history, pinned.state.cycles) : []}
          .cursor=${this.cursor}
          ?running=${this.playing}
        ></lab-curves>
        <div>
          <h3>The band in one plane</h3>
          <lab-projection .profile=${this.playing ? undefined : state?.bandProfile} .band=${hide ? undefined : state?.bandPlane} .best=${hide ? undefined : state?.bestPlane}></lab-projection>
        </div>
      </div>
      ${pinned ? html`<p class="note">Thin lines: the pinned run A (${pinned.settings}).</p>` : nothing}`;
  }

  #mainNumber() {
    const { facts, best, cycles, step, total, left } = this.state ?? {};
    if (!facts || this.veils('line'))
      return html`<span class="note">${left ? 'training both networks …' : ''}</span>`;
    const known = this.toy || cycles!.length > 0;
    const path = best && known && !this.veils('path') ? ` → ${significant(best.barrier)}` : '';
    return html`<span class="value">${significant(facts.straight.barrier)}${path}</span>
      <span class="note">barrier, line${path ? ' → path' : ''} · move ${step} of ${total}</span>`;
  }

  async #export(what: string): Promise<void> {
    await saveAs(what, {
      root: this,
      title: 'losscape · Paths',
      settings: this.describe(),
      state: this.state!,
      history: this.moves,
      ways: this.#ways(),
      link: this.link(),
      values: this.values,
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

  protected override render() {
    const narrow = this.narrow.matches;
    const state = this.state;
    const ready = state?.facts !== undefined && !this.failure && this.replay?.state !== 'running';
    const role = (narrow ? 'tabpanel' : nothing) as string;
    const labelled = (tab: string) => (narrow ? `tab-${tab}` : nothing) as string;
    const first = this.guesses[0]!;
    return html`
      ${this.banner(this.recover)}
      <div class="side">
        ${this.#predict()}
        <lab-numbers
          class="numbers panel"
          label=${state && state.left > 0 ? `Training both networks: ${count(state.left)} steps left` : `Move ${count(state?.step ?? 0)} of ${count(state?.total ?? 0)}`}
          data-step=${state?.facts ? state.step : -1}
          ?hidden=${this.hides('numbers') || (narrow && this.tab !== 'predict')}
          .items=${state?.facts ? numbers(state, this.#shared()) : []}
        ></lab-numbers>
      </div>
      <div class="main-number" aria-hidden="true">${this.#mainNumber()}</div>
      <div class="transport" ?hidden=${this.hides('transport')}>
        <lab-transport
          .playing=${this.playing}
          .ready=${ready}
          .speed=${this.speed}
          .pinned=${this.pinned !== undefined}
          .still=${this.still.matches ? STILL_STEPS : 0}
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
      <div class="curves panel" id="panel-curves" role=${role} aria-labelledby=${labelled('curves')} ?hidden=${this.off('curves')}>
        <h2 class="visually-hidden">Curves</h2>
        ${this.#curves()}
      </div>
      <div class="home" ?hidden=${this.hides('home')}>
        <div class="row">
          <button type="button" data-do="share" @click=${() => this.do('share')}>Share</button>
          <button type="button" data-do="export" @click=${() => this.do('export')}>Export, load</button>
        </div>
      </div>
      ${this.live()}
      ${shareDialog({
        link: (guess) => this.shareLink(guess),
        guess: first.state === 'made',
        loaded: this.drags.length > MAX_DRAGS,
        cite: `losscape 0.1.0, Paths: ${this.describe()}, fingerprint ${state?.digest ?? ''}`,
      })}
      ${exchange(
        (what) => void this.#export(what),
        (file) => void this.#open(file),
      )}
      ${helpDialog(SCHEMA)}
    `;
  }
}

customElements.define('lab-paths', PathsExhibit);
