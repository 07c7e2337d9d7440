/** An argument was refused; nothing has been changed. `arg` is its name. */
export class LabError extends Error {
    constructor(arg, message) {
        super(message);
        this.arg = arg;
    }
}
LabError.prototype.name = 'LabError';

const refuse = (arg, value, range) => {
    throw new LabError(arg, `\`${arg}\` is ${typeof value === 'string' ? JSON.stringify(value) : String(value)}, must be ${range}`);
};

/** Unchecked, WebAssembly would take another number: -1, 1.5, 'x' and 2 ** 32 as 4294967295, 1, 0 and 0. */
const whole = (arg, value) =>
    Number.isInteger(value) && value >= 0 && value < 2 ** 32 ? value : refuse(arg, value, 'a whole number from 0 to 4294967295');

const number = (arg, value) => (typeof value === 'number' ? value : refuse(arg, value, 'a number'));

const member = (arg, value, of, name) =>
    typeof value === 'number' && value in of ? value : refuse(arg, value, `a ${name}: 0 to ${Object.keys(of).length / 2 - 1}`);

/** Stands for the exports of a module that has not been loaded. */
const unloaded = new Proxy({}, {
    get() {
        throw new LabError('load', 'the kernel is not loaded: `await load()` first');
    },
});
