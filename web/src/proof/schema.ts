import { type Preset, SEED, withCommon } from '../grammar/settings.ts';

export const SCHEMA = withCommon([SEED], {
  last: 100_000,
  replays: 'The link replays to this step.',
  digest: 'seed and step',
  guesses: [{ of: 'half of the steps', max: 1000 }],
  rehearse: 'step',
});

export const PRESETS: readonly Preset[] = [{ name: 'Counting', says: 'It counts.', values: {} }];
