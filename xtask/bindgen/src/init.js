let loading;

/** Makes the instance that all else calls, once; after a failure, again. */
export default function init(module) {
    loading ??= WebAssembly.instantiate(module, __wbg_get_imports())
        .then((instance) => __wbg_finalize_init(instance, module))
        .catch((error) => {
            loading = undefined;
            wasm = unloaded;
            throw error;
        });
    return loading;
}
