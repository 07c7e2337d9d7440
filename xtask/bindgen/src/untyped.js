/** What was found instead, objects by their class. */
const other = (arg, value, range, at = '') => {
    const object = typeof value === 'object' && value !== null;
    const found = object ? value.constructor?.name : typeof value === 'string' ? JSON.stringify(value) : String(value);
    throw new LabError(arg, `\`${arg}\` is ${found}${at}, must be ${range}`);
};

const flag = (arg, value) => (typeof value === 'boolean' ? value : other(arg, value, 'true or false'));

/** One whose `free()` was called has no address any more. */
const instance = (arg, value, of) =>
    value instanceof of && value.__wbg_ptr
        ? value
        : other(arg, value, `a ${of.name}${value instanceof of ? ' that has not been freed' : ''}`);

/** The elements of an array are checked unless it is one of a type that holds nothing else. */
const list = (arg, value, known, fits, range) => {
    if (!known) {
        if (!Array.isArray(value) && (!ArrayBuffer.isView(value) || value instanceof DataView)) other(arg, value, 'an array');
        for (let i = 0; i < value.length; i++) if (!fits(value[i])) other(arg, value[i], range, ` at index ${i}`);
    }
    // One whose buffer was detached is empty, and cannot be read.
    return value.length ? value : [];
};

/** Unchecked, 300 would be taken as 44. */
const bytes = (arg, value) =>
    list(arg, value, value instanceof Uint8Array, (x) => Number.isInteger(x) && x >= 0 && x < 256, 'a whole number from 0 to 255');

const numbers = (arg, value) =>
    list(arg, value, value instanceof Float32Array || value instanceof Float64Array, (x) => typeof x === 'number', 'a number');
