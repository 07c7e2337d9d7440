/** An exhibit on two inputs that also runs on the reader's own points. */

import { html, type TemplateResult } from 'lit';
import type { Requests } from '../lib/client.ts';
import { type Own, parsePoints } from '../lib/own.ts';
import type { Act, Stand } from '../lib/protocol.ts';
import { Owning } from './owning.ts';

export abstract class OwningPoints<
  F extends Stand,
  V = undefined,
  R extends Requests = Record<never, never>,
  A extends Act = never,
> extends Owning<F, V, R, A> {
  protected override readonly ownTitle = 'Your own points';
  protected override readonly reads = parsePoints;

  /** Few readers bring points: the form is loaded when it is opened. */
  protected override ownForm(now: Own | undefined): TemplateResult {
    void import('./own-points.ts');
    return html`<lab-own-points .now=${now}></lab-own-points>`;
  }
}
