//! The outputs of a network.

use super::Mlp;
#[cfg(not(target_arch = "x86_64"))]
use super::forward::Pass;
#[cfg(target_arch = "x86_64")]
use super::pass::Pass;
use super::tape::{Tape, last};
use crate::Real;
use crate::base::refusal::refuse;
use crate::base::rows::{copy, rows, rows_mut};

impl Mlp {
    /// Computes the outputs of a batch, `outputs ← net(inputs)`, one row at a time. Fills `outputs` with NaN if the
    /// slices do not fit together.
    ///
    /// | argument | length |
    /// |---|---|
    /// | `params` | `param_len()` |
    /// | `inputs` | N × inputs |
    /// | `outputs` | N × outputs |
    /// | `scratch` | at least `scratch_len(1)` |
    ///
    /// ```
    /// use losscape::models::mlp::Mlp;
    /// const LINE: Mlp = Mlp::from_widths(&[1, 1]);
    /// let (mut outputs, mut scratch) = ([0.0f32; 2], [0.0; LINE.scratch_len(1)]);
    /// LINE.predict(&[3.0, -1.0], &[2.0, 5.0], &mut outputs, &mut scratch);
    /// assert_eq!(outputs, [5.0, 14.0]); // 3 x − 1
    /// ```
    pub fn predict<R: Real>(&self, params: &[R], inputs: &[R], outputs: &mut [R], scratch: &mut [R]) {
        let count = rows(inputs, self.inputs()).len();
        let fits =
            inputs.len() == count * self.inputs() && count.checked_mul(self.outputs()) == Some(outputs.len());
        if !fits || self.predict_rows(params, inputs, outputs, scratch).is_none() {
            refuse(outputs);
        }
    }

    fn predict_rows<R: Real>(
        &self,
        params: &[R],
        inputs: &[R],
        outputs: &mut [R],
        scratch: &mut [R],
    ) -> Option<()> {
        let (_, tape, _) = Tape::new(self, 1, scratch)?;
        for (x, y) in rows(inputs, self.inputs()).zip(rows_mut(outputs, self.outputs())) {
            Pass { net: self, params, x, rows: 1 }.forward(tape.acts, tape.pre)?;
            copy(last(tape.acts, self.outputs())?, y);
        }
        Some(())
    }
}
