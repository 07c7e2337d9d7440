// Runs every experiment of a module, in Node and in Chromium alike; returns `experiment digest` lines.
function experiments(bytes) {
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(bytes));
  const lines = [];
  for (let k = 0; k < exports.count(); k++) {
    const digest = BigInt.asUintN(64, exports.run(k)).toString(16).padStart(16, '0');
    const name = new Uint8Array(exports.memory.buffer, exports.name(k), exports.name_len(k));
    lines.push(`${new TextDecoder().decode(name)} ${digest}`);
  }
  return lines.join('\n');
}
