//! A run in a task of embassy: it yields after each step, so that other tasks have their turns.
#![no_std]
#![no_main]

use core::sync::atomic::{AtomicU32, Ordering};

use cortex_m as _; // its critical section
use embassy_executor::Spawner;
use embassy_futures::yield_now;
use programs::kept::Run;
use semihosting::{println, process};

static TURNS: AtomicU32 = AtomicU32::new(0);

#[embassy_executor::main]
async fn main(spawner: Spawner) {
    spawner.spawn(count().expect("spawned once"));
    spawner.spawn(train().expect("spawned once"));
}

/// A task keeps its variables in static memory: the whole run is one of them.
#[embassy_executor::task]
async fn train() {
    let mut run = Run::new().expect("the constants are accepted");
    while run.step() {
        yield_now().await;
    }
    println!("fingerprint {:016x}", run.digest());
    println!("turns {}", TURNS.load(Ordering::Relaxed));
    process::exit(0)
}

/// What the board is for; here it counts.
#[embassy_executor::task]
async fn count() {
    loop {
        let turns = TURNS.load(Ordering::Relaxed);
        TURNS.store(turns.wrapping_add(1), Ordering::Relaxed);
        yield_now().await;
    }
}
