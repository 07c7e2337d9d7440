/** Failures between page and kernel; each has its own message and remedy. */

export type Failure =
  | { kind: 'download'; what: string; detail: string }
  | { kind: 'compile'; detail: string }
  | { kind: 'panic'; detail: string; step: number }
  | { kind: 'silent' }
  | { kind: 'not-finite'; step: number }
  | { kind: 'refused'; field: string; detail: string };

export class LabFailure extends Error {
  readonly failure: Failure;
  constructor(failure: Failure) {
    super(failure.kind);
    this.failure = failure;
  }
}

export function title(failure: Failure): string {
  switch (failure.kind) {
    case 'download':
      return `Cannot download ${failure.what}`;
    case 'compile':
      return 'Cannot compile the kernel';
    case 'panic':
      return 'The kernel stopped';
    case 'silent':
      return 'The kernel does not answer';
    case 'not-finite':
      return `A value is not finite at step ${failure.step}`;
    case 'refused':
      return `The kernel refused “${failure.field}”`;
  }
}

export function advice(failure: Failure): string {
  switch (failure.kind) {
    case 'download':
      return 'Check the connection, then try again. The text and the picture below stay readable.';
    case 'compile':
      return (
        'The file arrived damaged, or this browser has no WebAssembly. Try again; if it happens again, ' +
        'reload without the cache or use a browser of 2021 or later.'
      );
    case 'panic':
      return (
        'This is a bug in the program, not your mistake. The kernel was discarded; a new one can replay the run ' +
        'up to the last good step. Please report the line below.'
      );
    case 'silent':
      return (
        'Its worker hangs, or has ended, perhaps because the browser needed memory. It was discarded; a new one can ' +
        'replay the run up to the last good step.'
      );
    case 'not-finite':
      return (
        'The run has diverged: its steps were too large for the slope, and a parameter left the range of numbers. ' +
        'That is a result, not an error. The last finite state is shown; replay it with half the learning rate.'
      );
    case 'refused':
      return 'Nothing was changed. Choose another value.';
  }
}
