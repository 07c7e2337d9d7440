import { html } from 'lit';
import { Part } from './element.ts';
import { icon } from './icons.ts';

const SPEEDS = ['1', '4', '16', '64', 'max'] as const;
export type Speed = (typeof SPEEDS)[number];

/** Play, step, reset, new seed, speed, pin. Emits `lab-do` with the name of what was asked. */
export class Transport extends Part {
  static override properties = {
    playing: { type: Boolean },
    ready: { type: Boolean },
    speed: {},
    pinned: { type: Boolean },
    still: { type: Number },
  };
  declare playing: boolean;
  declare ready: boolean;
  declare speed: Speed;
  declare pinned: boolean;
  /** With reduced motion Play advances this many steps and draws one still; 0 otherwise. */
  declare still: number;

  protected override render() {
    const act = (what: string) => () => this.emit('lab-do', what);
    const off = !this.ready;
    return html`<div class="row" role="group" aria-label="Run">
      <button type="button" class="primary" data-do="play" ?disabled=${off} @click=${act('play')}>
        ${
          this.playing
            ? html`${icon('pause')} Pause`
            : this.still > 0
              ? html`${icon('play')} Advance ${this.still}`
              : html`${icon('play')} Play`
        }
      </button>
      <button type="button" data-do="step" ?disabled=${off} title="One step" @click=${act('step')}>
        ${icon('step')} <span class="word">Step</span>
      </button>
      <button type="button" data-do="reset" ?disabled=${off} title="Same seed, same numbers" @click=${act('reset')}>
        ${icon('reset')} <span class="word">Reset</span>
      </button>
      <button type="button" data-do="seed" ?disabled=${off} title="Another run" @click=${act('seed')}>
        ${icon('seed')} <span class="word">New seed</span>
      </button>
      <label class="speed">
        <span class="visually-hidden">Speed, steps a frame</span>
        <select
          @change=${(event: Event) => this.emit('lab-speed', (event.target as HTMLSelectElement).value)}
        >
          ${SPEEDS.map((s) => html`<option value=${s} ?selected=${s === this.speed}>${s === 'max' ? 'fastest' : `× ${s}`}</option>`)}
        </select>
      </label>
      <button
        type="button"
        data-do="pin"
        aria-pressed=${this.pinned ? 'true' : 'false'}
        ?disabled=${off}
        title="Keep this run beside the next ones"
        @click=${act('pin')}
      >
        ${icon('pin')} <span class="word">${this.pinned ? 'Unpin run' : 'Pin run'}</span>
      </button>
    </div>`;
  }
}

customElements.define('lab-transport', Transport);
