import { html, nothing } from 'lit';
import './ghosts.ts';
import './places.ts';
import './race.ts';
import './split.ts';
import './stems.ts';
import '../grammar/fit.ts';
import '../grammar/slices.ts';
import type { Chart } from '../grammar/asking.ts';
import { Exhibit } from '../grammar/exhibit.ts';
import type { HomeFile } from '../grammar/home.ts';
import type { NumberShown } from '../grammar/numbers.ts';
import type { Asked } from '../grammar/predictions.ts';
import { SEED } from '../grammar/settings.ts';
import { count, percent, significant } from '../lib/format.ts';
import { CHANCES } from '../lib/slices.ts';
import { slicesSay } from './chances.ts';
import { files } from './export.ts';
import { moreNumbers, numbers } from './numbers.ts';
import { type Frame, highest, METHODS, type Place, shownOf, TOTAL, type View } from './protocol.ts';
import { coins, minima, nearer, newtonEnds, questions } from './questions.ts';
import { ofAll } from './race.ts';
import {
  DAMPING,
  drawnOf,
  HIDDEN,
  KICKS,
  NUDGE,
  OFF,
  offOf,
  PENALTY,
  PLACE,
  PRESETS,
  RATE,
  SCHEMA,
  STARTS,
} from './schema.ts';
import { reading } from './stems.ts';

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
      // Run before it may be seen, so that its questions follow each other without a wait.
      race: !this.playing
        ? { nudge: of('nudge'), rate: of('rate'), kicks: of('kicks'), damping: of('damping') }
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
    if (key === PLACE.key) this.#way = 0;
    super.set(key, value);
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

  // ---- questions ----

  /** The ways down of a place say how many minima there are. */
  get #hideWays(): boolean {
    return this.veils('ways') || this.veils('places');
  }

  get #hideRace(): boolean {
    return this.veils('race') || this.#hideWays;
  }

  get #hideNewton(): boolean {
    return this.veils('newton') || this.#hideRace;
  }

  protected get questions(): readonly Asked[] {
    const { hidden, decay, starts, seed } = this.values;
    return questions(this.#n, [hidden, decay, starts, seed].join(), this.state?.race);
  }

  protected truth({ id }: Asked): number | undefined {
    const { state } = this;
    if (id === 'race') return state?.race && nearer(state.race);
    if (id === 'newton') return state?.race && newtonEnds(state.race);
    if (!state || !this.over || state.found.length === 0) return undefined;
    const { found } = state;
    return id === 'share' ? (100 * minima(found)) / found.length : highest(found)!.down;
  }

  protected answer(): string | undefined {
    const { state } = this;
    if (!state || !this.over || this.veils('places')) return undefined;
    const { found, race } = state;
    if (found.length === 0) return 'No search has reached a place without slope.';
    const low = minima(found);
    const first = `Of ${count(found.length)} places without slope ${count(low)} are minima, where coins would give one in ${count(coins(this.#n))}.`;
    if (this.#hideWays)
      return `${first} The low ones are the bottom; how many ways lead down from the others is the next question.`;
    const top = highest(found)!;
    const second = `The highest, ${significant(top.loss / Math.min(...found.map(({ loss }) => loss)), 2)} times the lowest, has ${top.down} ways down of ${this.#n}.`;
    if (this.#hideRace || !race) return `${first} ${second}`;
    return `${first} ${second} From the one shown ${ofAll(race, !this.#hideNewton)}`;
  }

  // ---- words and numbers ----

  protected get caption(): string {
    return `Search ${count(this.state?.step ?? 0)} of ${count(TOTAL)}, seed ${this.values.seed}`;
  }

  protected describe(): string {
    const v = this.values;
    const of = (key: string) => significant(this.number(key));
    const { label } = STARTS.options.find(({ value }) => value === v.starts)!;
    const missing = METHODS.filter((_, k) => !this.#drawn[k]).join(', ');
    return `1-${v.hidden}-1 network, penalty ${of('decay')}, starts ${label}, place ${this.#place?.search ?? 0}; race from ${of('nudge')} at η ${of('rate')}, noise ${of('kicks')}, damping ${of('damping')}${missing ? `, without ${missing}` : ''}; seed ${v.seed}, step ${this.state?.step ?? 0}`;
  }

  protected summary(): string {
    const { state } = this;
    if (!state) return 'The kernel is being loaded.';
    const places = state.found.length === 1 ? '1 place' : `${count(state.found.length)} places`;
    const start = `Search ${count(state.step)} of ${count(TOTAL)}: ${places} found`;
    if (this.veils('places')) return `${start}; how many are minima is hidden until you guess.`;
    const low = `${start}, minima among them: ${count(minima(state.found))}.`;
    const place = this.#place;
    if (!place) return low;
    return this.#hideWays
      ? `${low} The one shown has a loss of ${significant(place.loss)}.`
      : `${low} The one shown has a loss of ${significant(place.loss)} and ${place.down} ways down of ${this.#n}.`;
  }

  #shown() {
    return {
      state: { directions: this.#n, ...this.state! },
      place: this.#place,
      hidePlaces: this.veils('places'),
      hideWays: this.#hideWays,
      hideRace: this.#hideRace,
      hideNewton: this.#hideNewton,
    };
  }

  protected numbers(): NumberShown[] {
    return this.state ? numbers(this.#shown()) : [];
  }

  protected moreNumbers(): NumberShown[] {
    return this.state ? moreNumbers(this.#shown()) : [];
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
    const race = this.#hideRace ? undefined : state?.race;
    return html`<div class="charts">
        ${this.others()}
        ${
          race
            ? html`<lab-race
                .race=${race}
                .drawn=${this.#drawn}
                ?newton=${!this.#hideNewton}
                @lab-methods=${(event: CustomEvent<boolean[]>) => this.set(OFF.key, offOf(event.detail))}
              ></lab-race>`
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
    return html`${this.slider(HIDDEN)} ${this.slider(NUDGE, false)} ${this.slider(RATE, false)} ${this.slider(KICKS, false)}`;
  }

  protected moreControls() {
    return html`${this.choice(STARTS)} ${this.slider(PENALTY)} ${this.slider(PLACE, false)} ${this.slider(DAMPING, false)} ${this.slider(SEED)}`;
  }

  // ---- taking home ----

  protected files(): HomeFile[] {
    return files({
      about: this.about(),
      found: this.veils('places') ? [] : (this.state?.found ?? []),
      ways: !this.#hideWays,
      race: this.#hideRace ? undefined : this.state?.race,
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
