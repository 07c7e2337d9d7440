//! The workloads for a browser, without glue: the page reads numbers from the module's memory.

use core::cell::{OnceCell, RefCell};

use losscape::Real;
use losscape_benches::contender::Contender;
use losscape_benches::density::{Walkers, propagated};
use losscape_benches::kernel::{Kernel, Labels};
use losscape_benches::path::Pair;
use losscape_benches::reader::Reader;
use losscape_benches::workload::{Problem, Workload};

/// A workload, its numbers for the page's other contender, and their bytes.
struct Ready {
    kernel: Kernel<'static>,
    bytes: Vec<u8>,
}

thread_local! {
    static PAIR: OnceCell<Option<Pair>> = const { OnceCell::new() };
    static WALKERS: RefCell<Option<Walkers>> = const { RefCell::new(None) };
    static READERS: [OnceCell<Option<Reader<f64>>>; 2] = const { [OnceCell::new(), OnceCell::new()] };
    static READY: RefCell<Vec<Option<Ready>>> = const { RefCell::new(Vec::new()) };
}

/// Calls `act` on workload `index` (0 is W1), prepared the first time; a page is never long-lived, so that
/// problems need not be freed.
fn with<T>(index: usize, act: impl FnOnce(&mut Ready) -> T) -> T {
    READY.with_borrow_mut(|ready| {
        ready.resize_with(Workload::ALL.len(), || None);
        act(ready[index].get_or_insert_with(|| {
            let workload = Workload::ALL[index];
            let problem = Box::leak(Box::new(Problem::new(workload.shape())));
            let labels = Box::leak(Box::new(Labels::new(problem)));
            let kernel = Kernel::new(workload, problem, labels).expect("the workloads are valid");
            Ready { kernel, bytes: problem.to_bytes() }
        }))
    })
}

/// As [`Contender::check`].
#[unsafe(no_mangle)]
pub extern "C" fn check(workload: usize) -> f64 {
    with(workload, |ready| ready.kernel.check())
}

/// As [`Contender::work`].
#[unsafe(no_mangle)]
pub extern "C" fn work(workload: usize) -> f64 {
    with(workload, |ready| ready.kernel.work())
}

/// Where the numbers of [`Problem::to_bytes`] start.
#[unsafe(no_mangle)]
pub extern "C" fn numbers(workload: usize) -> *const u8 {
    with(workload, |ready| ready.bytes.as_ptr())
}

/// How many bytes they are.
#[unsafe(no_mangle)]
pub extern "C" fn numbers_len(workload: usize) -> usize {
    with(workload, |ready| ready.bytes.len())
}

/// Trains the two networks that [`autoneb`] joins; later calls do nothing.
#[unsafe(no_mangle)]
pub extern "C" fn train_pair() {
    with_pair(|_| ());
}

/// AutoNEB between the two; returns the saddle.
#[unsafe(no_mangle)]
pub extern "C" fn autoneb() -> f32 {
    with_pair(|pair| pair.connect().ok()).flatten().map_or(f32::NAN, |found| found.path.saddle)
}

/// Seeds the cloud that [`walk`] moves.
#[unsafe(no_mangle)]
pub extern "C" fn seed(walkers: u32) {
    WALKERS.set(Walkers::new(walkers).ok());
}

/// So many steps of each walker; returns the mean of x².
#[unsafe(no_mangle)]
pub extern "C" fn walk(rounds: u32) -> f64 {
    WALKERS.with_borrow_mut(|walkers| {
        walkers.as_mut().map_or(f64::NAN, |walkers| {
            walkers.run(rounds);
            walkers.spread()
        })
    })
}

/// The sum of squares of the density at a time.
#[unsafe(no_mangle)]
pub extern "C" fn spread(cells: u32, time: f64) -> f64 {
    propagated(cells, time)
        .map_or(f64::NAN, |(density, _)| density.iter().fold(0.0, |sum, rho| sum + rho * rho))
}

/// So many calls of [`Reader::products`] of network 0 or 1 (digits, spirals) and of kind 0, 1 or 2 (product, prepared, sixteen), in `f32`
/// or `f64`; returns ‖Hv‖.
#[unsafe(no_mangle)]
pub extern "C" fn products(network: usize, kind: usize, single: u32, calls: u32) -> f64 {
    READERS.with(|readers| {
        let names = ["digits", "spirals"];
        let reader = readers.get(network).zip(names.get(network));
        let reader =
            reader.and_then(|(cell, name)| cell.get_or_init(|| Reader::new(name).ok().flatten()).as_ref());
        let kind = ["product", "prepared", "sixteen"].get(kind);
        let Some((reader, kind)) = reader.zip(kind) else { return f64::NAN };
        if single == 1 { called::<f32>(reader, kind, calls) } else { called::<f64>(reader, kind, calls) }
    })
}

fn called<R: Real>(reader: &Reader<f64>, kind: &str, calls: u32) -> f64 {
    let found = reader.cast::<R>().products(kind, |work| (0..calls).for_each(|_| work()));
    found.ok().flatten().map_or(f64::NAN, |(number, _)| number.to_f64())
}

fn with_pair<T>(act: impl FnOnce(&Pair) -> T) -> Option<T> {
    PAIR.with(|pair| pair.get_or_init(|| Pair::new().ok()).as_ref().map(act))
}
