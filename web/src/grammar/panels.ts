/** Parts of the page that every exhibit has, each a function of its data. */

import { html, nothing, type TemplateResult } from 'lit';
import { significant, tick } from '../lib/format.ts';
import type { ChoiceField, Value } from '../lib/schema.ts';
import type { Chart } from './asking.ts';
import type { Series } from './curves.ts';
import type { Preset } from './settings.ts';

const TABS = [
  ['predict', 'Predict'],
  ['controls', 'Controls'],
  ['curves', 'Curves'],
] as const;

export type PanelId = (typeof TABS)[number][0];

/** One of three panels; on a phone each is behind its tab. */
export function panel(
  id: PanelId,
  { classes = '', tabbed, hidden }: { classes?: string; tabbed: boolean; hidden: boolean },
  body: TemplateResult | typeof nothing,
): TemplateResult {
  return html`<div
    class="panel ${classes}"
    id="panel-${id}"
    role=${(tabbed ? 'tabpanel' : nothing) as string}
    aria-labelledby=${(tabbed ? `tab-${id}` : nothing) as string}
    ?hidden=${hidden}
  >
    ${body}
  </div>`;
}

export function tabs(current: PanelId, go: (id: PanelId) => void): TemplateResult {
  const move = (event: KeyboardEvent) => {
    const by = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    const at = TABS.findIndex(([id]) => id === current);
    if (by) go(TABS[(at + by + TABS.length) % TABS.length]![0]);
  };
  return html`<div class="tabs" role="tablist" aria-label="Parts of the exhibit" @keydown=${move}>
    ${TABS.map(
      ([id, name]) => html`<button
        type="button"
        role="tab"
        id="tab-${id}"
        aria-selected=${id === current ? 'true' : 'false'}
        aria-controls="panel-${id}"
        tabindex=${id === current ? 0 : -1}
        @click=${() => go(id)}
      >
        ${name}
      </button>`,
    )}
  </div>`;
}

/** The presets, and what the chosen one shows; behind them, the reader's own data. */
export function presetRow(
  presets: readonly Preset[],
  chosen: Preset | undefined,
  note: string,
  choose: (preset: Preset) => void,
  own?: { used: boolean; open: () => void },
): TemplateResult {
  return html`<div class="row" role="group" aria-label="Presets">
      ${presets.map(
        (preset) =>
          html`<button type="button" aria-pressed=${preset === chosen ? 'true' : 'false'} @click=${() => choose(preset)}>
            ${preset.name}
          </button>`,
      )}
      ${
        own
          ? html`<button type="button" data-do="own" aria-pressed=${own.used ? 'true' : 'false'} @click=${own.open}>
              Your data
            </button>`
          : nothing
      }
    </div>
    <p class="note" data-test="says">${chosen?.says ?? note}</p>`;
}

/** A choice of the schema as a list. */
export function choiceField(
  field: ChoiceField,
  value: Value | undefined,
  restarts: boolean,
  set: (value: string) => void,
): TemplateResult {
  return html`<div class="field">
    <label for="set-${field.key}">${field.name}${restarts ? html`<span class="note"> · restarts</span>` : nothing}</label>
    <select
      id="set-${field.key}"
      title=${field.help}
      @change=${(event: Event) => set((event.target as HTMLSelectElement).value)}
    >
      ${field.options.map((o) => html`<option value=${o.value} ?selected=${o.value === value}>${o.label}</option>`)}
    </select>
  </div>`;
}

/** A chart with those of its lines, and of the pinned run's, that may be seen. */
export function chartElement(
  {
    id,
    label,
    axis = 'step',
    log = false,
    timed = false,
    span = 0,
    format = significant,
    ticks = tick,
    changes = [],
    band,
  }: Chart,
  series: readonly Series[],
  pinned: readonly Series[],
  cursor: number | undefined,
  running: boolean,
  height: number,
  known?: readonly string[],
): TemplateResult {
  return html`<lab-curves
    id=${id}
    label=${label}
    axis=${axis}
    ?log=${log}
    .span=${span}
    .least=${timed ? 1 : 100}
    .series=${series}
    .pinned=${pinned}
    .changes=${changes}
    .band=${band}
    .cursor=${cursor}
    ?running=${running}
    .height=${height}
    .known=${known}
    .format=${format}
    .ticks=${ticks}
  ></lab-curves>`;
}
