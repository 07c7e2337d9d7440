/** Words that a newcomer lacks, defined where they are first met. */

import { html, type TemplateResult } from 'lit';
import { unbroken } from '../lib/format.ts';

export const WORDS: Readonly<Record<string, string>> = {
  nats: 'Nats count how surprised a network is by the right answers: −ln of the probability that it gave them, on average. 0.69 nats is a coin toss between two classes, 2.30 a blind guess among ten.',
  'held-out':
    'Held-out rows are kept out of training. How well they are read shows what was learned, and not just memorised.',
  band: 'A band is a chain of networks from A to B. Each may slide downhill across the chain, and keeps its distance from its neighbours.',
  barrier:
    'The barrier is how far the loss climbs on the way from A to B, above the line between the losses of the two ends.',
  twin: 'The twin is the second of two runs that differ in one thing only.',
  digest: 'A digest is 64 bits made from all bits of a result: if two digests are equal, so are the results.',
};

const ANY = new RegExp(`(?<![\\w-])(${Object.keys(WORDS).join('|')})(?=s?(?![\\w-]))`, 'gi');

/** The words in a text that are defined here. */
export function wordsIn(text: string): string[] {
  return [...new Set([...text.matchAll(ANY)].map(([word]) => word.toLowerCase()))];
}

/** A text in which the first occurrence of each of these words opens its definition. */
export function defined(said: string, known: readonly string[] = []): TemplateResult {
  const text = unbroken(said);
  const parts: (string | TemplateResult)[] = [];
  const seen = new Set(known);
  let from = 0;
  for (const match of text.matchAll(ANY)) {
    const word = match[0].toLowerCase();
    if (seen.has(word)) continue;
    seen.add(word);
    parts.push(text.slice(from, match.index), opener(match[0], word));
    from = match.index + match[0].length;
  }
  return html`${parts}${text.slice(from)}`;
}

function opener(said: string, word: string): TemplateResult {
  return html`<button type="button" class="word" data-word=${word} popovertarget="word-${word}">${said}</button>`;
}

/** The definitions that they open. */
export function definitions(): TemplateResult[] {
  return Object.entries(WORDS).map(
    ([word, says]) => html`<p popover id="word-${word}" class="definition">${says}</p>`,
  );
}
