/** An exhibit that also runs on the reader's own data: how they are entered and kept. */

import { html, type TemplateResult } from 'lit';
import type { Requests } from '../lib/client.ts';
import { MOST_IN_LINK, type Own, parseOwn, printOwn } from '../lib/own.ts';
import type { Act, Stand } from '../lib/protocol.ts';
import { type ChoiceField, parse, type Values } from '../lib/schema.ts';
import { dialog } from './dialog.ts';
import { Exhibit } from './exhibit.ts';
import { linkIn } from './home.ts';
import { OWN } from './settings.ts';

/** Its schema has `OWN_FIELD`, and a choice of which the option `own` means the reader's data. */
export abstract class Owning<
  F extends Stand,
  V = undefined,
  R extends Requests = Record<never, never>,
  A extends Act = never,
> extends Exhibit<F, V, R, A> {
  /** The choice of data, with the option `own`. */
  protected abstract readonly learns: ChoiceField;
  /** The form through which data arrive; it emits `lab-own`. */
  protected abstract ownForm(now: Own | undefined): TemplateResult;
  /** The title of the form. */
  protected abstract readonly ownTitle: string;
  /** Something else is about to be learned. */
  protected another(): void {}
  /** Reads packed data, if they are of the kind that is learned here. */
  protected abstract readonly reads: (text: string) => Own | undefined;

  protected override get own(): boolean {
    return this.values[this.learns.key] === OWN;
  }

  /** The reader's data as a link holds them; empty if there are none. */
  protected get packed(): string {
    return String(this.values[OWN]);
  }

  /** The choice, with the reader's data only if there are some. */
  protected learned(): TemplateResult {
    const options = this.learns.options.filter(({ value }) => value !== OWN || this.packed !== '');
    return this.choice({ ...this.learns, options });
  }

  // ---- links and files ----

  get #inLink(): boolean {
    return !this.own || this.packed.length <= MOST_IN_LINK;
  }

  protected override get unlinkable(): boolean {
    return !this.#inLink || super.unlinkable;
  }

  protected override moment(options: { guess?: boolean } = {}): Values {
    const moment = super.moment(options);
    return this.own && this.#inLink ? moment : { ...moment, [OWN]: '' };
  }

  protected override stateParts(): object {
    return this.#inLink ? {} : { own: this.packed };
  }

  protected override async open(file: File): Promise<void> {
    const found = await linkIn(file, this.key);
    if (!('link' in found) || typeof found.own !== 'string') return super.open(file);
    const { link, own, step, digest } = found;
    const given = new URLSearchParams(link.slice(1));
    given.set(OWN, own);
    given.set('step', String(step ?? 0));
    given.set('digest', String(digest ?? ''));
    const { values, notes } = parse(this.schema, given.toString());
    this.values = values;
    this.note(...notes);
    void this.start();
    this.writeHash('push');
  }

  protected override start(): Promise<void> {
    if (this.own && !this.reads(this.packed)) {
      this.values[this.learns.key] = this.learns.default;
      this.values[OWN] = '';
      this.forget();
      this.note(
        ...this.notes,
        'This link is for data that it does not hold, or that cannot be read: open the exported state instead. The page shows its own data.',
      );
    }
    return super.start();
  }

  // ---- the form ----

  protected override ownDialog(): TemplateResult {
    const now = this.packed === '' ? undefined : parseOwn(this.packed);
    const take = (event: CustomEvent<Own>) => {
      (event.currentTarget as Element).closest('dialog')!.close();
      this.#use(event.detail);
    };
    return dialog('own', this.ownTitle, html`<div @lab-own=${take}>${this.ownForm(now)}</div>`);
  }

  #use(own: Own): void {
    this.another();
    this.values[OWN] = printOwn(own);
    this.values[this.learns.key] = OWN;
    this.preset = undefined;
    this.elsewhere();
    this.forget();
    if (!this.#inLink)
      this.note(
        'These data do not fit into a link: it holds the settings without them. The exported state holds them.',
      );
    void this.start();
    this.writeHash('push');
    this.say(`A new run, on ${own.labels.length} rows of your own.`, true);
  }
}
