//! Memory that changes its length at one look, and the sweep over all of them.

use core::cell::Cell;
use core::panic::AssertUnwindSafe;
use std::panic::catch_unwind;
use std::rc::Rc;

use losscape::ArgError;

/// What holds numbers for a method.
pub(crate) trait Memory<X>: AsRef<[X]> + AsMut<[X]> {}
impl<X, M: AsRef<[X]> + AsMut<[X]>> Memory<X> for M {}

/// The outcome of the last step of a run.
pub(crate) type Ran = Result<String, ArgError>;

/// How often memory was looked at, and during which looks it has another length.
#[derive(Debug, Default)]
struct Looks {
    count: Cell<usize>,
    from: Cell<usize>,
    until: Cell<usize>,
    other: Cell<usize>,
    before_last: Cell<usize>,
}

/// Memory of one length, and of another during some looks.
pub(crate) struct Window<X> {
    memory: Vec<X>,
    len: usize,
    looks: Rc<Looks>,
}

impl<X> Window<X> {
    fn len(&self) -> usize {
        let look = self.looks.count.get();
        self.looks.count.set(look + 1);
        if (self.looks.from.get()..self.looks.until.get()).contains(&look) {
            self.looks.other.get()
        } else {
            self.len
        }
    }
}

impl<X> AsRef<[X]> for Window<X> {
    fn as_ref(&self) -> &[X] {
        &self.memory[..self.len()]
    }
}

impl<X> AsMut<[X]> for Window<X> {
    fn as_mut(&mut self) -> &mut [X] {
        let len = self.len();
        &mut self.memory[..len]
    }
}

/// Runs a method with memory that has another length from each look on: for that look alone, or for good. Nothing panics, and
/// what is too short for good from the start or before the last step is refused or reported.
///
/// `run` makes a few steps, calls what reads the state, calls its second argument, and returns what the last step says.
pub(crate) fn each_look<X: Clone>(name: &str, memory: &[X], run: impl Fn(Window<X>, &dyn Fn()) -> Ran) {
    let len = memory.len();
    let held = |from: usize, until: usize, other: usize| {
        let looks = Rc::new(Looks::default());
        for (cell, value) in [(&looks.from, from), (&looks.until, until), (&looks.other, other)] {
            cell.set(value);
        }
        let mut room = memory.to_vec();
        room.extend(memory.last().cloned());
        let window = Window { memory: room, len, looks: Rc::clone(&looks) };
        let mark = || looks.before_last.set(looks.count.get());
        let ran = catch_unwind(AssertUnwindSafe(|| run(window, &mark)));
        (ran.unwrap_or_else(|_| panic!("{name}: {other} of {len} in looks {from}..{until}")), looks)
    };
    let (ran, looks) = held(usize::MAX, usize::MAX, 0);
    let ran = ran.unwrap_or_else(|error| panic!("{name}: {error}"));
    assert!(!ran.contains("MemoryChanged"), "{name}: {ran}");
    let (all, last) = (looks.count.get(), looks.before_last.get());
    assert!(last > 0, "{name} looks at its memory");
    for other in [0, len - 1, len + 1] {
        for from in 0..all {
            let _ = held(from, from + 1, other);
            let (ran, _) = held(from, usize::MAX, other);
            let reported = ran.as_ref().map_or(true, |step| step.contains("MemoryChanged"));
            let between_calls = from == 0 || from == last;
            // Within a step, numbers that are not there may count as not finite.
            let stopped = ran.is_ok_and(|step| step.contains("NotFinite") || step.contains("Stuck"));
            assert!(
                other > len || from > last || reported || stopped && !between_calls,
                "{name}: {other} of {len} from look {from}, the last step at {last}"
            );
        }
    }
}

/// `method(memory, …)`: each of its memories in turn changes its length, and vectors, boxes and borrows give the same run.
macro_rules! sweep {
    ($method:ident($a:expr)) => {{
        let a = $a;
        let owned = $method(a.to_vec(), &|| ()).expect("valid");
        assert_eq!($method(a.to_vec().into_boxed_slice(), &|| ()).expect("a box"), owned);
        assert_eq!($method(&mut a.to_vec()[..], &|| ()).expect("borrowed"), owned);
        $crate::window::each_look(stringify!($method), &a[..], |window, mark| $method(window, mark));
    }};
    ($method:ident($a:expr, $b:expr)) => {{
        let (a, b) = ($a, $b);
        let owned = $method(a.to_vec(), b.to_vec(), &|| ()).expect("valid");
        assert_eq!(
            $method(a.to_vec().into_boxed_slice(), &mut b.to_vec()[..], &|| ()).expect("valid"),
            owned
        );
        assert_eq!(
            $method(&mut a.to_vec()[..], b.to_vec().into_boxed_slice(), &|| ()).expect("valid"),
            owned
        );
        $crate::window::each_look(concat!(stringify!($method), " 0"), &a[..], |window, mark| {
            $method(window, b.to_vec(), mark)
        });
        $crate::window::each_look(concat!(stringify!($method), " 1"), &b[..], |window, mark| {
            $method(a.to_vec(), window, mark)
        });
    }};
    ($method:ident($a:expr, $b:expr, $c:expr)) => {{
        let (a, b, c) = ($a, $b, $c);
        let owned = $method(a.to_vec(), b.to_vec(), c.to_vec(), &|| ()).expect("valid");
        let mixed = $method(
            a.to_vec().into_boxed_slice(),
            &mut b.to_vec()[..],
            c.to_vec().into_boxed_slice(),
            &|| (),
        );
        assert_eq!(mixed.expect("valid"), owned);
        $crate::window::each_look(concat!(stringify!($method), " 0"), &a[..], |window, mark| {
            $method(window, b.to_vec(), c.to_vec(), mark)
        });
        $crate::window::each_look(concat!(stringify!($method), " 1"), &b[..], |window, mark| {
            $method(a.to_vec(), window, c.to_vec(), mark)
        });
        $crate::window::each_look(concat!(stringify!($method), " 2"), &c[..], |window, mark| {
            $method(a.to_vec(), b.to_vec(), window, mark)
        });
    }};
}
pub(crate) use sweep;

/// Steps, what reads the state, and the last step.
macro_rules! drive {
    ($mark:expr, $steps:expr, $step:expr, $read:expr) => {{
        for _ in 0..$steps {
            let _ = $step;
        }
        let _ = $read;
        $mark();
        Ok(format!("{:?}", $step))
    }};
}
pub(crate) use drive;
