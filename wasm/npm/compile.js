/** The kernel as a module, from wherever it comes; and what it says if it should ever stop. */

/** The module from its bytes, or from where `read` finds them; a module that was compiled elsewhere is taken as it is. */
export async function compiled(source, read) {
  if (source instanceof WebAssembly.Module) return source;
  const bytes = source instanceof ArrayBuffer || ArrayBuffer.isView(source) ? source : await read(source);
  return WebAssembly.compile(bytes);
}

// Says what is wrong if the kernel should ever stop; a page may put its own function here before it loads the kernel.
globalThis.losscapePanic ??= (message) => console.error(message);
