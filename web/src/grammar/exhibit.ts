/** What every exhibit does alike: its link, its keys, its tabs on a phone, its words for a screen reader. */

import { html, nothing, type TemplateResult } from 'lit';
import { type Failure, LabFailure } from '../lib/failure.ts';
import { applyFlags, hides } from '../lib/flags.ts';
import { count, hexGroups } from '../lib/format.ts';
import { actionOf } from '../lib/keys.ts';
import { goToExhibit } from '../lib/navigate.ts';
import {
  type ChoiceField,
  clampNumber,
  type NumberField,
  parse,
  print,
  type Schema,
  type Values,
} from '../lib/schema.ts';
import { open as openDialog } from './dialog.ts';
import { Part } from './element.ts';
import { failureMessage, notesMessage } from './failure.ts';
import type { Speed } from './transport.ts';

export type Replay = { target: number; digest: string; state: 'running' | 'same' | 'different' | 'unknown' };

export type Tab = readonly [id: string, name: string];

const TABS: readonly Tab[] = [
  ['predict', 'Predict'],
  ['controls', 'Controls'],
  ['curves', 'Curves'],
];

export abstract class Exhibit extends Part {
  /** One schema drives controls, link, clamping and help. */
  protected abstract readonly schema: Schema;
  protected values: Values = {};
  protected notes: string[] = [];
  protected failure: Failure | undefined;
  protected replay: Replay | undefined;
  protected playing = false;
  protected speed: Speed = '16';
  protected tab = 'predict';
  /** Whether the exhibit is on the screen; what is not seen does not run. */
  protected visible = true;
  /** Counts runs: an answer for an earlier run is dropped. */
  protected run = 0;
  protected readonly narrow = matchMedia('(max-width: 719px)');
  protected readonly still = matchMedia('(prefers-reduced-motion: reduce)');
  #hash = '';
  #toldAt = 0;
  #urlTimer: ReturnType<typeof setTimeout> | undefined;
  #restartTimer: ReturnType<typeof setTimeout> | undefined;

  /** Begins anew with `values`, replayed to the step they name. */
  protected abstract start(): Promise<void>;
  /** The values of a link to this very moment. */
  protected abstract moment(): Values;
  /** Does what a key or a button asks for: play, step, reset, seed, pin. */
  protected abstract act(action: string): void;

  override connectedCallback(): void {
    super.connectedCallback();
    this.#readHash();
    addEventListener('hashchange', this.onHash);
    addEventListener('popstate', this.onHash);
    document.addEventListener('keydown', (event) => {
      const action = actionOf(event);
      if (!action) return;
      event.preventDefault();
      this.do(action);
    });
    document.addEventListener('lab-help', () => openDialog(this, 'help'));
    document.addEventListener('lab-theme', () => this.recolour());
    matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => this.recolour());
    this.narrow.addEventListener('change', () => this.requestUpdate());
    this.still.addEventListener('change', () => this.requestUpdate());
    new IntersectionObserver((entries) => {
      this.visible = entries.some((entry) => entry.isIntersecting);
    }).observe(this);
    void this.start();
  }

  protected override firstUpdated(): void {
    const figure = this.querySelector('figure.figure')!;
    // On a phone the figure stays in sight, unless that left no room to read: little height, much zoom.
    new ResizeObserver(() => {
      figure.classList.toggle('stays', figure.getBoundingClientRect().height <= 0.46 * innerHeight);
    }).observe(figure);
  }

  /** Another theme has other colours. */
  protected recolour(): void {
    this.requestUpdate();
  }

  // ---- the link ----

  #readHash(): void {
    const { values, notes } = parse(this.schema, location.hash);
    this.values = values;
    this.notes = notes;
    this.#hash = location.hash;
    applyFlags(values);
  }

  protected onHash = () => {
    if (location.hash === this.#hash) return;
    this.playing = false;
    this.#readHash();
    void this.start();
  };

  protected link(values: Values = this.moment()): string {
    return print(this.schema, values);
  }

  /** While a slider moves the link is replaced; a preset adds an entry to the history. */
  protected writeHash(how: 'replace' | 'push' = 'replace'): void {
    clearTimeout(this.#urlTimer);
    const write = () => {
      this.#hash = this.link();
      if (this.#hash === location.hash) return;
      if (how === 'push') history.pushState(null, '', this.#hash);
      else history.replaceState(null, '', this.#hash);
    };
    if (how === 'push') write();
    else this.#urlTimer = setTimeout(write, 250);
  }

  /** Starts anew soon: while a slider moves, one start is enough. */
  protected restart(): void {
    this.values.step = 0;
    this.values.digest = '';
    this.requestUpdate();
    clearTimeout(this.#restartTimer);
    this.#restartTimer = setTimeout(() => {
      void this.start();
      this.writeHash();
    }, 120);
  }

  /** The defaults, with a preset's values; what a lecturer has put into the link stays. */
  protected choose(preset: Record<string, number | string | boolean>, keep: readonly string[]): void {
    for (const field of this.schema) {
      if ((field.kind !== 'number' && field.kind !== 'choice') || keep.includes(field.key)) continue;
      const chosen = preset[field.key] ?? parse([field], '').values[field.key]!;
      // Rounded as a link's numbers are: a preset and the link to it must not differ in the last place.
      this.values[field.key] = field.kind === 'number' ? clampNumber(field, Number(chosen)) : chosen;
    }
    this.values.step = 0;
    this.values.digest = '';
    void this.start();
    this.writeHash('push');
  }

  // ---- keys and words ----

  protected do(action: string): void {
    if (action === 'predict') {
      this.tab = 'predict';
      this.requestUpdate();
      void this.updateComplete.then(() => this.querySelector<HTMLElement>('#predict-title')?.focus());
    } else if (action === 'share' || action === 'export') {
      this.playing = false;
      this.requestUpdate();
      void this.updateComplete.then(() => openDialog(this, action));
    } else if (action === 'help') {
      openDialog(this, 'help');
    } else if (action.startsWith('exhibit-')) {
      goToExhibit(Number(action.slice(8)));
    } else {
      this.act(action);
    }
  }

  /** At most once in two seconds, so that a screen reader is not chattered at; `now` for what must be heard. */
  protected say(text: string, now = false): void {
    const region = this.querySelector('[data-test=live]');
    if (!region || (!now && Date.now() - this.#toldAt < 2000)) return;
    this.#toldAt = Date.now();
    region.textContent = text;
  }

  protected failed(error: unknown, step: number): void {
    this.failure =
      error instanceof LabFailure ? error.failure : { kind: 'panic', detail: String(error), step };
    this.playing = false;
    this.requestUpdate();
  }

  /** Compares where a replay has ended with what its link says. */
  protected compareReplay(digest: string): void {
    if (!this.replay) return;
    const wanted = this.replay.digest;
    const state = wanted === '' ? 'unknown' : wanted === digest ? 'same' : 'different';
    this.replay = { ...this.replay, state };
    if (state === 'same')
      this.say(`Replayed to step ${this.replay.target}: the same bits as in the link.`, true);
  }

  // ---- parts of the page ----

  protected hides(part: string): boolean {
    return hides(this.values, part);
  }

  /** Whether a panel is out of sight: left out by the link, or behind another tab. */
  protected off(panel: string): boolean {
    return this.hides(panel) || (this.narrow.matches && this.tab !== panel);
  }

  /** What has gone wrong, what a replay has come to, and `more` about it. */
  protected banner(recover: () => void, more: TemplateResult | typeof nothing = nothing): TemplateResult {
    return html`<div class="banner" data-test="banner">
      ${this.failure ? failureMessage(this.failure, recover) : nothing} ${this.#status()} ${more}
      ${notesMessage(this.notes, () => {
        this.notes = [];
        this.requestUpdate();
      })}
    </div>`;
  }

  #status() {
    const replay = this.replay;
    if (!replay) return nothing;
    const words = {
      running: `Replaying to step ${count(replay.target)} …`,
      same: `✓ Same bits: this device reached the fingerprint of the link at step ${count(replay.target)}.`,
      different: `▲ Different bits: the link says ${hexGroups(replay.digest)}. Another version of the kernel made it, or the link was edited.`,
      unknown: `Replayed to step ${count(replay.target)}; the link holds no fingerprint to compare with.`,
    };
    return html`<div class="message calm" data-test="replay" data-state=${replay.state}><p>${words[replay.state]}</p></div>`;
  }

  protected live(): TemplateResult {
    return html`<p class="visually-hidden" role="status" aria-live="polite" data-test="live"></p>`;
  }

  /** A choice of the schema as a list; tells `lab-set` like a slider. */
  protected choice(field: ChoiceField, restarts = true): TemplateResult {
    return html`<div class="field">
      <label for="set-${field.key}">${field.name}${restarts ? html`<span class="note"> · restarts</span>` : nothing}</label>
      <select
        id="set-${field.key}"
        title=${field.help}
        @change=${(event: Event) =>
          event.target!.dispatchEvent(
            new CustomEvent('lab-set', {
              detail: { key: field.key, value: (event.target as HTMLSelectElement).value },
              bubbles: true,
            }),
          )}
      >
        ${field.options.map((o) => html`<option value=${o.value} ?selected=${o.value === this.values[field.key]}>${o.label}</option>`)}
      </select>
    </div>`;
  }

  protected slider(field: NumberField, restarts = true): TemplateResult {
    return html`<lab-slider .field=${field} .value=${Number(this.values[field.key])} ?restarts=${restarts}></lab-slider>`;
  }

  protected tabs(tabs: readonly Tab[] = TABS): TemplateResult {
    const move = (event: KeyboardEvent) => {
      const at = tabs.findIndex(([id]) => id === this.tab);
      const to = event.key === 'ArrowRight' ? at + 1 : event.key === 'ArrowLeft' ? at - 1 : -9;
      const tab = tabs[(to + tabs.length) % tabs.length];
      if (to === -9 || !tab) return;
      this.tab = tab[0];
      this.requestUpdate();
      void this.updateComplete.then(() => this.querySelector<HTMLElement>(`#tab-${tab[0]}`)?.focus());
    };
    return html`<div class="tabs" role="tablist" aria-label="Parts of the exhibit" @keydown=${move}>
      ${tabs.map(
        ([id, name]) => html`<button
          type="button"
          role="tab"
          id="tab-${id}"
          aria-selected=${id === this.tab ? 'true' : 'false'}
          aria-controls="panel-${id}"
          tabindex=${id === this.tab ? 0 : -1}
          @click=${() => {
            this.tab = id;
            this.requestUpdate();
          }}
        >
          ${name}
        </button>`,
      )}
    </div>`;
  }
}
