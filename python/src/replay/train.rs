//! *Train*.

use losscape_wasm::train::{Measures, Table, Train, TrainSettings};
use losscape_wasm::{Digits, Packed};

use super::values::{Result, Stop, Values, acts};
use super::{CHUNK, DIGITS, Outcome};

pub(super) fn train(values: &mut Values) -> Result<Outcome> {
    let settings = TrainSettings {
        seed: values.count("seed")?,
        hidden: values.count("hidden")?,
        learning_rate: values.real("rate")?,
        batch_size: values.count("batch")?,
        momentum: values.real("momentum")?,
        l2: values.real("l2")?,
        start: values.choice("init")?,
        order: values.choice("order")?,
    };
    let own = values.word("data", &[("digits", false), ("own", true)])?;
    let own = values.own(own)?;
    let (target, changes) = (values.count("step")?, values.text("changes")?);
    values.done("train", &[])?;
    let mut run = if let Some(Packed { width, inputs, labels, standard }) = own {
        let width = u32::try_from(width).unwrap_or(u32::MAX);
        Train::on_table(&Table::new(&inputs, width, &labels, standard, settings.seed)?, &settings)?
    } else {
        Train::new(&Digits::new(DIGITS)?, &settings)?
    };
    let (mut steps, mut losses) = (Vec::new(), Vec::new());
    let mut advance = |run: &mut Train, values: &mut Values, target: u32| -> Result<()> {
        while run.steps() < target {
            let wanted = CHUNK.min(target - run.steps());
            if run.advance(wanted)? < wanted {
                break;
            }
            values.look()?;
        }
        steps.push(f64::from(run.steps()));
        losses.push(run.measure()?.loss);
        Ok(())
    };
    for (step, change) in acts(&changes, target)? {
        advance(&mut run, values, step)?;
        let Some((key, value)) = change.split_once(':') else { continue };
        let mut one = values.one(key, value);
        match key {
            "rate" => run.set_learning_rate(one.real("rate")?)?,
            "batch" => run.set_batch_size(one.count("batch")?)?,
            "momentum" => run.set_momentum(one.real("momentum")?)?,
            _ => return Err(Stop::Refused(format!("`changes`: {key} does not change during a run"))),
        }
    }
    // About fifty places of the curve.
    for k in 1..=50 {
        let here = u64::from(target) * k / 50;
        advance(&mut run, values, u32::try_from(here).unwrap_or(target))?;
    }
    let Measures { loss, accuracy, held_out_loss, held_out_accuracy } = run.measure()?;
    Ok(Outcome {
        step: run.steps(),
        digest: run.digest(),
        not_finite: run.not_finite(),
        numbers: vec![
            ("loss", loss),
            ("accuracy", accuracy),
            ("held_out_loss", held_out_loss),
            ("held_out_accuracy", held_out_accuracy),
            ("temperature", run.temperature().into()),
            ("norm", run.norm().into()),
        ],
        arrays: vec![("step", steps, 0), ("loss", losses, 0)],
    })
}
