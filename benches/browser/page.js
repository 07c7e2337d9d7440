// Three contenders in one page: this project's kernel with and without simd128, and tfjs on its wasm backend.
// `ask(contender, verb, workload, seconds)` answers as benches/src/contender.rs says, except that a page has
// no processor time: seconds are the clock's.

/* global tf */

const names = ['W1', 'W2', 'W3', 'W4', 'W5', 'W6'];
const side = 101;
const spiral = { widths: [2, 16, 16, 1], samples: 1024, batch: 32 };
const shapes = { W1: spiral, W2: { widths: [64, 32, 10], samples: 1024, batch: 32 }, W4: spiral, W6: spiral };

async function kernel(url) {
  const { instance } = await WebAssembly.instantiateStreaming(fetch(url));
  const { memory, check, work, numbers, numbers_len, train_pair, autoneb } = instance.exports;
  return {
    train_pair,
    autoneb,
    check: (name) => check(names.indexOf(name)),
    work: (name) => work(names.indexOf(name)),
    numbers(name) {
      const index = names.indexOf(name);
      const start = numbers(index);
      return new Float32Array(memory.buffer.slice(start, start + numbers_len(index)));
    },
  };
}

/** A workload in tfjs, with tensors that stay and one optimizer. */
function peer(name, numbers) {
  const { widths, samples, batch } = shapes[name];
  const outputs = widths.at(-1);
  const count = widths.slice(1).reduce((sum, o, l) => sum + (widths[l] + 1) * o, 0);
  let at = 0;
  const take = (length) => numbers.subarray(at, (at += length));
  const inputs = take(samples * widths[0]);
  const targets = take(samples);
  const [start, across, down] = [take(count), take(count), take(count)];

  /** The tensors of flat parameters: weights and bias by turns. */
  const tensors = (flat) => {
    let from = 0;
    return widths.slice(1).flatMap((o, l) => {
      const i = widths[l];
      const weights = tf.tensor2d(flat.slice(from, from + i * o), [i, o]);
      const bias = tf.tensor1d(flat.slice(from + i * o, from + i * o + o));
      from += (i + 1) * o;
      return [weights, bias];
    });
  };
  const variables = tensors(start).map((tensor) => tf.variable(tensor));
  const set = (flat) => tf.tidy(() => tensors(flat).forEach((tensor, k) => variables[k].assign(tensor)));
  const data = (from, length) => ({
    x: tf.tensor2d(inputs.slice(from * widths[0], (from + length) * widths[0]), [length, widths[0]]),
    y:
      outputs > 1
        ? tf.oneHot(tf.tensor1d(Int32Array.from(targets.slice(from, from + length)), 'int32'), outputs)
        : tf.tensor2d(targets.slice(from, from + length), [length, 1]),
  });
  const all = data(0, samples);
  const batches = Array.from({ length: samples / batch }, (_, k) => data(k * batch, batch));
  const loss = ({ x, y }) => {
    let a = x;
    for (let l = 0; l < variables.length; l += 2) {
      a = tf.add(tf.matMul(a, variables[l]), variables[l + 1]);
      if (l + 2 < variables.length) a = tf.tanh(a);
    }
    if (outputs > 1) return tf.losses.softmaxCrossEntropy(y, a);
    return tf.mul(tf.mean(tf.square(tf.sub(a, y))), 0.5);
  };
  const sgd = tf.train.sgd(0.05);
  const epoch = () => {
    for (const one of batches) tf.tidy(() => void sgd.minimize(() => loss(one)));
  };
  const value = () => tf.tidy(() => loss(all).dataSync()[0]);
  const gradient = () =>
    tf.tidy(() => {
      const { value, grads } = tf.variableGrads(() => loss(all));
      const squares = Object.values(grads).map((grad) => grad.dataSync().reduce((sum, g) => sum + g * g, 0));
      return value.dataSync()[0] + Math.sqrt(squares.reduce((sum, square) => sum + square));
    });
  let row = 0;
  const planeRow = () => {
    let sum = 0;
    const b = (2 * row) / (side - 1) - 1;
    for (let column = 0; column < side; column++) {
      const a = (2 * column) / (side - 1) - 1;
      set(start.map((p, k) => p + a * across[k] + b * down[k]));
      sum += value();
    }
    row = (row + 1) % side;
    return sum;
  };
  return {
    check() {
      set(start);
      if (name === 'W4') return gradient();
      if (name === 'W6') {
        row = 0;
        return planeRow() / side;
      }
      epoch();
      return value();
    },
    work() {
      if (name === 'W4') {
        gradient();
        return 1;
      }
      if (name === 'W6') {
        planeRow();
        return side;
      }
      epoch();
      return samples;
    },
  };
}

tf.wasm.setWasmPaths('/tfjs-backend-wasm/dist/');
await tf.setBackend('wasm');
await tf.ready();
const simd = await kernel('/simd.wasm');
const peers = Object.fromEntries(Object.keys(shapes).map((name) => [name, peer(name, simd.numbers(name))]));
const contenders = {
  simd,
  scalar: await kernel('/scalar.wasm'),
  tfjs: { check: (name) => peers[name].check(), work: (name) => peers[name].work() },
};

globalThis.ask = (contender, verb, name, seconds) => {
  const { check, work } = contenders[contender];
  if (verb === 'check') return check(name);
  const start = performance.now();
  for (let units = 0; ; ) {
    units += work(name);
    const elapsed = (performance.now() - start) / 1000;
    if (elapsed >= seconds) return units / elapsed;
  }
};
/** The saddle and the seconds of AutoNEB between two readers of digits. */
globalThis.autoneb = () => {
  simd.train_pair();
  const start = performance.now();
  const saddle = simd.autoneb();
  return [saddle, (performance.now() - start) / 1000];
};
globalThis.backend = `${tf.getBackend()}, simd ${await tf.env().getAsync('WASM_HAS_SIMD_SUPPORT')}`;
