/** Makes the instance that all else calls, once; after a failure, again. */
export default function init(module: WebAssembly.Module): Promise<{ readonly memory: WebAssembly.Memory }>;

/** An argument was refused; nothing has been changed. */
export class LabError extends Error {
    /** The argument's name; `load` for a call before the kernel was loaded. */
    readonly arg: string;
    constructor(arg: string, message: string);
}
