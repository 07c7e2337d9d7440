//! Steps whose length does not depend on the scale of the gradient.

use super::saved::{check_reals, tag};
use super::{Halt, Persist, Settings, Transform};
use crate::base::blob::{BlobError, Reader, Writer};
use crate::base::elementary::sqrt;
use crate::base::finite::Finite;
use crate::base::random::Rng;
use crate::{ArgError, Real, Reason};

/// Adam (Kingma & Ba 2015, algorithm 1): divides the mean of past updates by the root of the mean of their squares,
/// element by element. Put a [`LearningRate`](super::LearningRate) after it.
///
/// ```text
/// m ← β₁ m + (1 − β₁) u        v ← β₂ v + (1 − β₂) u²
/// u ← m̂ / (√v̂ + ε)            m̂ = m / (1 − β₁ᵗ),  v̂ = v / (1 − β₂ᵗ)
/// ```
///
/// in step t = 1, 2, … with the published β₁ = 0.9, β₂ = 0.999 and ε = 10⁻⁸ by default. The memory holds √v instead of
/// v, so squares neither underflow nor overflow, and 1 − βᵗ is computed by the recurrence of m and v, not by a
/// subtraction. ε has the unit of a gradient: the steps on k f with k ε are those on f with ε. An element whose
/// denominator is zero, which requires ε = 0, becomes zero.
///
/// Followed by the rate and then a weight decay, it is the `AdamW` of Loshchilov & Hutter (2019). A mean that would
/// become non-finite is reset to zero, and the step is not made.
///
/// # Shapes
/// `mean` and `root` have the length of the parameters. They are owned or lent: `M` and `V` are arrays, `Vec`s, boxed
/// slices or `&mut [R]`. A run starts with zeros.
///
/// ```
/// use losscape::base::random::stream;
/// use losscape::sgd::{Adam, Transform};
/// let mut adam = Adam::new([0.0f32; 2], [0.0; 2]);
/// let mut update = [3e-4, -250.0];
/// adam.apply(&[0.0; 2], &mut update, &mut stream(1, 0))?;
/// assert!((update[0] - 1.0).abs() < 1e-4 && (update[1] + 1.0).abs() < 1e-6); // the first step has length 1
/// # Ok::<(), losscape::sgd::Halt>(())
/// ```
#[derive(Clone, Debug)]
pub struct Adam<R, M, V> {
    decays: [R; 2],
    epsilon: R,
    mean: M,
    root: V,
    // 1 − β₁ᵗ and 1 − β₂ᵗ.
    corrections: [R; 2],
}

impl<R: Real, M: AsRef<[R]> + AsMut<[R]>, V: AsRef<[R]> + AsMut<[R]>> Adam<R, M, V> {
    /// Creates Adam with the published constants.
    #[must_use]
    pub fn new(mean: M, root: V) -> Self {
        let decays = [0.9, 0.999].map(R::from_f64);
        Self { decays, epsilon: R::from_f64(1e-8), mean, root, corrections: [R::ZERO; 2] }
    }

    /// Sets the decays β₁ and β₂, each in [0, 1).
    #[must_use]
    pub fn with_decays(self, mean: R, squares: R) -> Self {
        Self { decays: [mean, squares], ..self }
    }

    /// Sets ε, which must be at least zero.
    #[must_use]
    pub fn with_epsilon(self, epsilon: R) -> Self {
        Self { epsilon, ..self }
    }

    /// Returns m, the mean of past updates.
    #[must_use]
    pub fn mean(&self) -> &[R] {
        self.mean.as_ref()
    }

    /// Returns √v, the root of the mean square.
    #[must_use]
    pub fn root(&self) -> &[R] {
        self.root.as_ref()
    }

    /// Returns the memory that holds the mean and the root.
    pub fn into_parts(self) -> (M, V) {
        (self.mean, self.root)
    }

    fn check_memory(&self, dim: usize) -> Result<(), ArgError> {
        ArgError::check_len("mean", dim, self.mean.as_ref().len())?;
        ArgError::check_len("root", dim, self.root.as_ref().len())
    }
}

/// Computes √(β s² + (1 − β) u²) without squaring anything above 1.
fn mean_root<R: Real>(beta: R, s: R, u: R) -> R {
    let largest = s.or_larger(u.abs());
    if largest == R::ZERO {
        return R::ZERO;
    }
    let (s, u) = (s / largest, u / largest);
    largest * sqrt(beta * s * s + (R::ONE - beta) * u * u)
}

impl<R: Real, M: AsRef<[R]> + AsMut<[R]>, V: AsRef<[R]> + AsMut<[R]>> Transform<R> for Adam<R, M, V> {
    fn check(&self, dim: usize) -> Result<(), ArgError> {
        ArgError::check_fraction("decay", self.decays[0])?;
        ArgError::check_fraction("decay_squares", self.decays[1])?;
        ArgError::check_non_negative("epsilon", self.epsilon)?;
        self.check_memory(dim)
    }

    fn reset(&mut self) {
        self.mean.as_mut().fill(R::ZERO);
        self.root.as_mut().fill(R::ZERO);
        self.corrections = [R::ZERO; 2];
    }

    fn ready(&self, dim: usize) -> Result<(), Halt> {
        self.check_memory(dim).map_err(|_| Halt::MemoryChanged)
    }

    fn apply<G: Rng + ?Sized>(&mut self, _params: &[R], update: &mut [R], _rng: &mut G) -> Result<(), Halt> {
        self.ready(update.len())?;
        let [b1, b2] = self.decays;
        let [c1, c2] = &mut self.corrections;
        *c1 = b1 * *c1 + (R::ONE - b1);
        *c2 = b2 * *c2 + (R::ONE - b2);
        let root_correction = sqrt(*c2);
        let mut finite = Finite::new();
        let entries = self.mean.as_mut().iter_mut().zip(self.root.as_mut()).zip(update);
        for ((m, s), u) in entries {
            *m = b1 * *m + (R::ONE - b1) * *u;
            *s = mean_root(b2, *s, *u);
            finite.see(*m);
            finite.see(*s);
            let denominator = *s / root_correction + self.epsilon;
            *u = if denominator == R::ZERO { R::ZERO } else { *m / *c1 / denominator };
        }
        if finite.all() {
            Ok(())
        } else {
            self.reset();
            Err(Halt::NotFinite)
        }
    }
}

impl<R: Real, M: AsRef<[R]> + AsMut<[R]>, V: AsRef<[R]> + AsMut<[R]>> Persist for Adam<R, M, V> {
    fn settings(&self, settings: &mut Settings<'_, '_>) {
        settings.byte("transforms", tag::ADAM);
        settings.real("decay", self.decays[0]);
        settings.real("decay_squares", self.decays[1]);
        settings.real("epsilon", self.epsilon);
    }

    fn save_state(&self, writer: &mut Writer<'_>) {
        writer.reals(&self.corrections);
        writer.reals(self.mean.as_ref());
        writer.reals(self.root.as_ref());
    }

    fn check_state(&self, dim: usize, reader: &mut Reader<'_>) -> Result<(), BlobError> {
        for _ in 0..2 {
            let correction = reader.real::<R>()?;
            let within = correction >= R::ZERO && correction <= R::ONE + R::EPSILON;
            ArgError::check_range("correction", correction, within, "in [0, 1]")?;
        }
        check_reals::<R>("mean", dim, reader)?;
        for index in 0..dim {
            let s = reader.real::<R>()?;
            if !s.is_finite() || s < R::ZERO {
                let (value, range) = (s.to_f64(), "finite and at least 0");
                return Err(ArgError::new("root", Reason::Element { index, value, range }).into());
            }
        }
        Ok(())
    }

    fn load_state(&mut self, reader: &mut Reader<'_>) -> Result<(), BlobError> {
        reader.reals(&mut self.corrections)?;
        reader.reals(self.mean.as_mut())?;
        reader.reals(self.root.as_mut())
    }
}
