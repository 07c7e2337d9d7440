/** Curvatures of all directions at a place, as stems: how many go up, are nearly flat, go down, is seen without the words. */

import { html, type SVGTemplateResult, svg } from 'lit';
import { count } from '../lib/format.ts';
import { linear } from '../lib/scale.ts';
import { axisName } from './axes.ts';
import { SizedPart } from './element.ts';
import { px } from './points.ts';

export type Kind = 'down' | 'flat' | 'up';

/** The kind of a direction; up to `flat` it is nearly flat. */
export function kindOf(value: number, flat: number): Kind {
  if (Math.abs(value) <= flat) return 'flat';
  return value < 0 ? 'down' : 'up';
}

/** Curvatures, ascending; the magnitude up to which one is nearly flat; and the room they are drawn in. */
export interface Stemmed {
  values: ArrayLike<number>;
  flat: number;
  left: number;
  right: number;
  top: number;
  /** Where the lowest may end. */
  floor: number;
  /** The one that is looked at. */
  now?: number;
}

export const LEFT = 58;

const kinds = ({ values, flat }: Pick<Stemmed, 'values' | 'flat'>) =>
  Array.from(values, (value) => kindOf(value, flat));

/** How many there are of each kind, in words. */
export function spectrumWords(stemmed: Pick<Stemmed, 'values' | 'flat'>): string {
  const all = kinds(stemmed);
  const of = (kind: Kind) => count(all.filter((k) => k === kind).length);
  return `of ${count(all.length)} directions ${of('down')} down, ${of('up')} up, ${of('flat')} nearly flat`;
}

/** Where a direction is drawn. */
export const placeOf = ({ values, left, right }: Stemmed, direction: number) =>
  left + ((direction + 0.5) / values.length) * (right - left);

/** On a scale that is linear while they are nearly flat and logarithmic beyond. */
export function stems(stemmed: Stemmed): SVGTemplateResult {
  const { values, flat, left, right, top, floor, now } = stemmed;
  const bent = (value: number) => Math.sign(value) * Math.log1p(Math.abs(value) / flat);
  const heights = Array.from(values, bent);
  // Both sides have room, so a place without ways down visibly has none.
  const most = heights.reduce((a, b) => Math.max(a, b), 1);
  const least = heights.reduce((a, b) => Math.min(a, b), -0.4 * most);
  const y = linear([least, most], [floor, top]);
  const [zero, edge] = [y(0), y(bent(flat))];
  const band = zero - edge;
  const all = kinds(stemmed);
  // Marks as large as there is room for.
  const size = Math.min(1, Math.max(0.3, (0.4 * (right - left)) / all.length / 4.5));
  const side = (kind: Kind, at: number) =>
    svg`<text class=${kind} x=${left - 6} y=${px(at)} dy="0.32em" text-anchor="end">${count(all.filter((k) => k === kind).length)} ${kind}</text>`;
  return svg`<rect class="nearly-flat" x=${left} width=${right - left} y=${px(edge)} height=${px(2 * band)} />
    <line class="grid" x1=${left} x2=${right} y1=${px(zero)} y2=${px(zero)} />
    ${side('up', 0.5 * (top + edge))} ${side('flat', zero)} ${side('down', 0.5 * (zero + band + floor))}
    ${all.map((kind, k) => {
      const [x, end] = [px(placeOf(stemmed, k)), px(y(heights[k]!))];
      const mark = {
        up: svg`<circle r="4.5" />`,
        flat: svg`<path d="M0 -5l5 5l-5 5l-5 -5z" />`,
        down: svg`<path d="M-5.5 -4h11l-5.5 9z" />`,
      }[kind];
      return svg`<g class="stem ${kind} ${k === now ? 'now' : ''}"><line x1=${x} x2=${x} y1=${px(zero)} y2=${end} /><g transform="translate(${x} ${end}) scale(${px(size)})">${mark}</g></g>`;
    })}`;
}

/** All curvatures at a place, to be read and not to be pointed at. */
export class Spectrum extends SizedPart {
  static override properties = {
    values: { attribute: false },
    flat: { type: Number },
    height: { type: Number },
    label: {},
  };
  declare values: ArrayLike<number>;
  declare flat: number;
  declare height: number;
  declare label: string;

  constructor() {
    super();
    this.values = [];
    this.flat = 1;
    this.width = 480;
    this.height = 150;
    this.label = '';
  }

  protected override render() {
    const { width, height, values, flat, label } = this;
    const right = width - 6;
    return html`<div class="plot">
      <svg class="stems" viewBox="0 0 ${width} ${height}" width=${width} height=${height} role="img" aria-label="${label}: ${spectrumWords({ values, flat })}">
        ${stems({ values, flat, left: LEFT, right, top: 12, floor: height - 28 })}
        ${axisName((LEFT + right) / 2, height - 3, width, 'directions, by curvature', 'curvatures')}
      </svg>
    </div>`;
  }
}

customElements.define('lab-spectrum', Spectrum);
