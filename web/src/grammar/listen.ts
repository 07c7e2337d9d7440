import { html } from 'lit';
import { Part } from './element.ts';

/** A button that plays a curve. Nothing sounds before it is pressed, and pressing it again stops. */
export class Listen extends Part {
  static override properties = {
    points: { attribute: false },
    log: { type: Boolean },
    label: {},
    playing: { state: true },
  };
  declare points: readonly (readonly [number, number])[];
  declare log: boolean;
  declare label: string;
  declare playing: boolean;
  #stop: () => void = () => {};

  constructor() {
    super();
    this.points = [];
    this.playing = false;
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    if (this.playing) this.#stop();
  }

  async #press(): Promise<void> {
    if (this.playing) {
      this.#stop();
      return;
    }
    // Few readers listen: the code is loaded with the first press.
    const { heights, sound } = await import('../lib/sound.ts');
    if (this.playing || !this.isConnected) return;
    this.playing = true;
    this.#stop = sound(heights(this.points, this.log), () => {
      this.playing = false;
    });
  }

  protected override render() {
    return html`<button
      type="button"
      class="listen"
      aria-label="${this.playing ? 'Stop' : 'Listen to'} ${this.label}"
      title="The curve as a sound: high is high, left is left"
      ?disabled=${this.points.length < 2}
      @click=${this.#press}
    >
      ${this.playing ? 'Stop' : 'Listen'}
    </button>`;
  }
}

customElements.define('lab-listen', Listen);
