/** The page of every exhibit: the same parts in the same places, filled by the exhibit. */

import { html, nothing, type TemplateResult } from 'lit';
import './curves.ts';
import './numbers.ts';
import './predict.ts';
import './slider.ts';
import './tools.ts';
import './transport.ts';
import type { Requests } from '../lib/client.ts';
import { unbroken } from '../lib/format.ts';
import { actionOf } from '../lib/keys.ts';
import { goToExhibit } from '../lib/navigate.ts';
import type { Act, Stand } from '../lib/protocol.ts';
import type { ChoiceField, NumberField } from '../lib/schema.ts';
import { Around } from './around.ts';
import type { Chart, Clock } from './asking.ts';
import type { Series } from './curves.ts';
import { Dialogs, isDialog } from './dialogs.ts';
import { failureMessage, notesMessage, replayMessage } from './failure.ts';
import { chartElement, choiceField, type PanelId, panel, presetRow, tabs } from './panels.ts';
import type { Guess } from './predict.ts';
import type { Preset } from './settings.ts';
import type { Speed } from './transport.ts';
import { definitions, wordsIn } from './words.ts';

/** How high curves are drawn: beside the figure, where all has to fit on one screen, and below it. */
const [BESIDE, BELOW] = [140, 236];

export abstract class Exhibit<
  F extends Stand,
  V = undefined,
  Own extends Requests = Record<never, never>,
  A extends Act = never,
> extends Dialogs<F, V, Own, A> {
  protected readonly narrow = matchMedia('(max-width: 719px)');
  protected tab: PanelId = 'predict';
  /** Where the cursor of the charts stands. */
  protected cursor: number | undefined;
  readonly #around = new Around();

  // ---- what an exhibit provides ----

  protected abstract readonly presets: readonly Preset[];
  /** A caption of the numbers: step and seed, say. */
  protected abstract get caption(): string;
  /** The number that a phone shows below the figure. */
  protected abstract mainNumber(): { value?: string; note: string };
  protected abstract figure(): TemplateResult;
  protected abstract controls(): TemplateResult;
  protected abstract moreControls(): TemplateResult;
  /** Why the run has paused by itself, if it has. */
  protected get stopped(): string | undefined {
    return undefined;
  }

  /** The question of the page in words of this run, where the page's own are of another. */
  protected get headline(): string | undefined {
    return undefined;
  }

  /** The main curve, if it is not a part of the figure. */
  protected get main(): string | undefined {
    return this.charts()[0]?.id;
  }

  /** Said below the presets while none is chosen. */
  protected readonly presetNote: string = 'A preset sets everything but the seed, and says what it shows.';
  // ---- keys ----

  override connectedCallback(): void {
    super.connectedCallback();
    document.addEventListener('keydown', (event) => {
      const action = actionOf(event);
      if (!action) return;
      event.preventDefault();
      // A key that is held acts once; only steps follow each other.
      if (!event.repeat || action === 'step') this.do(action);
    });
    document.addEventListener('lab-help', () => this.do('help'));
    document.addEventListener('lab-theme', () => this.recolour());
    this.addEventListener('lab-says', (event) => this.say((event as CustomEvent<string>).detail, true));
    matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => this.recolour());
    this.narrow.addEventListener('change', () => this.requestUpdate());
    this.still.addEventListener('change', () => this.requestUpdate());
    new IntersectionObserver((entries) => {
      this.visible = entries.some((entry) => entry.isIntersecting);
    }).observe(this);
    void this.start();
  }

  protected override firstUpdated(): void {
    const figure = this.querySelector<HTMLElement>('figure.figure')!;
    const transport = this.querySelector<HTMLElement>(':scope > .transport');
    // On a phone figure and transport stay in sight, unless that left no room to read: little height, much zoom. The
    // content's own height decides, not the box's: a figure that stays has a padding, which must not count for or against
    // itself. What is scrolled to comes to lie between the two.
    const decide = () => {
      const { paddingTop, paddingBottom } = getComputedStyle(figure);
      const height = figure.clientHeight - Number.parseFloat(paddingTop) - Number.parseFloat(paddingBottom);
      const below = transport?.offsetHeight ?? 0;
      const stays = height <= 0.45 * innerHeight && height + below <= 0.55 * innerHeight;
      figure.classList.toggle('stays', stays);
      const { style } = document.documentElement;
      style.setProperty('--above', stays && this.narrow.matches ? `${figure.offsetHeight}px` : '0px');
      style.setProperty('--below', this.narrow.matches ? `${below}px` : '0px');
    };
    const sizes = new ResizeObserver(decide);
    sizes.observe(figure);
    if (transport) sizes.observe(transport);
    // The window may become lower while the figure keeps its size.
    addEventListener('resize', decide);
  }

  /** Removes the still picture once there is a live one. */
  protected override updated(_changed: Map<string, unknown>): void {
    this.#around.ask(String(this.values.q), this.headline);
    this.#around.explain(
      this.everything.map(({ id }) => id),
      (id) => !this.hides('answer') && this.guesses.answered(id),
    );
    if (!this.at) return;
    for (const still of this.querySelectorAll(':scope > .still-figure, :scope > noscript')) still.remove();
  }

  /** Another theme has other colours. */
  protected recolour(): void {
    this.requestUpdate();
  }

  protected do(action: string): void {
    if (action === 'predict') {
      this.tab = 'predict';
      this.#focus('#predict-title');
    } else if (isDialog(action)) {
      void this.opens(action);
    } else if (action.startsWith('exhibit-')) {
      goToExhibit(Number(action.slice(8)));
    } else if (action === 'pin') {
      void this.#pin();
    } else if ((action !== 'play' && action !== 'step') || !this.#awaited()) {
      this.act(action);
    }
  }

  /** Pins what a replay of the pinned link shows, too: not a moment of play. */
  async #pin(): Promise<void> {
    await this.rest();
    this.pin();
    this.requestUpdate();
    this.writeHash();
  }

  /** Whether Play has to wait for a guess; it then leads to it. What has no box to guess in is not waited for. */
  #awaited(): boolean {
    if (this.playing || this.hides('predict') || !this.guesses.waiting(this.questions)) return false;
    this.do('predict');
    this.say('Guess first, or skip: then Play shows what happens.', true);
    return true;
  }

  #focus(selector: string, options?: FocusOptions): void {
    this.requestUpdate();
    void this.updateComplete.then(() => this.querySelector<HTMLElement>(selector)?.focus(options));
  }

  // ---- parts of the page ----

  #panel(id: PanelId, body: TemplateResult | typeof nothing, classes = ''): TemplateResult {
    const tabbed = this.narrow.matches;
    return panel(id, { classes, tabbed, hidden: this.hides(id) || (tabbed && this.tab !== id) }, body);
  }

  /** Whether something is hidden until it is guessed. */
  get #veiled(): boolean {
    return this.questions.some(({ hidden }) => this.veils(hidden));
  }

  #predict(): TemplateResult {
    const { asked, questions } = this;
    const answer = this.hides('answer');
    const body = html`<lab-predict
      .question=${asked}
      .guess=${this.guesses.of(asked)}
      .theirs=${this.values[asked.guess ?? '']}
      .truth=${answer ? undefined : this.truth(asked)}
      .at=${answer ? 'when all may see it' : asked.at}
      .hides=${asked.hides}
      ?more=${this.guesses.more(questions)}
      @lab-guess=${(event: CustomEvent<Guess>) => {
        this.guesses.make(asked, event.detail);
        this.guessed(asked);
        // The pressed button is gone; the response follows the title.
        this.#focus('#predict-title', { preventScroll: true });
      }}
      @lab-next=${() => {
        this.guesses.next();
        this.#focus('#predict-title');
      }}
    ></lab-predict>`;
    return this.#panel('predict', body, this.narrow.matches ? 'predict' : 'predict card');
  }

  /** Replaces a box that a lecturer has left out: the answers stay hidden until this is pressed. */
  #reveal(): TemplateResult {
    return html`<div class="row">
      <button type="button" data-do="reveal" @click=${() => this.reveal()}>Show what is asked</button>
    </div>`;
  }

  #numbers(): TemplateResult {
    return html`<lab-numbers
      class="numbers panel"
      label=${this.caption}
      data-step=${this.at?.step ?? -1}
      ?hidden=${this.hides('numbers') || (this.narrow.matches && this.tab !== 'predict')}
      .known=${wordsIn(this.asked.text)}
      .items=${this.withPinned(this.numbers())}
    ></lab-numbers>`;
  }

  #transport(): TemplateResult {
    return html`<div class="transport" ?hidden=${this.hides('transport')}>
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
      ${this.stopped && !this.playing ? html`<p class="note" data-test="stopped">${this.stopped}</p>` : nothing}
    </div>`;
  }

  #tabs(): TemplateResult | typeof nothing {
    if (!this.narrow.matches) return nothing;
    return tabs(this.tab, (id) => {
      this.tab = id;
      this.#focus(`#tab-${id}`);
    });
  }

  #controls(): TemplateResult {
    const body = html`<h2 class="visually-hidden">Controls</h2>
      <div class="primary-controls">${this.controls()}</div>
      ${this.narrow.matches ? this.#presets() : nothing}
      <details class="more">
        <summary>More controls</summary>
        <div class="primary-controls">${this.moreControls()}</div>
        <lab-numbers label="More numbers" class="numbers" .items=${this.withPinned(this.moreNumbers())}></lab-numbers>
      </details>`;
    const changed = (event: CustomEvent<{ key: string; value: number | string }>) =>
      this.set(event.detail.key, event.detail.value);
    return html`<div class="controls" @lab-set=${changed} @lab-note=${(event: CustomEvent<string>) => this.note(event.detail)}>
      ${this.#panel('controls', body)}
    </div>`;
  }

  /** The main curve, once part of it may be seen: beside the figure, or on a phone in the tab of the curves. */
  protected beside(): TemplateResult | typeof nothing {
    const chart = this.charts().find(({ id }) => id === this.main);
    if (!chart || this.seen(chart.series).length === 0) return nothing;
    return html`<div class="beside" @lab-cursor=${this.#cursor}>${this.chart(chart, BESIDE, this.#defined)}</div>`;
  }

  #presets(): TemplateResult {
    const own = this.own === undefined ? undefined : { used: this.own, open: () => this.do('own') };
    return presetRow(this.presets, this.preset, this.presetNote, (preset) => this.choose(preset), own);
  }

  /** The answer, below the figure; until it is known, and only on a phone, the main number. */
  #mainNumber(): TemplateResult {
    const answer = this.answer();
    if (answer)
      return html`<div class="main-number"><p class="answer" data-test="answer">${unbroken(answer)}</p></div>`;
    if (this.guesses.waiting(this.questions)) return html`<div class="main-number" hidden></div>`;
    const { value, note } = this.mainNumber();
    return html`<div class="main-number" aria-hidden="true">
      ${value === undefined ? nothing : html`<span class="value">${value}</span>`}
      <span class="note">${unbroken(note)}</span>
    </div>`;
  }

  protected choice(field: ChoiceField, restarts = true): TemplateResult {
    return choiceField(field, this.values[field.key], restarts, (value) => this.set(field.key, value));
  }

  protected slider(field: NumberField, restarts = true): TemplateResult {
    return html`<lab-slider .field=${field} .value=${this.number(field.key)} ?restarts=${restarts}></lab-slider>`;
  }

  /** Words defined by the question or the numbers, which the parts below do not define again. */
  get #defined(): string[] {
    const units = this.numbers().filter(({ hidden, value }) => !hidden && value !== '–');
    return [...wordsIn(this.asked.text), ...units.flatMap(({ unit }) => wordsIn(unit ?? ''))];
  }

  protected chart(chart: Chart, height = BELOW, known?: readonly string[]): TemplateResult {
    const { clock } = this;
    const ours = chart.timed ? onClock(this.seen(chart.series), clock) : this.seen(chart.series);
    const theirs = this.seen(this.pinned?.series[chart.id]);
    const pinned = chart.timed && this.pinned ? onClock(theirs, this.pinned.clock) : theirs;
    const changes = chart.timed ? chart.changes?.map(clock) : chart.changes;
    const cursor = chart.alone ? chart.alone.cursor : this.cursor;
    const drawn = { ...chart, ...(changes && { changes }) };
    return chartElement(drawn, ours, pinned, cursor, this.playing, height, known);
  }

  /** In place of what would reveal an answer. */
  protected readonly undrawn = html`<p class="note">Answers still to be guessed are not drawn.</p>`;

  /** The curves in their tab: all except the one beside the figure and those still hidden. */
  protected others(): TemplateResult[] {
    const others = this.charts().filter(({ id }) => id !== this.main);
    const drawn = others.filter(({ series }) => series.length === 0 || this.seen(series).length > 0);
    const charts = drawn.map((chart) => this.chart(chart));
    return drawn.length < others.length ? [...charts, this.undrawn] : charts;
  }

  /** The cursor of the charts has moved. */
  protected along(place: number | undefined): void {
    this.cursor = place;
    this.requestUpdate();
  }

  protected curves(): TemplateResult | typeof nothing {
    return html`<div class="charts">${this.others()}</div>
      ${this.pinnedNote()}`;
  }

  protected pinnedNote(): TemplateResult | typeof nothing {
    if (!this.pinned) return nothing;
    return html`<p class="note">Thin lines: the pinned run (${this.pinned.settings}).</p>`;
  }

  /** Content below the curves, outside their tab. */
  protected below(): TemplateResult | typeof nothing {
    return nothing;
  }

  #cursor = (event: CustomEvent<number | undefined>) => this.along(event.detail);

  #curves(): TemplateResult {
    const body = html`<h2 class="visually-hidden">Curves</h2>
      ${this.narrow.matches ? this.beside() : nothing} ${this.curves()}`;
    return html`<div class="curves" @lab-cursor=${this.#cursor}>
      ${this.#panel('curves', body)} ${this.below()}
    </div>`;
  }

  /** More about the result of a replay. */
  protected banner(): TemplateResult | typeof nothing {
    return nothing;
  }

  protected override render(): TemplateResult {
    return html`
      <div class="banner" data-test="banner">
        ${this.failure ? failureMessage(this.failure, this.recover) : nothing}
        ${this.replay ? replayMessage(this.replay) : nothing} ${this.banner()}
        ${notesMessage(this.notes, () => this.note())}
      </div>
      <div class="side">
        ${this.#predict()} ${this.hides('predict') && !this.hides('answer') && this.#veiled ? this.#reveal() : nothing}
        ${this.narrow.matches || this.hides('curves') ? nothing : this.beside()}
      </div>
      ${this.#mainNumber()} ${this.#transport()}
      <div class="presets" ?hidden=${this.narrow.matches || this.hides('controls')}>
        ${this.narrow.matches ? nothing : this.#presets()}
      </div>
      ${this.#tabs()} ${this.#controls()} ${this.figure()} ${this.#numbers()} ${this.#curves()}
      <div class="home" ?hidden=${this.hides('home')}>
        <div class="row">
          <button type="button" data-do="share" @click=${() => this.do('share')}>Share</button>
          <button type="button" data-do="export" @click=${() => this.do('export')}>Export, open</button>
        </div>
      </div>
      <p class="visually-hidden" role="status" aria-live="polite" data-test="live"></p>
      ${definitions()}
      ${this.dialogs()}
    `;
  }
}

const onClock = (series: readonly Series[], clock: Clock): Series[] =>
  series.map((line) => ({ ...line, points: line.points.map(([step, y]) => [clock(step), y] as const) }));
