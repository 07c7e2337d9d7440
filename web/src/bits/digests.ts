import { html, nothing, svg } from 'lit';
import { Part } from '../grammar/element.ts';
import { Client } from '../lib/client.ts';
import { LabFailure } from '../lib/failure.ts';
import { count, hexGroups } from '../lib/format.ts';
import { newWorker } from '../lib/launch.ts';
import { type Build, bestBuild } from '../lib/simd.ts';
import { digestIn, identicon } from './columns.ts';
import { EXPERIMENTS_KB, type Requests, type Row } from './protocol.ts';

interface Recorded {
  date: string;
  toolchain: string;
  rows: { target: string; how: string; experiment: string; digest: string }[];
}

/** Its address; written by `cargo xtask fingerprint --record`, a checkout that never ran it has none. Data, so no script. */
const RECORDED = Object.values(
  import.meta.glob<string>('../recorded.json', { eager: true, import: 'default', query: '?url' }),
)[0];

const BUILDS: readonly Build[] = ['scalar', 'simd'];
const NAMES: Record<Build, string> = { scalar: 'this browser, scalar', simd: 'this browser, SIMD' };
const HERE = 'computed in this tab';

/**
 * The digests of all experiments: computed here in both builds, recorded elsewhere, pasted from a board. Emits `lab-says`
 * what happened, `lab-known` that more is known, and `lab-failed` what went wrong.
 */
export class Digests extends Part {
  #here = new Map<Build, Row[]>();
  #computing = false;
  #experiment = '';
  #pasted = '';
  #recorded: Recorded | undefined;

  override connectedCallback(): void {
    super.connectedCallback();
    if (RECORDED) this.#fetch(RECORDED).catch((error) => this.emit('lab-failed', error));
  }

  async #fetch(url: string): Promise<void> {
    const response = await fetch(url).catch(
      (error) => new Response(null, { status: 503, statusText: String(error) }),
    );
    if (!response.ok) {
      const detail = `${response.status} ${response.statusText}`;
      throw new LabFailure({ kind: 'download', what: 'the recorded digests', detail });
    }
    this.#recorded = (await response.json()) as Recorded;
    this.emit('lab-known');
    this.requestUpdate();
  }

  /** How many of the targets have the digest of the last one, of those whose digest is known. */
  get agreement(): readonly [agree: number, all: number] {
    const known = this.#rows().filter(({ digest }) => digest);
    return [known.filter(({ same }) => same).length, known.length];
  }

  /** One worker per build, in sequence: each loads one module and ends. */
  async compute(): Promise<void> {
    if (this.#computing) return;
    this.#computing = true;
    this.requestUpdate();
    try {
      for (const build of BUILDS) {
        if (build === 'simd' && bestBuild() !== 'simd') continue;
        const client = new Client<Requests>(newWorker());
        try {
          this.#here.set(build, await client.ask('experiments', { build }));
        } finally {
          client.end();
        }
        this.requestUpdate();
      }
      const all = this.#rows().every((row) => row.same !== false);
      this.emit('lab-says', all ? 'Every row has the same digest.' : 'A row differs.');
      this.emit('lab-known');
    } catch (error) {
      this.emit('lab-failed', error);
    }
    this.#computing = false;
    this.requestUpdate();
  }

  /** Everything known, of every experiment. */
  known(): { target: string; how: string; experiment: string; digest: string }[] {
    const here = [...this.#here].flatMap(([build, rows]) =>
      rows.map((row) => ({ target: NAMES[build], how: HERE, ...row })),
    );
    return [...here, ...(this.#recorded?.rows ?? [])];
  }

  #names(): string[] {
    return [...new Set(this.known().map((row) => row.experiment))];
  }

  /** The experiment that is shown. */
  #shown(names: readonly string[]): string | undefined {
    return names.includes(this.#experiment)
      ? this.#experiment
      : (names.find((name) => /train/.test(name)) ?? names[0]);
  }

  /** The digests of one experiment, and whether each equals the last one known. */
  #rows() {
    const name = this.#shown(this.#names());
    const rows: { target: string; how: string; digest?: string; same?: boolean }[] = BUILDS.map((build) => {
      const digest = this.#here.get(build)?.find((row) => row.experiment === name)?.digest;
      return { target: NAMES[build], how: HERE, ...(digest && { digest }) };
    });
    for (const row of this.#recorded?.rows ?? []) if (row.experiment === name) rows.push({ ...row });
    const reference = rows.findLast((row) => row.digest)?.digest;
    return rows.map((row) => (row.digest ? { ...row, same: row.digest === reference } : row));
  }

  #mark(digest: string | undefined) {
    if (!digest) return nothing;
    return svg`<svg class="identicon" viewBox="0 0 8 8" aria-hidden="true"><path d=${identicon(digest)} /></svg>`;
  }

  #choice() {
    const names = this.#names();
    if (names.length === 0) return nothing;
    const shown = this.#shown(names);
    return html`<label class="speed">
      <span>Experiment</span>
      <select
        @change=${(event: Event) => {
          this.#experiment = (event.target as HTMLSelectElement).value;
          this.requestUpdate();
        }}
      >
        ${names.map((name) => html`<option value=${name} ?selected=${name === shown}>${name}</option>`)}
      </select>
    </label>`;
  }

  #paste() {
    const digest = digestIn(this.#pasted);
    const known = this.known();
    const found = known.find((row) => row.digest === digest)?.experiment;
    return html`<div class="field">
      <label for="paste">A board's line, or any 16 hexadecimal digits</label>
      <input
        id="paste"
        type="text"
        class="mono"
        autocomplete="off"
        spellcheck="false"
        .value=${this.#pasted}
        @input=${(event: Event) => {
          this.#pasted = (event.target as HTMLInputElement).value;
          this.requestUpdate();
        }}
      />
      <p class="note" role="status" data-test="pasted">
        ${
          this.#pasted.trim() === ''
            ? 'Firmware prints one line per experiment; paste it here.'
            : digest === undefined
              ? 'It holds no 16 hexadecimal digits.'
              : found
                ? html`${this.#mark(digest)} ✓ Same bits as ${found}.`
                : known.length === 0
                  ? 'Nothing to compare with yet: compute here first.'
                  : html`${this.#mark(digest)} ▲ Equal to none of ${count(known.length)} known digests.`
        }
      </p>
    </div>`;
  }

  protected override render() {
    const [agree, all] = this.agreement;
    return html`<h2>${all > 0 ? `${agree} of ${all} targets agree` : 'Other targets'}</h2>
      <p class="note">
        A target is a processor with a compiler. Each ran the same experiment with the kernel’s own arithmetic; a digest is 64 bits
        that stand for all bits of the result.
      </p>
      <div class="row">
        <button type="button" class="primary" data-do="compute" ?disabled=${this.#computing} @click=${this.compute}>
          ${this.#computing ? 'Computing …' : `Compute here (loads ${EXPERIMENTS_KB} KB a build)`}
        </button>
        ${this.#choice()}
      </div>
      <details class="more" data-test="targets"><summary>Show every target</summary>
      <div class="scroll" tabindex="0" role="group" aria-label="Digests by target">
        <table class="digests">
          <caption class="visually-hidden">
            Digest of the experiment on each target
          </caption>
          <thead>
            <tr><th scope="col">target</th><th scope="col">how</th><th scope="col">digest</th><th scope="col">same</th></tr>
          </thead>
          <tbody>
            ${this.#rows().map(
              (row) => html`<tr data-same=${row.same === undefined ? 'unknown' : String(row.same)}>
                <th scope="row">${row.target}</th>
                <td>${row.how}</td>
                <td class="mono">${this.#mark(row.digest)} ${row.digest ? hexGroups(row.digest) : 'not computed yet'}</td>
                <td>${row.same === undefined ? '' : row.same ? '✓ same' : '▲ differs'}</td>
              </tr>`,
            )}
          </tbody>
        </table>
      </div>
      <p class="note">
        ${
          this.#recorded
            ? `Recorded ${this.#recorded.date} with ${this.#recorded.toolchain}. Rows that name QEMU are an emulator's; no physical board has been run.`
            : RECORDED
              ? 'The recorded rows are being loaded.'
              : 'No targets have been recorded in this checkout: cargo xtask fingerprint --record records them.'
        }
      </p>
      ${this.#paste()}</details>`;
  }
}

customElements.define('lab-digests', Digests);
