import { html, nothing, svg, type TemplateResult } from 'lit';

/** The probabilities of the classes, the largest marked. */
export function answers(
  probabilities: Float32Array | undefined,
  classes: number,
  what: string,
): TemplateResult {
  const best = probabilities ? probabilities.indexOf(Math.max(...probabilities)) : -1;
  return html`<ol class="answers" aria-label="Probability of each ${what}">
    ${Array.from({ length: classes }, (_, k) => {
      const p = probabilities?.[k];
      return html`<li class=${k === best ? 'first' : ''} data-digit=${k}>
        <span>${k}</span>
        <svg viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true">
          ${p === undefined ? nothing : svg`<rect width=${100 * p} height="10" rx="1" />`}
        </svg>
        <span class="share">${p === undefined ? '–' : `${Math.round(100 * p)} %`}</span>
      </li>`;
    })}
  </ol>`;
}
