//! *Batch size*.

use losscape_wasm::Packed;
use losscape_wasm::batch::{Batch, BatchSettings, Curvatures, Protocol, Rescaled, TrainingData};

use super::values::{Result, Values};
use super::{CHUNK, Outcome};

/// When the page measures a run, a function of the step alone: every 5 steps up to 500, and the gap doubles with the step.
fn next_record(step: u32) -> u32 {
    let mut gap = 5;
    while step >= 100 * gap {
        gap *= 2;
    }
    (step / gap + 1) * gap
}

pub(super) fn batch(values: &mut Values) -> Result<Outcome> {
    let tasks = [
        ("polynomial", (TrainingData::Polynomial, false)),
        ("moons", (TrainingData::Moons, false)),
        ("own", (TrainingData::Moons, true)),
    ];
    let (data, own) = values.word("data", &tasks)?;
    let points = values.points(own)?;
    let settings = BatchSettings {
        seed: values.count("seed")?,
        learning_rate: values.real("rate")?.into(),
        hidden: values.count("hidden")?,
        data,
        largest: values.count("largest")?,
        smallest: values.count("smallest")?,
        cross_entropy: values.word("loss", &[("squared", false), ("cross-entropy", true)])?,
        protocol: values.word(
            "protocol",
            &[("steps", Protocol::Steps), ("epochs", Protocol::Epochs), ("loss", Protocol::Loss)],
        )?,
        goal: values.real("goal")?.into(),
    };
    let (alpha, target) = (values.real("alpha")?, values.count("step")?);
    // Where the page ends a run.
    values.done("batch", &["length"])?;
    let mut run = if let Some(Packed { inputs, labels, standard, .. }) = points {
        let inputs = inputs.into_iter().map(f64::from).collect();
        Batch::on_points(&settings, inputs, labels, standard)?
    } else {
        Batch::new(&settings)?
    };
    let measured = run.measure()?;
    let lanes = measured.loss.len();
    let (mut steps, mut curvatures) = (Vec::new(), Vec::new());
    let (mut losses, mut along, mut along_error) = (Vec::new(), Vec::new(), Vec::new());
    let (mut unseen, mut misread) = (Vec::new(), Vec::new());
    let mut keep = |step: u32, measured: Curvatures| {
        steps.push(f64::from(step));
        curvatures.extend(measured.curvature);
        losses.extend(measured.loss);
        along.extend(measured.along);
        along_error.extend(measured.along_error);
        unseen.extend(measured.unseen);
        misread.extend(measured.misread.into_iter().map(f64::from));
    };
    keep(0, measured);
    let (mut ended, mut stopped, mut last) = (false, false, 0);
    while run.steps() < target && !ended {
        let next = next_record(run.steps());
        while run.steps() < next.min(target) && !ended {
            let wanted = CHUNK.min(next.min(target) - run.steps());
            ended = run.advance(wanted)? < wanted;
            values.look()?;
        }
        // Where all have stopped the page measures, too.
        stopped = ended && run.stops().iter().all(|step| *step > 0);
        if run.steps() > last && (stopped || (run.steps() == next && !ended)) {
            last = run.steps();
            keep(last, run.measure()?);
        }
    }
    let network = Rescaled::new(settings.seed)?;
    let (before, after) = (network.measures(1.0)?, network.measures(alpha.into())?);
    let numbers = vec![
        ("largest", after.largest / before.largest),
        ("trace", after.trace / before.trace),
        ("ball", after.ball / before.ball),
        ("box", after.cube / before.cube),
        ("along", after.along / before.along),
    ];
    Ok(Outcome {
        step: run.steps(),
        digest: run.digest(),
        not_finite: ended && !stopped,
        numbers,
        arrays: vec![
            ("batches", run.batches().into_iter().map(f64::from).collect(), 0),
            ("step", steps, 0),
            // Of each batch size, over 2/η.
            ("curvature", curvatures, lanes),
            ("loss", losses, lanes),
            // Of batches along their own slopes, over 2/η, and its standard errors.
            ("along", along, lanes),
            ("along_error", along_error, lanes),
            // Of new points of the moons, the loss and how many are misread; no rows for other data.
            ("unseen", unseen, lanes),
            ("misread", misread, lanes),
            ("curves", run.curves()?, run.places()?.len()),
        ],
    })
}
