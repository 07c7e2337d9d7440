import { html, nothing } from 'lit';
import '../grammar/field.ts';
import '../grammar/listen.ts';
import '../grammar/network.ts';
import './profile.ts';
import './projection.ts';
import type { Chart } from '../grammar/asking.ts';
import type { HomeFile } from '../grammar/home.ts';
import type { NetworkFigure } from '../grammar/network.ts';
import type { NumberShown } from '../grammar/numbers.ts';
import { count, counted, significant } from '../lib/format.ts';
import { clampNumber } from '../lib/schema.ts';
import { files } from './export.ts';
import { moonsMap, toyMap } from './map.ts';
import { moreNumbers, numbers } from './numbers.ts';
import type { Way } from './profile.ts';
import { type Frame, type Profile, pointsOf, valueAt } from './protocol.ts';
import { PathsRun } from './run.ts';
import {
  ALIGN,
  CLIMB,
  CYCLES,
  PIVOTS,
  PLACE,
  PRESETS,
  RATE,
  ROUTE,
  SEED_A,
  SEED_B,
  TASK,
  WIDTH,
} from './schema.ts';

const ROUTE_NAMES: Readonly<Record<string, string>> = {
  straight: 'the straight line',
  aligned: 'the line to the relabelled B',
  band: 'the band',
  best: 'the best path',
};

const CAPTIONS = {
  toy: 'Dark is low. The images of the band (violet) slide downhill across it, at equal distances. Drag one.',
  digits: 'What the network at place t looks for and answers. Drag along the curve to walk from A to B.',
};

/** The exhibit *Paths*. */
export class PathsExhibit extends PathsRun {
  protected readonly presets = PRESETS;
  protected override readonly presetNote = 'A preset sets everything, and says what it shows.';
  #pinnedWay: Profile | undefined;

  get #digits(): boolean {
    return this.values.task === 'digits';
  }

  // ---- words and numbers ----

  protected override get headline(): string | undefined {
    return this.toy ? 'Two low places lie apart. Does a band between them find a low path?' : undefined;
  }

  protected get caption(): string {
    const { left = 0, step = 0, total = 0 } = this.state ?? {};
    return left > 0
      ? `Training both networks: ${count(left)} steps left`
      : `Move ${count(step)} of ${count(total)}`;
  }

  protected describe(): string {
    const v = this.values;
    const task = TASK.options.find((option) => option.value === v.task)!.label;
    const band = `${v.pivots} pivots, step size ${significant(this.number('rate'))}, climb ${v.climb}, move ${this.state?.step ?? 0}`;
    if (this.toy) return `${task}, ${band}`;
    const own = this.own ? ` (${this.state?.facts?.samples ?? 0})` : '';
    return `${task}${own}, width ${v.width}, ${this.seeds}, align ${v.align}, ${counted(this.number('cycles'), 'cycle')}, ${band}`;
  }

  #measured() {
    return {
      state: this.state!,
      toy: this.toy,
      digits: this.#digits,
      hidePath: this.veils('path'),
    };
  }

  protected numbers(): NumberShown[] {
    return this.state?.facts ? numbers(this.#measured()) : [];
  }

  protected moreNumbers(): NumberShown[] {
    return this.state?.facts ? moreNumbers(this.#measured()) : [];
  }

  protected mainNumber() {
    const { facts, best, cycles, step, total, left } = this.state ?? {};
    if (!facts) return { note: left ? 'training both networks …' : '' };
    const known = this.toy || cycles!.length > 0;
    const path = best && known && !this.veils('path') ? ` → ${significant(best.barrier)}` : '';
    return {
      value: `${significant(facts.straight.barrier)}${path}`,
      note: `barrier, line${path ? ' → path' : ''} · move ${count(step!)} of ${count(total!)}`,
    };
  }

  // ---- drawing ----

  protected override recolour(): void {
    this.querySelector<NetworkFigure>('lab-network')?.recolour();
    super.recolour();
  }

  protected override updated(changed: Map<string, unknown>): void {
    super.updated(changed);
    const weights = this.state?.look?.weights;
    if (weights) this.querySelector<NetworkFigure>('lab-network')?.show(weights, this.number('width'));
  }

  /** Hidden lines are left out. */
  #ways(): Way[] {
    const { facts, bandProfile, bestProfile } = this.state ?? {};
    if (!facts) return [];
    const ways: Way[] = [{ name: 'straight line', role: 'straight', profile: facts.straightProfile }];
    if (!this.toy) ways.push({ name: 'to relabelled B', role: 'aligned', profile: facts.alignedProfile });
    if (this.veils('path')) return ways;
    if (bestProfile && this.state!.cycles.length > 0)
      ways.push({ name: 'best path', role: 'best', profile: bestProfile });
    // A toy's band has a legend from the start, so the legend cannot shift the figure under a finger.
    if (bandProfile && (this.toy || this.state!.step > 0))
      ways.push({ name: 'band', role: 'band', profile: bandProfile });
    if (this.pinned && this.#pinnedWay)
      ways.push({ name: 'pinned', role: 'pinned', profile: this.#pinnedWay });
    return ways;
  }

  protected override pin(): void {
    super.pin();
    this.#pinnedWay = this.state?.bestProfile ?? this.state?.bandProfile;
  }

  #profile() {
    const { state, t } = this;
    const toy =
      this.toy && state?.bandProfile && !this.veils('path')
        ? { t, value: valueAt(state.bandProfile, t) }
        : undefined;
    return html`<lab-profile
      .ways=${this.#ways()}
      .saddle=${this.veils('path') || this.toy ? undefined : state?.best}
      .place=${t}
      .read=${toy ?? state?.look}
      label=${this.toy ? 'Height along the way' : 'Loss along the way (nats)'}
      .walk=${this.toy ? 'the band' : ROUTE_NAMES[this.route]!}
      ?log=${!this.toy}
      ?running=${this.playing}
      @lab-place=${(event: CustomEvent<number>) => this.set(PLACE.key, clampNumber(PLACE, event.detail))}
    ></lab-profile>`;
  }

  #map() {
    const state: Partial<Frame> = this.state ?? {};
    const place = { way: ROUTE_NAMES[this.route]!, t: this.t };
    if (this.toy) return toyMap(state, place.t, (moved) => this.drag(moved));
    if (!this.#digits) return moonsMap(state, place);
    return html`<lab-network
      .reading=${state.look?.reading}
      .row=${'row' in this.shown ? this.shown.row : undefined}
      .rowLabel=${state.look?.label}
      .ready=${state.facts !== undefined}
      .summary=${`Weights of ${this.values.width} hidden units at t = ${place.t.toFixed(2)} on ${place.way}.`}
      @lab-ink=${this.#inked}
      @lab-row=${this.nextRow}
    ></lab-network>`;
  }

  #inked(event: Event): void {
    this.show({ ink: (event.currentTarget as NetworkFigure).ink });
  }

  protected figure() {
    const kind = this.toy ? 'toy' : this.#digits ? 'digits' : 'moons';
    return html`<figure class="figure ${this.#digits ? 'tall' : ''}" ?hidden=${!this.state} aria-label="The way from A to B">
      <div class="ways-figure ${this.#digits ? 'stacked' : ''}">
        <div>${this.#map()}</div>
        <div>${this.#profile()}</div>
      </div>
      ${kind === 'moons' ? nothing : html`<figcaption>${CAPTIONS[kind]}</figcaption>`}
    </figure>`;
  }

  protected charts(): Chart[] {
    if (this.toy) return [];
    const best = (this.state?.cycles ?? []).map(({ step, saddle }) => [step, saddle] as const);
    return [
      {
        id: 'history',
        label: 'Highest loss (nats): of the band’s images, of the best path',
        axis: 'move',
        log: true,
        series: [
          { name: 'images', role: 's-path', mark: 'circle', points: [...this.moves], veil: 'path' },
          { name: 'path', role: 's-theory', mark: 'square', points: best, veil: 'path' },
        ],
      },
    ];
  }

  /** The curvatures of the network at t, once they are asked for. */
  #spectrum() {
    const { state, curvatures } = this;
    if (this.#digits || !state?.facts) return nothing;
    const at = `the network at t = ${this.t.toFixed(2)}`;
    const directions = count(state.facts.params);
    if (!this.curving)
      return html`<p>
        <button type="button" data-do="curvatures" @click=${() => this.curve()}>
          Curvature at t in all ${directions} directions
        </button>
      </p>`;
    const largest = curvatures ? Math.max(curvatures.at(-1)!, -curvatures[0]!) : 0;
    return html`<div>
      <h3>Curvature of ${at}, in all ${directions} directions</h3>
      ${
        curvatures
          ? html`<lab-spectrum
              .values=${curvatures}
              .flat=${0.01 * largest}
              label=${`Curvatures of ${at}`}
            ></lab-spectrum>`
          : html`<p class="note">Being computed; while the search runs, it waits.</p>`
      }
      <p class="note">Each stem is a direction. Up: the loss rises that way; down: it falls; in the grey strip it is nearly flat. Walk from A to B: between two minima some stems turn down.</p>
    </div>`;
  }

  protected override curves() {
    const { state } = this;
    const hide = this.veils('path');
    const way = this.#ways().findLast(({ role }) => role !== 'pinned');
    const along = way ? pointsOf(way.profile) : [];
    const listen = html`<div class="row by-ear">
      <lab-listen .points=${along} ?log=${!this.toy} .label=${`the loss along the ${way?.name ?? 'way'}`}></lab-listen>
      <span class="note">The loss from A to B${way ? ` on the ${way.name}` : ''}, by ear.</span>
    </div>`;
    if (this.toy) return listen;
    return html`<div class="charts">
        ${this.others()}
        <div>
          <h3>The band in one plane</h3>
          <lab-projection
            .profile=${this.playing ? undefined : state?.bandProfile}
            .band=${hide ? undefined : state?.bandPlane}
            .best=${hide ? undefined : state?.bestPlane}
          ></lab-projection>
        </div>
      </div>
      ${this.#spectrum()} ${listen} ${this.pinnedNote()}`;
  }

  protected controls() {
    return html`${this.learned()}
      ${this.toy ? this.slider(PIVOTS) : html`${this.choice(WIDTH)} ${this.choice(ALIGN)} ${this.choice(ROUTE, false)}`}`;
  }

  protected moreControls() {
    const ofNetworks = [SEED_A, SEED_B, PIVOTS, CYCLES].map((field) => this.slider(field));
    return html`${this.toy ? nothing : ofNetworks} ${this.slider(RATE)} ${this.choice(CLIMB)}`;
  }

  // ---- taking home ----

  protected files(): HomeFile[] {
    return files(this.about(), this.#ways());
  }

  protected override stateParts(): object {
    const { facts, gradients, best } = this.state ?? {};
    return {
      ...super.stateParts(),
      ends: facts?.ends,
      gradients,
      straight: facts?.straight,
      aligned: facts?.aligned,
      ...(!this.veils('path') && { best, history: this.moves }),
    };
  }
}

customElements.define('lab-paths', PathsExhibit);
