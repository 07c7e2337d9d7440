//! Runs every program on this machine: prints `name fingerprint`, the digests that boards must print too.
//!
//! The run that boards resume is run here without a pause, and so are the data that they keep made anew.
//!
//! ```text
//! cargo run --release -p losscape-programs --example native
//! ```

use losscape::base::random::stream;
use losscape_programs::{
    Program, Run, autoneb_digits, autoneb_xor, cloud, digits, flatness, kept, reader, resume, spirals, tanh,
    tanh_micromath, xor,
};

fn main() -> Result<(), Box<dyn core::error::Error>> {
    let (mut inputs, mut labels) = ([0.0f32; 2 * 256], [0; 256]);
    losscape::models::data::spirals(1.0, 0.0, &mut stream(2026, 0), &mut inputs, &mut labels)?;
    assert!(spirals::INPUTS == inputs && spirals::LABELS == labels, "cargo run --example spirals_data");

    let mut params = vec![0.0f32; reader::NET.param_len()];
    assert_eq!(losscape::models::mlp::Mlp::read_blob(&reader::NETWORK, &mut params)?, reader::NET);
    assert!(reader::PARAMS == params[..], "cargo run --release --example save_network");

    print("xor", &mut *Box::new(xor::Memory::new()))?;
    print("spirals", &mut *Box::new(spirals::Memory::new()))?;
    print("digits", &mut *Box::new(digits::Memory::new()))?;
    print("autoneb_xor", &mut *Box::new(autoneb_xor::Memory::new()))?;
    print("autoneb_digits", &mut *Box::new(autoneb_digits::Memory::new()))?;
    print("reader", &mut *Box::new(reader::Memory::new()))?;
    print("cloud", &mut *Box::new(cloud::Memory::new()))?;
    print("flatness", &mut *Box::new(flatness::Memory::new()))?;
    print("tanh", &mut *Box::new(tanh::Memory::new()))?;
    print("tanh_micromath", &mut *Box::new(tanh_micromath::Memory::new()))?;

    let mut run = kept::Run::new()?;
    while run.step() {}
    println!("kept fingerprint {:016x}", run.digest());

    let mut whole = Box::new(resume::Memory::new());
    let mut run = whole.start(resume::STEPS)?;
    while run.step() {}
    println!("resume fingerprint {:016x}", whole.report()?.digest);
    Ok(())
}

fn print<P: Program>(name: &str, program: &mut P) -> Result<(), losscape::ArgError> {
    for part in 0..P::PARTS {
        let mut run = program.begin(part)?;
        P::resume(&mut run)?;
        complete(run);
        let (names, values) = program.progress();
        for (what, value) in names.iter().zip(values) {
            eprintln!("{name}, part {part}: {what} {value}");
        }
    }
    complete(program.finish()?);
    let report = program.report()?;
    println!("{name} fingerprint {:016x}", report.digest);
    eprintln!("{name} {:?} {:?}", report.results, report.values);
    Ok(())
}

fn complete(mut run: impl Run) {
    while run.step() {}
}
