/** The dialogs of an exhibit: what is shared, taken home and brought back, and the reader's own data. */

import { nothing, type TemplateResult } from 'lit';
import type { Requests } from '../lib/client.ts';
import { hexGroups } from '../lib/format.ts';
import type { Act, Stand } from '../lib/protocol.ts';
import type { About } from '../lib/sheet.ts';
import { bestBuild } from '../lib/simd.ts';
import { Asking } from './asking.ts';
import { open as openDialog } from './dialog.ts';
import type { helpDialog } from './help.ts';
import { type Bring, type HomeFile, homeDialog, linkIn, saveFile, stateFile } from './home.ts';
import type { shareDialog } from './share.ts';

const DIALOGS = ['share', 'export', 'help', 'own'] as const;

type DialogName = (typeof DIALOGS)[number];

/** Whether an action opens one of them. */
export const isDialog = (action: string): action is DialogName => DIALOGS.some((name) => name === action);

export abstract class Dialogs<
  F extends Stand,
  V = undefined,
  Own extends Requests = Record<never, never>,
  A extends Act = never,
> extends Asking<F, V, Own, A> {
  /** The dialog that is open; the others are not made. */
  #dialog: DialogName | undefined;
  /** Dialogs that a first visit does not need; loaded when opened. */
  readonly #loaded: { help?: typeof helpDialog; share?: typeof shareDialog } = {};

  // ---- what an exhibit provides ----

  /** Its folder: what its element is called. */
  protected get key(): string {
    return this.localName.replace(/^lab-/, '');
  }

  /** Files to take home, besides the state, without anything hidden. */
  protected abstract files(): readonly HomeFile[];

  /** The question of the page, answered by this run in a sentence; nothing before the answer is there and may be seen. */
  protected abstract answer(): string | undefined;

  /** Parts of the state besides settings, step and fingerprint. */
  protected stateParts(): object {
    return {};
  }
  protected readonly brings: Bring = {
    label: 'Open a state (.json)',
    accept: '.json',
    note: 'The state holds the settings, the step and the fingerprint; any build of the kernel replays it to the same bits.',
  };

  /** Where the reader's own data are brought, if the exhibit takes any. */
  protected ownDialog(): TemplateResult | undefined {
    return undefined;
  }

  /** Whether the run is on the reader's own data; nothing if it never is. */
  protected get own(): boolean | undefined {
    return undefined;
  }

  // ---- what is done with it ----

  /** Shows a dialog, whose code is loaded with its first use. */
  protected async opens(dialog: DialogName): Promise<void> {
    // Whatever is shared or taken home shows one moment.
    if (dialog !== 'help') await this.rest();
    this.#dialog = dialog;
    if (dialog === 'help') this.#loaded.help ??= (await import('./help.ts')).helpDialog;
    if (dialog === 'share') this.#loaded.share ??= (await import('./share.ts')).shareDialog;
    this.requestUpdate();
    await this.updateComplete;
    openDialog(this, dialog, () => {
      if (this.#dialog === dialog) this.#dialog = undefined;
      this.requestUpdate();
    });
  }

  /** Opens what was saved. */
  protected async open(file: File): Promise<void> {
    const found = await linkIn(file, this.key);
    if ('link' in found) this.follow(found.link);
    else this.note(found.why);
  }

  /** The text on every sheet and in the citation. */
  protected about(): About {
    return {
      root: this,
      title: `losscape · ${this.#title}`,
      settings: this.describe(),
      fingerprint: this.fingerprint,
      answer: this.answer(),
    };
  }

  protected get fingerprint(): string {
    return hexGroups(this.at?.digest ?? '');
  }

  get #title(): string {
    return document.querySelector('h1')!.textContent!;
  }

  protected dialogs(): TemplateResult | typeof nothing {
    switch (this.#dialog) {
      case 'share':
        return this.#loaded.share ? this.#share() : nothing;
      case 'export':
        return this.#home();
      case 'help':
        return this.#loaded.help?.(this.schema) ?? nothing;
      case 'own':
        return this.ownDialog() ?? nothing;
      default:
        return nothing;
    }
  }

  #share(): TemplateResult {
    return this.#loaded.share!({
      link: (guess) => new URL(this.link(this.moment({ guess })), location.href).href,
      guess: this.guesses.any(this.questions),
      unlinkable: this.unlinkable,
      cite: `losscape 0.1.0, ${this.#title}: ${this.describe()}, fingerprint ${this.fingerprint}`,
    });
  }

  #home(): TemplateResult {
    const state = stateFile(this.key, () => ({
      link: this.link(),
      settings: this.values,
      step: this.at?.step ?? 0,
      digest: this.at?.digest ?? '',
      build: bestBuild(),
      ...this.stateParts(),
    }));
    return homeDialog(
      [...this.files(), state],
      this.brings,
      (file) => void saveFile(file),
      (file) => {
        this.querySelector<HTMLDialogElement>('#export')!.close();
        void this.open(file);
      },
    );
  }
}
