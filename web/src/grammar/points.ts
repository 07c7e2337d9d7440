import { type SVGTemplateResult, svg } from 'lit';
import { pointsOf } from '../lib/rows.ts';

type Scale = (v: number) => number;

/** Two decimals of a pixel are enough. */
export const px = (v: number) => Math.round(100 * v) / 100;

/**
 * What is drawn above a decision map: training points, circles of radius `r` and squares, in two paths. As hundreds of
 * elements they would be most of the page.
 */
export function classPoints(points: ArrayLike<number>, labels: Uint8Array, r: number) {
  const half = 0.88 * r;
  return (x: Scale, y: Scale): SVGTemplateResult => {
    const marks = ['', ''];
    pointsOf(points).forEach((at, k) => {
      const [cx, cy, circle] = [x(at.x), y(at.y), labels[k] === 0];
      marks[circle ? 0 : 1] += circle
        ? `M${px(cx - r)} ${px(cy)}a${r} ${r} 0 1 0 ${2 * r} 0a${r} ${r} 0 1 0 ${-2 * r} 0z`
        : `M${px(cx - half)} ${px(cy - half)}h${2 * half}v${2 * half}h${-2 * half}z`;
    });
    return svg`<path class="point class-a" d=${marks[0]!} /><path class="point class-b" d=${marks[1]!} />`;
  };
}
