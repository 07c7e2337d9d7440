//! Elementary functions: exp, ln, tanh, sigmoid, softplus, sin, cos, √, erf and related functions, with the same bits
//! on every target.
//!
//! This crate calls no other elementary functions. They are free functions, not methods: a method named `exp` would
//! silently become the platform's where `std` is linked.
//!
//! They use + − × ÷, comparisons, selections and integer operations on bit patterns. Exp, ln, sigmoid and softplus do
//! not branch, so a loop over a slice vectorises at any width. [`tanh_slice`] keeps several vectors in flight. Sine and
//! cosine need an exact reduction beyond 10⁵, so they vectorise through [`sin_slice`] and [`cos_slice`]. A NaN argument
//! gives a NaN with an unspecified payload.
//!
//! # Error and monotonicity
//!
//! Maximum errors, in units in the last place of the exact result:
//!
//! | function           | binary32, proven          | binary64, largest found |
//! |--------------------|---------------------------|-------------------------|
//! | [`exp`]            | 1.00                      | 0.98                    |
//! | [`ln`]             | 0.84                      | 0.88                    |
//! | [`tanh`]           | 1.78                      | 1.44                    |
//! | [`sigmoid`]        | 1.75                      | 1.78                    |
//! | [`softplus`]       | 1.69                      | 1.71                    |
//! | [`sin`]            | 1.57                      | 0.80 for \|x\| < 10⁵     |
//! | [`cos`]            | 1.56                      | 0.80 for \|x\| < 10⁵     |
//! | [`exp_m1`]         | 0.78, largest found       | 0.88                    |
//! | [`ln_1p`]          | 0.74, largest found       | 0.86                    |
//! | [`sqrt`]           | 0.5                       | 0.5, proven             |
//! | [`tanh_micromath`] | absolute error 3.4 · 10⁻⁴ | the same                |
//!
//! *Proven*: all 2³² inputs were checked against binary64; for `exp_m1` and `ln_1p`, one input in 4096 and runs of
//! consecutive numbers. *Largest found*: 2⁶⁴ inputs are too many to check, so a search climbs towards large errors from
//! many starting points, with arithmetic of about 100 bits as the reference (`core/tests/elementary/search.rs`); the
//! table gives the largest error found, rounded up. The square root is correctly rounded, so its bound is ½ for both
//! types.
//! Over all inputs of binary32, exp, ln, tanh, sigmoid and softplus never decrease (libm's `tanhf` decreases 10,739
//! times, and errs by up to 2.19 units). In binary64 this was checked on runs of consecutive numbers at every eighth of
//! a binade. Overflow, underflow and NaN follow IEEE 754. `cargo test --release --test elementary -- --ignored` repeats
//! the sweep and the long search.
//!
//! # Speed and size
//!
//! The speed relative to libm on a slice, measured in one run on one x86-64 processor with SSE2, AVX2 and AVX-512
//! (`cargo xtask bench` repeats the measurement), and the code size on a Cortex-M4F at opt-level 3. There, `tanh` takes
//! 41 instructions, because cores without vectors compute only the branch they need. The reduction of large angles adds
//! 380 bytes once.
//!
//! | function           | binary32           | binary64        | bytes, binary32 | libm's bytes |
//! |--------------------|--------------------|-----------------|-----------------|--------------|
//! | [`exp`]            | 4.6, 8.4, 8.7      | 1.9, 3.5, 3.8   | 228             | 464          |
//! | [`ln`]             | 2.4, 1.0, 1.0      | 0.9, 1.9, 3.2   | 348             | 284          |
//! | [`tanh`]           | 9.8, 20, 24        | 1.7, 3.1, 4.1   | 244             | 760          |
//! | [`sigmoid`]        | 3.8, 7.1, 8.2      | 1.8, 2.9, 3.6   | 264             |              |
//! | [`softplus`]       | 4.0, 6.9, 9.4      | 1.8, 2.7, 3.7   | 416             |              |
//! | [`sin_slice`]      | 2.7, 5.4, 5.9      | 1               | 348             | 1720         |
//! | [`cos_slice`]      | 2.7, 5.2, 5.7      | 1               | 328             | 1592         |
//! | [`tanh_micromath`] | 1.1, 1.2, 1.2      |                 | 598             |              |
//!
//! (LLVM vectorises libm's `logf` from AVX2 on. Libm has no sigmoid or softplus, so they are compared with the obvious
//! compositions. The size of its `tanhf` includes the `expm1f` that it calls; the sizes of its sine and cosine exclude
//! 4.7 kB of reduction.)

mod exp;
mod ln;
#[cfg(feature = "tanh-micromath")]
mod micromath;
mod pairs;
mod sigmoid;
mod sin_cos;
mod softplus;
mod tanh;
mod turn;

/// The scalar types for which these functions exist, [`f32`] and [`f64`]; the free functions of this module call its
/// methods.
pub trait Elementary: Sized {
    #![allow(missing_docs, reason = "documented on the free functions of the same names")]
    fn exp(x: Self) -> Self;
    fn ln(x: Self) -> Self;
    fn tanh(x: Self) -> Self;
    fn sigmoid(x: Self) -> Self;
    fn softplus(x: Self) -> Self;
    fn sin(x: Self) -> Self;
    fn cos(x: Self) -> Self;
    fn sqrt(x: Self) -> Self;
    fn exp_m1(x: Self) -> Self;
    fn ln_1p(x: Self) -> Self;
    fn erf(x: Self) -> Self;
    fn erfc(x: Self) -> Self;
    fn tanh_slice(x: &mut [Self]);
    fn sin_slice(x: &mut [Self]);
    fn cos_slice(x: &mut [Self]);
    #[doc(hidden)]
    fn normal_pairs<const N: usize>(uniforms: &mut [Self; N], angles: &mut [Self; N]) -> bool;
    #[doc(hidden)]
    fn rare_pairs(radii: &mut [Self], sines: &mut [Self], angles: &[Self]);
    #[cfg(feature = "tanh-micromath")]
    fn tanh_micromath(x: Self) -> Self;
}

macro_rules! elementary {
    ($t:ident: $($name:ident = $f:path),*; $($slice:ident = $g:expr),*; $pairs:path, $rare:expr) => {
        impl Elementary for $t {
            $(#[inline(always)]
            fn $name(x: Self) -> Self {
                $f(x)
            })*
            $(#[inline(always)]
            fn $slice(x: &mut [Self]) {
                $g(x);
            })*
            #[inline(always)]
            fn normal_pairs<const N: usize>(uniforms: &mut [Self; N], angles: &mut [Self; N]) -> bool {
                $pairs(uniforms, angles)
            }
            fn rare_pairs(radii: &mut [Self], sines: &mut [Self], angles: &[Self]) {
                $rare(radii, sines, angles);
            }
            #[cfg(feature = "tanh-micromath")]
            #[inline(always)]
            #[allow(clippy::cast_possible_truncation, trivial_numeric_casts, reason = "rounded to binary32, as documented")]
            fn tanh_micromath(x: Self) -> Self {
                micromath::tanh_32(x as f32) as Self
            }
        }
    };
}

elementary!(f32:
    exp = exp::exp_32, ln = ln::ln_32, tanh = tanh::tanh_32, sigmoid = sigmoid::sigmoid_32,
    softplus = softplus::softplus_32, sin = sin_cos::sin_32, cos = sin_cos::cos_32,
    sqrt = sqrt_32, exp_m1 = libm::expm1f, ln_1p = libm::log1pf,
    erf = libm::erff, erfc = libm::erfcf;
    tanh_slice = tanh::tanh_slice_32, sin_slice = sin_cos::sin_slice_32, cos_slice = sin_cos::cos_slice_32; pairs::pairs_32, |_, _, _| ());
elementary!(f64:
    exp = exp::exp_64, ln = ln::ln_64, tanh = tanh::tanh_64, sigmoid = sigmoid::sigmoid_64,
    softplus = softplus::softplus_64, sin = libm::sin, cos = libm::cos,
    sqrt = sqrt_64, exp_m1 = libm::expm1, ln_1p = libm::log1p,
    erf = libm::erf, erfc = libm::erfc;
    tanh_slice = tanh::tanh_slice_64, sin_slice = |x| for_each(x, libm::sin), cos_slice = |x| for_each(x, libm::cos); pairs::pairs_64, pairs::rare_64);

#[inline(always)]
fn sqrt_32(x: f32) -> f32 {
    losscape_dispatch::sqrt_32(x).unwrap_or_else(|| libm::sqrtf(x))
}

#[inline(always)]
fn sqrt_64(x: f64) -> f64 {
    losscape_dispatch::sqrt_64(x).unwrap_or_else(|| libm::sqrt(x))
}

fn for_each(x: &mut [f64], f: impl Fn(f64) -> f64) {
    for x in x {
        *x = f(*x);
    }
}

macro_rules! free {
    ($($(#[$doc:meta])* $name:ident)*) => {
        $($(#[$doc])*
        #[inline(always)]
        #[must_use]
        pub fn $name<R: Elementary>(x: R) -> R {
            <R as Elementary>::$name(x)
        })*
    };
}

free! {
    /// Computes eˣ.
    ///
    /// ```
    /// use losscape::base::elementary::exp;
    /// assert_eq!(exp(1.0f32), 2.718_281_7); // on every target
    /// ```
    exp
    /// Computes the natural logarithm.
    ///
    /// ```
    /// use losscape::base::elementary::ln;
    /// assert_eq!(ln(10.0f32), 2.302_585_1); // on every target
    /// ```
    ln
    /// Computes the hyperbolic tangent.
    ///
    /// ```
    /// use losscape::base::elementary::tanh;
    /// assert_eq!(tanh(0.5f32), 0.462_117_14); // on every target
    /// ```
    tanh
    /// Computes the logistic function 1 / (1 + e⁻ˣ).
    ///
    /// ```
    /// use losscape::base::elementary::sigmoid;
    /// assert_eq!(sigmoid(2.0f32), 0.880_797); // on every target
    /// ```
    sigmoid
    /// Computes ln(1 + eˣ).
    ///
    /// ```
    /// use losscape::base::elementary::softplus;
    /// assert_eq!(softplus(0.0f32), core::f32::consts::LN_2); // on every target
    /// ```
    softplus
    /// Computes the sine of an angle in radians.
    ///
    /// ```
    /// use losscape::base::elementary::sin;
    /// assert_eq!(sin(1.0f32), 0.841_470_96); // on every target
    /// ```
    sin
    /// Computes the cosine of an angle in radians.
    ///
    /// ```
    /// use losscape::base::elementary::cos;
    /// assert_eq!(cos(1.0f32), 0.540_302_3); // on every target
    /// ```
    cos
    /// Computes the square root, correctly rounded.
    ///
    /// ```
    /// use losscape::base::elementary::sqrt;
    /// assert_eq!(sqrt(2.0f32), core::f32::consts::SQRT_2); // on every target
    /// ```
    sqrt
    /// Computes eˣ − 1 without cancellation near 0.
    ///
    /// ```
    /// use losscape::base::elementary::exp_m1;
    /// assert_eq!(exp_m1(1e-3f32), 0.001_000_500_2); // on every target
    /// ```
    exp_m1
    /// Computes ln(1 + x) without cancellation near 0.
    ///
    /// ```
    /// use losscape::base::elementary::ln_1p;
    /// assert_eq!(ln_1p(1e-3f32), 0.000_999_500_4); // on every target
    /// ```
    ln_1p
    /// Computes the error function `(2/√π) ∫₀ˣ e^(−t²) dt`: twice the probability that a normal variable of variance ½
    /// lies between 0 and x.
    ///
    /// ```
    /// use losscape::base::elementary::erf;
    /// assert_eq!(erf(0.5f64), 0.520_499_877_813_046_5); // on every target
    /// ```
    erf
    /// Computes `1 − erf x` without cancellation for large x.
    ///
    /// ```
    /// use losscape::base::elementary::erfc;
    /// assert_eq!(erfc(3.0f64), 2.209_049_699_858_543_8e-5); // on every target
    /// ```
    erfc
}

/// Replaces every element by its [`tanh`], with the same bits, keeping several of the processor's widest vectors in
/// flight.
///
/// ```
/// let mut x = [0.5f32, -0.5];
/// losscape::base::elementary::tanh_slice(&mut x);
/// assert_eq!(x, [0.462_117_14, -0.462_117_14]);
/// ```
#[inline(always)]
pub fn tanh_slice<R: Elementary>(x: &mut [R]) {
    R::tanh_slice(x);
}

/// Replaces every element by its [`sin`], with the same bits; vectorised where no |x| exceeds 10⁵.
///
/// ```
/// let mut x = [0.5f32, 1.0];
/// losscape::base::elementary::sin_slice(&mut x);
/// assert_eq!(x, [0.479_425_55, 0.841_470_96]);
/// ```
#[inline(always)]
pub fn sin_slice<R: Elementary>(x: &mut [R]) {
    R::sin_slice(x);
}

/// Replaces every element by its [`cos`], with the same bits; vectorised where no |x| exceeds 10⁵.
///
/// ```
/// let mut x = [0.5f32, 1.0];
/// losscape::base::elementary::cos_slice(&mut x);
/// assert_eq!(x, [0.877_582_55, 0.540_302_3]);
/// ```
#[inline(always)]
pub fn cos_slice<R: Elementary>(x: &mut [R]) {
    R::cos_slice(x);
}

/// Computes the hyperbolic tangent from `micromath`'s approximate exponential, for cores without an FPU.
///
/// ```text
/// tanh a = 1 − 2 / (e²ᵃ + 1)
/// ```
///
/// and takes the sign of x. It is a separate function, not a faster build of [`tanh`](tanh()): a network that uses it
/// computes the same bits on every target, but different bits from one that uses `tanh`.
///
/// It was meant to be cheaper on cores without an FPU but is not, because its series divides four times. Instructions
/// per call under QEMU, averaged over arguments from −4 to 4 (programs `tanh` and `tanh_micromath` in `firmware/`):
///
/// | core | this | `tanh` |
/// |---|--:|--:|
/// | Cortex-M0 | 2510 | 1920 |
/// | RV32IMAC | 1910 | 1100 |
/// | Cortex-M4F | 94 | 41 |
///
/// So use `tanh`; this function is for networks that were trained with it elsewhere.
///
/// It computes in binary32: a wider argument is rounded first. The largest error is 3.4 · 10⁻⁴.
///
/// ```
/// use losscape::base::elementary::{tanh, tanh_micromath};
/// let error = tanh_micromath(0.75) - tanh(0.75f32);
/// assert!(error != 0.0 && error.abs() < 3.4e-4);
/// ```
#[cfg(feature = "tanh-micromath")]
#[must_use]
pub fn tanh_micromath<R: Elementary>(x: R) -> R {
    R::tanh_micromath(x)
}
