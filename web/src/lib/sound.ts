/** A curve as a sound: high is high, left is left. */

const SECONDS = 3;
const LOWEST_HZ = 220;
const OCTAVES = 2;
/** Quiet: it starts without warning the neighbours. */
const LOUDNESS = 0.15;
const FADE_S = 0.05;

/** Heights between 0 and 1 at equal distances, played once; the function returned stops it. */
export function sound(heights: readonly number[], ended: () => void): () => void {
  const context = new AudioContext();
  const [tone, pan, loudness] = [
    context.createOscillator(),
    context.createStereoPanner(),
    context.createGain(),
  ];
  const start = context.currentTime + 0.05;
  const last = Math.max(1, heights.length - 1);
  tone.type = 'triangle';
  heights.forEach((height, k) => {
    const hz = LOWEST_HZ * 2 ** (OCTAVES * height);
    const at = start + (SECONDS * k) / last;
    if (k === 0) tone.frequency.setValueAtTime(hz, at);
    else tone.frequency.linearRampToValueAtTime(hz, at);
  });
  pan.pan.setValueAtTime(-0.8, start);
  pan.pan.linearRampToValueAtTime(0.8, start + SECONDS);
  loudness.gain.setValueAtTime(0, start);
  loudness.gain.linearRampToValueAtTime(LOUDNESS, start + FADE_S);
  loudness.gain.setValueAtTime(LOUDNESS, start + SECONDS - FADE_S);
  loudness.gain.linearRampToValueAtTime(0, start + SECONDS);
  tone.connect(pan).connect(loudness).connect(context.destination);
  tone.onended = () => {
    void context.close();
    ended();
  };
  tone.start(start);
  tone.stop(start + SECONDS);
  return () => tone.stop();
}

/** A curve's heights at equal distances along its axis, between those of lowest and highest point. */
export function heights(points: readonly (readonly [number, number])[], log: boolean, count = 120): number[] {
  const audible = points.filter(([, y]) => Number.isFinite(y) && (!log || y > 0));
  const [first, last] = [audible[0], audible.at(-1)];
  if (!first || !last) return [];
  const scale = (y: number) => (log ? Math.log(y) : y);
  const all = audible.map(([, y]) => scale(y));
  const [low, high] = [all.reduce((a, b) => Math.min(a, b)), all.reduce((a, b) => Math.max(a, b))];
  return Array.from({ length: count }, (_, k) => {
    const x = first[0] + ((last[0] - first[0]) * k) / (count - 1);
    const [, y] = audible.findLast((point) => point[0] <= x) ?? first;
    return high > low ? (scale(y) - low) / (high - low) : 0;
  });
}
