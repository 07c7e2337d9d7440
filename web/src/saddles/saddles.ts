import { html, nothing } from 'lit';
import './ghosts.ts';
import './places.ts';
import './race.ts';
import './split.ts';
import './stems.ts';
import './toy.ts';
import '../grammar/fit.ts';
import '../grammar/slices.ts';
import '../grammar/spectrum.ts';
import type { Chart } from '../grammar/asking.ts';
import { Exhibit } from '../grammar/exhibit.ts';
import type { HomeFile } from '../grammar/home.ts';
import type { NumberShown } from '../grammar/numbers.ts';
import { choiceField } from '../grammar/panels.ts';
import type { Asked } from '../grammar/predictions.ts';
import { SEED } from '../grammar/settings.ts';
import { count, counted, percent, significant, tick } from '../lib/format.ts';
import { CHANCES } from '../lib/slices.ts';
import { slicesSay } from './chances.ts';
import { files } from './export.ts';
import { moreNumbers, numbers, numbersOfToy } from './numbers.ts';
import {
  type Frame,
  highest,
  levelsOf,
  METHODS,
  type Place,
  type Raced,
  shownOf,
  TOTAL,
  type View,
} from './protocol.ts';
import { coins, minima, nearer, newtonEnds, questions, questionsOfToy } from './questions.ts';
import { ofAll } from './race.ts';
import {
  DAMPING,
  drawnOf,
  GAMMA,
  HIDDEN,
  KICKS,
  NUDGE,
  OFF,
  offOf,
  PENALTY,
  PLACE,
  PRESETS,
  RACED,
  RATE,
  RIDGE,
  SCHEMA,
  SHOWN,
  STARTS,
} from './schema.ts';
import { reading } from './stems.ts';

/** Curvatures of the toy up to this are nearly flat: below those of all its ways down. */
const FLAT_OF_TOY = 0.001;

/** Products that the wider network is first asked for. */
const PRODUCTS = 60;

/** The exhibit *Saddles*. */
export class SaddlesExhibit extends Exhibit<Frame, View> {
  protected readonly schema = SCHEMA;
  protected readonly presets = PRESETS;
  /** Search, and the share of minima among the places found by then. */
  #shares: [number, number][] = [];
  /** The direction that is looked at, and the one that the pointer is on. */
  #way = 0;
  #hover: number | undefined;
  #products = PRODUCTS;
  #split = { unit: 0, share: 0.25 };

  protected override get total(): number {
    return TOTAL;
  }

  protected override begun(): void {
    this.cursor = undefined;
    this.#shares = [];
    this.#way = 0;
    this.#hover = undefined;
  }

  /** The share after every search, however many a frame brings. */
  protected override arrived({ found, step }: Frame): void {
    for (let search = this.#shares.length + 1; search <= step; search++) {
      const by = found.filter((place) => place.search <= search);
      this.#shares.push([search, minima(by) / Math.max(1, by.length)]);
    }
  }

  protected override get view(): View {
    const of = (key: string) => this.number(key);
    return {
      place: of('place'),
      gamma: of('gamma'),
      // Run before it may be seen, so that its questions follow each other without a wait.
      race:
        this.#toy || !this.playing
          ? {
              nudge: of(this.#toy ? 'ridge' : 'nudge'),
              rate: of('rate'),
              kicks: of('kicks'),
              damping: of('damping'),
            }
          : undefined,
      products: this.playing || this.veils('places') ? 0 : this.#products,
      split: this.playing || this.#hideWays ? undefined : this.#split,
    };
  }

  protected override paused(): void {
    void this.lookAgain();
  }

  protected override guessed(): void {
    void this.lookAgain();
  }

  protected override set(key: string, value: number | string): void {
    if (key === PLACE.key) {
      this.#way = 0;
      // What plays is either the searches or the race on the toy.
      if (Number(value) < 0 !== this.#toy) this.playing = false;
    }
    super.set(key, value);
  }

  /** Whether the toy is shown, in place of the network. */
  get #toy(): boolean {
    return this.number('place') < 0;
  }

  /** The race of what is shown, if it has arrived. */
  get #race(): Raced | undefined {
    return this.#toy === (this.state?.toy !== undefined) ? this.state?.race : undefined;
  }

  protected override get headline(): string | undefined {
    return this.#toy ? 'One way leads up, one down. How long does it take to leave?' : undefined;
  }

  get #n(): number {
    return 3 * this.number('hidden') + 1;
  }

  /** Which methods of the race are drawn. */
  get #drawn(): boolean[] {
    return drawnOf(String(this.values[OFF.key]));
  }

  get #place(): Place | undefined {
    const { state } = this;
    return state && shownOf(state.found, this.number('place'), this.over);
  }

  // ---- the race on the toy, which needs no search: it is what plays there ----

  /** Its last step. */
  get #end(): number {
    return Math.max(0, ...(this.#race?.tracks ?? []).map(({ step }) => step.at(-1)!));
  }

  /** The steps of the race that are drawn; of that on the network all are. */
  get #raced(): number {
    return this.#toy ? this.number('raced') : RACED.max;
  }

  #raceTo(step: number): void {
    this.values.raced = step < this.#end ? step : RACED.max;
    this.requestUpdate();
    this.writeHash();
  }

  protected override get over(): boolean {
    return this.#toy ? this.#raced >= this.#end : super.over;
  }

  protected override async again(): Promise<boolean> {
    if (!this.#toy) return super.again();
    this.#raceTo(0);
    return !this.over;
  }

  /** Its axis is logarithmic, and so is its time: a frame at × 16 is a twentieth of the steps so far, and at least one. */
  protected override async frame(): Promise<void> {
    if (!this.#toy) return super.frame();
    const by = Math.max(1, Math.round((this.#raced * Number(this.speed)) / 320));
    this.#raceTo(this.speed === 'max' ? this.#end : this.#raced + by);
  }

  protected override act(action: string): void {
    const raced = this.#raced;
    const still = this.still.matches ? (this.over ? 0 : raced) + this.stillSteps : undefined;
    const to = { reset: 0, step: raced + 1, play: still }[action];
    if (!this.#toy || to === undefined) {
      super.act(action);
      return;
    }
    this.playing = false;
    this.#raceTo(to);
    this.say(this.caption, true);
  }

  // ---- questions ----

  /** The ways down of a place say how many minima there are. */
  get #hideWays(): boolean {
    return this.veils('ways') || this.veils('places');
  }

  get #hideRace(): boolean {
    return this.#toy ? this.veils('toy-race') : this.veils('race') || this.#hideWays;
  }

  get #hideNewton(): boolean {
    return this.veils(this.#toy ? 'toy-newton' : 'newton') || this.#hideRace;
  }

  protected get questions(): readonly Asked[] {
    return this.#toy ? questionsOfToy(this.#race) : this.#ofNetwork;
  }

  get #ofNetwork(): readonly Asked[] {
    const { hidden, decay, starts, seed } = this.values;
    return questions(this.#n, [hidden, decay, starts, seed].join(), this.#race);
  }

  protected override get everything(): readonly Asked[] {
    return this.#toy ? [...this.#ofNetwork, ...this.questions] : this.questions;
  }

  protected truth({ id }: Asked): number | undefined {
    const { state } = this;
    if (id.endsWith('race')) return this.#race && nearer(this.#race);
    if (id.endsWith('newton')) return this.#race && newtonEnds(this.#race);
    if (!state || !this.over || state.found.length === 0) return undefined;
    const { found } = state;
    return id === 'share' ? (100 * minima(found)) / found.length : highest(found)!.down;
  }

  protected answer(): string | undefined {
    const { state } = this;
    const race = this.#race;
    if (this.#toy) {
      if (!race || this.#hideRace) return undefined;
      const [left = 0, closer = 0] = [race.tracks[0]!.left, race.closer];
      return `Ten times as near costs ${count(closer - left)} steps more, whatever the distance. From here ${ofAll(race, !this.#hideNewton)} The formula for descent says ${count(race.predicted ?? 0)}.`;
    }
    if (!state || !this.over || this.veils('places')) return undefined;
    const { found } = state;
    if (found.length === 0) return 'No search has reached a place without slope.';
    const low = minima(found);
    const first = `Of ${count(found.length)} places without slope ${count(low)} are minima, where coins would give one in ${count(coins(this.#n))}.`;
    if (this.#hideWays)
      return `${first} The low ones are the bottom; how many ways lead down from the others is the next question.`;
    const top = highest(found)!;
    const second = `The highest, ${significant(top.loss / Math.min(...found.map(({ loss }) => loss)), 2)} times the lowest, has ${counted(top.down, 'way')} down of ${this.#n}.`;
    if (this.#hideRace || !race) return `${first} ${second}`;
    return `${first} ${second} From the one shown ${ofAll(race, !this.#hideNewton)}`;
  }

  // ---- words and numbers ----

  protected get caption(): string {
    if (this.#toy) return `Two directions, γ = ${tick(this.number('gamma'))}${this.#paused}`;
    return `Search ${count(this.state?.step ?? 0)} of ${count(TOTAL)}, seed ${this.values.seed}`;
  }

  /** Where the race on the toy stands, before its end. */
  get #paused(): string {
    return this.over ? '' : `, step ${count(this.#raced)}`;
  }

  protected describe(): string {
    const v = this.values;
    const of = (key: string) => significant(this.number(key));
    const { label } = STARTS.options.find(({ value }) => value === v.starts)!;
    const what = this.#toy
      ? `toy of two directions, γ ${of('gamma')}; race from ${of('ridge')}${this.#paused}`
      : `1-${v.hidden}-1 network, penalty ${of('decay')}, starts ${label}, place ${this.#place?.search ?? 0}; race from ${of('nudge')}`;
    const missing = METHODS.filter((_, k) => !this.#drawn[k]).join(', ');
    return `${what} at η ${of('rate')}, noise ${of('kicks')}, damping ${of('damping')}${missing ? `, without ${missing}` : ''}; seed ${v.seed}, step ${this.state?.step ?? 0}`;
  }

  protected summary(): string {
    const { state } = this;
    if (!state) return 'The kernel is being loaded.';
    if (this.#toy) {
      const race = this.#hideRace ? undefined : this.#race;
      return `A saddle at 0 between minima at y = −1 and 1: its curvatures are 1 and −${tick(this.number('gamma'))}.${race ? ` ${ofAll(race, !this.#hideNewton)}` : ''}`;
    }
    const start = `Search ${count(state.step)} of ${count(TOTAL)}: ${counted(state.found.length, 'place')} found`;
    if (this.veils('places')) return `${start}; how many are minima is hidden until you guess.`;
    const low = `${start}, minima among them: ${count(minima(state.found))}.`;
    const place = this.#place;
    if (!place) return low;
    return this.#hideWays
      ? `${low} The one shown has a loss of ${significant(place.loss)}.`
      : `${low} The one shown has a loss of ${significant(place.loss)} and ${counted(place.down, 'way')} down of ${this.#n}.`;
  }

  #shown() {
    const toy = this.#toy;
    return {
      state: { ...this.state!, directions: toy ? 2 : this.#n, race: this.#race },
      place: toy ? undefined : this.#place,
      hidePlaces: !toy && this.veils('places'),
      hideWays: !toy && this.#hideWays,
      hideRace: this.#hideRace,
      hideNewton: this.#hideNewton,
    };
  }

  protected numbers(): NumberShown[] {
    if (!this.state) return [];
    return this.#toy ? numbersOfToy(this.#shown()) : numbers(this.#shown());
  }

  protected moreNumbers(): NumberShown[] {
    return this.state && !this.#toy ? moreNumbers(this.#shown()) : [];
  }

  protected mainNumber() {
    const { state } = this;
    const step = `search ${count(state?.step ?? 0)} of ${count(TOTAL)}`;
    if (!state || this.veils('places')) return { note: `the places are hidden until you guess · ${step}` };
    if (state.found.length === 0) return { note: `no place found yet · ${step}` };
    return {
      value: percent(minima(state.found) / state.found.length, 0),
      note: `of the places are minima · ${step}`,
    };
  }

  // ---- drawing ----

  #look = (event: CustomEvent<{ direction: number | undefined; keep: boolean }>) => {
    const { direction, keep } = event.detail;
    this.#hover = direction;
    if (keep && direction !== undefined) this.#way = direction;
    this.requestUpdate();
  };

  protected figure() {
    const { state } = this;
    if (this.#toy) return this.#figureOfToy();
    const [hidden, hideWays] = [this.veils('places'), this.#hideWays];
    const some = state !== undefined && state.found.length > 0;
    return html`<figure
      class="figure saddles-figure"
      ?hidden=${!state}
      aria-label="Places without slope, and one of them"
      @lab-place=${(event: CustomEvent<number>) => this.set(PLACE.key, event.detail)}
      @lab-way=${this.#look}
    >
      ${
        some && !hidden
          ? html`<lab-places
              .found=${state.found}
              .chosen=${this.#place?.search ?? 0}
              ?ways=${!hideWays}
              .height=${this.narrow.matches ? 104 : 140}
              .summary=${this.summary()}
            ></lab-places>`
          : nothing
      }
      ${state ? this.#here(state, hidden, hideWays) : nothing}
    </figure>`;
  }

  /** The toy's map, and its curvatures beside it. */
  #figureOfToy() {
    const toy = this.state?.toy;
    const height = this.narrow.matches ? 238 : 330;
    const race = this.#hideRace ? undefined : this.#race;
    return html`<figure class="figure saddles-figure" ?hidden=${!this.state} aria-label="A landscape of two directions">
      ${
        toy
          ? html`<div class="here toy">
              <lab-toy
                .toy=${toy}
                .race=${race}
                .drawn=${this.#drawn}
                ?newton=${!this.#hideNewton}
                .start=${this.number('ridge')}
                .at=${this.#raced}
                .height=${height}
                .summary=${this.summary()}
              ></lab-toy>
              <lab-spectrum .values=${[-toy.gamma, 1]} .flat=${FLAT_OF_TOY} .height=${height} label="Curvatures at the saddle"></lab-spectrum>
            </div>`
          : nothing
      }
      <figcaption>
        ½ x² − γ (½ y² − ¼ y⁴), with lines at ${levelsOf(this.number('gamma')).map(tick).join(', ')}. The triangle is the saddle, the circles are minima.
        ${race ? 'Each trail ends in the mark of its method; Play draws them step by step.' : 'How five methods go on from the start waits for your guess.'}
      </figcaption>
    </figure>`;
  }

  protected override beside() {
    const race = this.#toy && !this.#hideRace ? this.#race : undefined;
    if (!this.#toy) return super.beside();
    return race ? html`<div class="beside">${this.#raceOf(race, 150)}</div>` : nothing;
  }

  #raceOf(race: Raced, height = 236) {
    return html`<lab-race
      .race=${race}
      .drawn=${this.#drawn}
      ?newton=${!this.#hideNewton}
      .at=${this.#raced}
      .height=${height}
      @lab-methods=${(event: CustomEvent<boolean[]>) => this.set(OFF.key, offOf(event.detail))}
    ></lab-race>`;
  }

  /** The place that is shown: its directions, once they may be seen, and what the network draws there. */
  #here({ here, points, found }: Frame, hidden: boolean, hideWays: boolean) {
    const narrow = this.narrow.matches;
    const none = found.length === 0;
    const curves = here && !hideWays ? here : undefined;
    const way = Math.min(this.#hover ?? this.#way, (here?.values.length ?? 1) - 1);
    const lines = [
      ...(curves
        ? [
            { kind: 'moved', y: curves.ways[way]!.forth },
            { kind: 'moved back', y: curves.ways[way]!.back },
          ]
        : []),
      ...(here ? [{ kind: 'drawn', y: here.curve }] : []),
    ];
    // Before the first search the points occupy the room of the places, so nothing below moves later.
    const room = narrow ? [238, 112, 112] : [302, 220, 140];
    const height = room[none && !hidden ? 0 : hideWays && hidden ? 1 : 2]!;
    const chances = here && hideWays && !hidden ? here : undefined;
    return html`<div class="here ${curves || chances ? 'both' : ''}">
        ${curves ? html`<lab-stems .here=${curves} .way=${way} .height=${height}></lab-stems>` : nothing}
        ${chances ? html`<lab-slices .slices=${chances.chances} .height=${height} .summary=${slicesSay(chances, false)}></lab-slices>` : nothing}
        <lab-fit
          .points=${points ?? new Float64Array()}
          .places=${here?.places ?? new Float64Array()}
          .lines=${lines}
          .height=${height}
          .summary=${here ? 'The points, and the curve of the network at the place shown' : 'The points that the network learns'}
        ></lab-fit>
      </div>
      ${curves ? html`<p class="readout">${reading(curves, way)}</p>` : nothing}
      <figcaption>
        ${
          curves
            ? 'Point at a stem: the dashed curves are those of the network after a step of length ½ along it, either way.'
            : hidden
              ? `Points that a network learns${none ? '' : ', and the curve it draws at the place found last'}. How many of the places found are minima is hidden until you guess.`
              : none
                ? 'Points that a network learns. After the first search, places without slope appear above them, and the network’s curve at one of them.'
                : `Each mark is a place. ${chances ? slicesSay(chances, false) : ''} How many ways lead down from it waits for your second guess.`
        }
      </figcaption>`;
  }

  protected charts(): Chart[] {
    if (this.#toy) return [];
    const coin = 1 / coins(this.#n);
    return [
      {
        id: 'shares',
        label: 'Share of minima among the places found',
        axis: 'search',
        span: TOTAL,
        format: (y) => (y < 0.01 ? percent(y, 3) : percent(y, 0)),
        ticks: (y) => percent(y, 0),
        series: [
          { name: 'minima', role: 's-a', mark: 'circle', points: this.#shares, veil: 'places' },
          {
            name: 'coins',
            role: 's-theory',
            mark: 'square',
            points: this.#shares.map(([search]) => [search, coin] as const),
            veil: 'places',
          },
        ],
      },
    ];
  }

  protected override curves() {
    const { state } = this;
    if (this.#toy) return html`${this.pinnedNote()}`;
    const race = this.#hideRace ? undefined : this.#race;
    return html`<div class="charts">
        ${this.others()}
        ${
          race
            ? this.#raceOf(race)
            : html`<p class="note">
                ${
                  this.#hideRace
                    ? 'How methods leave a saddle waits for your third guess.'
                    : 'No saddle is shown, so nothing leaves. Choose a place with ways down.'
                }
              </p>`
        }
        ${
          state?.here && !this.#hideWays
            ? html`<div>
                <h3 id="title-chances">${CHANCES} random slices through the place shown</h3>
                <lab-slices .slices=${state.here.chances} .summary=${slicesSay(state.here, false)}></lab-slices>
                <p class="readout">${slicesSay(state.here, true)}</p>
              </div>`
            : nothing
        }
        ${
          state?.split && !this.#hideWays
            ? html`<lab-split
                .split=${state.split}
                @lab-halves=${(event: CustomEvent<{ unit: number; share: number }>) => {
                  this.#split = event.detail;
                  void this.lookAgain();
                }}
              ></lab-split>`
            : nothing
        }
        ${
          state?.ghosts && !this.veils('places')
            ? html`<lab-ghosts
                .ghosts=${state.ghosts}
                @lab-products=${(event: CustomEvent<number>) => {
                  this.#products = event.detail;
                  void this.lookAgain();
                }}
              ></lab-ghosts>`
            : nothing
        }
      </div>
      ${this.pinnedNote()}`;
  }

  protected controls() {
    const toy = this.#toy;
    return html`${choiceField(SHOWN, toy ? '-1' : '0', false, (place) => this.set(PLACE.key, Number(place)))}
      ${toy ? this.slider(GAMMA, false) : this.slider(HIDDEN)} ${this.slider(toy ? RIDGE : NUDGE, false)}
      ${this.slider(RATE, false)} ${this.slider(KICKS, false)}`;
  }

  protected moreControls() {
    if (this.#toy) return html`${this.slider(DAMPING, false)} ${this.slider(SEED)}`;
    return html`${this.choice(STARTS)} ${this.slider(PENALTY)} ${this.slider(PLACE, false)} ${this.slider(DAMPING, false)} ${this.slider(SEED)}`;
  }

  // ---- taking home ----

  protected files(): HomeFile[] {
    return files({
      about: this.about(),
      found: this.veils('places') ? [] : (this.state?.found ?? []),
      ways: !this.#hideWays,
      race: this.#hideRace ? undefined : this.#race,
      newton: !this.#hideNewton,
    });
  }

  protected override stateParts(): object {
    if (this.veils('places')) return {};
    const found = this.state?.found.map(({ search, loss, down }) => ({
      search,
      loss,
      ...(!this.#hideWays && { down }),
    }));
    return { found };
  }
}

customElements.define('lab-saddles', SaddlesExhibit);
