//! The byte format of a network: its shape and its parameters.

use super::{Activation, MAX_LAYERS, Mlp};
use crate::base::blob::{BlobError, Reader, Writer, blob_len, kind};
use crate::base::layout::room;
use crate::{ArgError, Real, Reason};

const VERSION: u16 = 1;
/// The last tag in the table of activations.
const LAST_TAG: u8 = 7;
/// The kind of an activation, and the slope of a leaky ReLU.
const ACTIVATION_BYTES: usize = 5;

/// The byte format is a [`blob`](crate::base::blob) of kind [`NETWORK`](kind::NETWORK), version 1:
///
/// | bytes | contents |
/// |---|---|
/// | 1 | layers + 1 |
/// | 4 each | widths, inputs first |
/// | 5 | hidden activation: 0 identity, 1 ReLU, 2 leaky ReLU, 3 tanh, 4 sigmoid, 5 softplus, 6 GELU, 7 micromath's tanh; slope |
/// | 5 | output activation |
/// | 1 | 1 with biases, 0 without |
/// | 1 | scalar type |
/// | 4 or 8 each | parameters |
///
/// ```
/// use losscape::models::mlp::Mlp;
/// let net = Mlp::new(&[1, 1])?;
/// let mut file = [0; 64];
/// let len = net.write_blob(&[3.0f32, -1.0], &mut file)?;
/// assert_eq!(len, net.blob_len::<f32>());
///
/// let mut params = [0.0f32; 2];
/// assert_eq!(Mlp::read_blob(&file[..len], &mut params)?, net);
/// assert_eq!(params, [3.0, -1.0]);
///
/// file[30] ^= 1;
/// assert!(Mlp::read_blob(&file[..len], &mut params).is_err());
/// # Ok::<(), Box<dyn core::error::Error>>(())
/// ```
impl Mlp {
    /// Returns the length of the network's byte format with parameters of type `R`.
    #[must_use]
    pub const fn blob_len<R: Real>(&self) -> usize {
        let shape = 1 + 4 * (self.layers() + 1) + 2 * ACTIVATION_BYTES + 2;
        blob_len(room([[1, shape], [self.param_len(), R::BYTES]]))
    }

    /// Writes the network with its parameters and returns the length written.
    ///
    /// # Errors
    /// [`BlobError::TooShort`] if `bytes` is too short, [`BlobError::Refused`] naming `params` if they have
    /// the wrong length or are not finite, and naming `slope` if the slope of a leaky ReLU is not above
    /// zero.
    pub fn write_blob<R: Real>(&self, params: &[R], bytes: &mut [u8]) -> Result<usize, BlobError> {
        self.check_slopes()?;
        ArgError::check_len("params", self.param_len(), params.len())?;
        ArgError::check_finite("params", params)?;
        let mut writer = Writer::new(bytes, kind::NETWORK, VERSION);
        // At most MAX_LAYERS + 1.
        writer.u8(u8::try_from(self.widths().len()).unwrap_or(u8::MAX));
        for &width in self.widths() {
            writer.u32(width);
        }
        for activation in [self.hidden(), self.output()] {
            let (tag, slope) = tag(activation);
            writer.u8(tag);
            writer.real(slope);
        }
        writer.u8(u8::from(self.has_bias()));
        writer.scalar_type::<R>();
        writer.reals(params);
        writer.finish()
    }

    /// Reads only the shape of a saved network, so that the caller can make room for its parameters.
    ///
    /// # Errors
    /// [`BlobError`] if the bytes are not one complete network.
    pub fn from_blob(bytes: &[u8]) -> Result<Self, BlobError> {
        let mut reader = Reader::new(bytes, kind::NETWORK, 1..=VERSION)?;
        let net = shape(&mut reader)?;
        let number @ (4 | 8) = usize::from(reader.u8()?) else { return Err(BlobError::Malformed) };
        // Otherwise a short file could request any amount of memory.
        if net.param_len().checked_mul(number) == Some(reader.rest().len()) {
            Ok(net)
        } else {
            Err(BlobError::Malformed)
        }
    }

    /// Reads a network and its parameters.
    ///
    /// # Errors
    /// [`BlobError`] if the bytes are not one complete network, if its parameters have another scalar type
    /// or are not finite, or if `params` has the wrong length; nothing is written then.
    pub fn read_blob<R: Real>(bytes: &[u8], params: &mut [R]) -> Result<Self, BlobError> {
        let mut reader = Reader::new(bytes, kind::NETWORK, 1..=VERSION)?;
        let net = shape(&mut reader)?;
        reader.scalar_type::<R>()?;
        if net.param_len().checked_mul(R::BYTES) != Some(reader.rest().len()) {
            return Err(BlobError::Malformed);
        }
        ArgError::check_len("params", net.param_len(), params.len())?;
        let mut ahead = reader.clone();
        for index in 0..params.len() {
            if !ahead.real::<R>()?.is_finite() {
                return Err(ArgError::new("params", Reason::NotFinite { index }).into());
            }
        }
        reader.reals(params)?;
        reader.finish()?;
        Ok(net)
    }
}

/// Reads everything before the scalar type.
fn shape(reader: &mut Reader<'_>) -> Result<Mlp, BlobError> {
    let count = usize::from(reader.u8()?);
    let mut widths = [0; MAX_LAYERS + 1];
    let widths = widths.get_mut(..count).ok_or(BlobError::Malformed)?;
    for width in widths.iter_mut() {
        *width = reader.u32()? as usize;
    }
    let net = Mlp::new(widths)?.with_hidden(activation(reader)?).with_output(activation(reader)?);
    match reader.u8()? {
        0 => Ok(net.without_bias()),
        1 => Ok(net),
        _ => Err(BlobError::Malformed),
    }
}

pub(super) const fn tag(activation: Activation) -> (u8, f32) {
    match activation {
        Activation::Identity => (0, 0.0),
        #[cfg(feature = "relu")]
        Activation::Relu => (1, 0.0),
        #[cfg(feature = "relu")]
        Activation::LeakyRelu { slope } => (2, slope),
        Activation::Tanh => (3, 0.0),
        #[cfg(feature = "sigmoid")]
        Activation::Sigmoid => (4, 0.0),
        #[cfg(feature = "softplus")]
        Activation::Softplus => (5, 0.0),
        #[cfg(feature = "gelu")]
        Activation::Gelu => (6, 0.0),
        #[cfg(feature = "tanh-micromath")]
        Activation::TanhMicromath => (7, 0.0),
    }
}

fn activation(reader: &mut Reader<'_>) -> Result<Activation, BlobError> {
    let (tag, slope) = (reader.u8()?, reader.real::<f32>()?);
    if tag == 2 {
        ArgError::check_positive("slope", slope)?;
    } else if slope.to_bits() != 0 {
        return Err(BlobError::Malformed);
    }
    match tag {
        0 => Ok(Activation::Identity),
        #[cfg(feature = "relu")]
        1 => Ok(Activation::Relu),
        #[cfg(feature = "relu")]
        2 => Ok(Activation::LeakyRelu { slope }),
        3 => Ok(Activation::Tanh),
        #[cfg(feature = "sigmoid")]
        4 => Ok(Activation::Sigmoid),
        #[cfg(feature = "softplus")]
        5 => Ok(Activation::Softplus),
        #[cfg(feature = "gelu")]
        6 => Ok(Activation::Gelu),
        #[cfg(feature = "tanh-micromath")]
        7 => Ok(Activation::TanhMicromath),
        #[allow(unreachable_patterns, reason = "with all features, every tag is known")]
        1..=LAST_TAG => Err(ArgError::new("activation", Reason::LeftOut).into()),
        _ => Err(BlobError::Malformed),
    }
}

#[cfg(test)]
mod tests {
    extern crate std;
    use std::vec;
    use std::vec::Vec;

    use super::*;

    fn nets() -> Vec<Mlp> {
        let net = Mlp::new(&[3, 4, 2]).expect("a network");
        let all = [
            Activation::Identity,
            Activation::Relu,
            Activation::LeakyRelu { slope: 0.01 },
            Activation::Tanh,
            Activation::Sigmoid,
            Activation::Softplus,
            Activation::Gelu,
            Activation::TanhMicromath,
        ];
        let mut nets: Vec<_> =
            all.iter().flat_map(|&a| [net.with_hidden(a), net.with_output(a).without_bias()]).collect();
        nets.push(Mlp::new(&[1; MAX_LAYERS + 1]).expect("the deepest"));
        nets
    }

    fn file(net: &Mlp) -> (Vec<f64>, Vec<u8>) {
        let params: Vec<f64> = (0u32..).map(|i| f64::from(i) - 2.5).take(net.param_len()).collect();
        let mut bytes = vec![0; net.blob_len::<f64>()];
        assert_eq!(net.write_blob(&params, &mut bytes), Ok(bytes.len()), "the length is told before");
        (params, bytes)
    }

    #[test]
    fn every_shape_comes_back() {
        for net in nets() {
            let (params, bytes) = file(&net);
            let mut back = vec![0.0f64; params.len()];
            assert_eq!(Mlp::read_blob(&bytes, &mut back), Ok(net), "shape");
            assert_eq!(Mlp::from_blob(&bytes), Ok(net), "shape alone");
            assert_eq!(back, params, "parameters");
        }
    }

    #[test]
    fn damage_is_refused_and_nothing_is_written() {
        let (params, bytes) = file(&nets()[4]);
        let untouched = vec![9.0f64; params.len()];
        let refused = |bytes: &[u8]| {
            let mut back = untouched.clone();
            let result = Mlp::read_blob(bytes, &mut back);
            assert_eq!(back, untouched, "written in spite of {result:?}");
            result.expect_err("damaged")
        };
        for len in 0..bytes.len() {
            let _ = refused(&bytes[..len]);
        }
        for bit in 0..8 * bytes.len() {
            let mut flipped = bytes.clone();
            flipped[bit / 8] ^= 1 << (bit % 8);
            let _ = refused(&flipped);
        }
        let mut other = vec![0.0f32; params.len()];
        assert_eq!(
            Mlp::read_blob(&bytes, &mut other),
            Err(BlobError::ScalarType { expected: 4, found: 8 }),
            "another scalar type"
        );
    }

    /// A correct checksum over a network whose millions of parameters are missing.
    #[test]
    fn a_shape_without_its_parameters_is_refused() {
        let mut bytes = [0; blob_len(25)];
        let mut writer = Writer::new(&mut bytes, kind::NETWORK, VERSION);
        writer.u8(2);
        writer.u32(1 << 16);
        writer.u32(1 << 8);
        writer.bytes(&[3, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1]);
        writer.scalar_type::<f32>();
        writer.real(1.0f32);
        assert_eq!(writer.finish(), Ok(bytes.len()), "the layout in the table");
        assert_eq!(Mlp::from_blob(&bytes), Err(BlobError::Malformed), "parameters are missing");
    }

    /// A network that could not be read back is not written.
    #[test]
    fn a_slope_that_is_not_positive_is_not_written() {
        for slope in [0.0, -0.5, f32::NAN, f32::INFINITY] {
            let net = Mlp::new(&[1, 1]).expect("a network").with_output(Activation::LeakyRelu { slope });
            let refused = net.write_blob(&[1.0f32, 2.0], &mut [0; 64]).expect_err("refused");
            let slope_refused =
                |error: ArgError| error.arg == "slope" && matches!(error.reason, Reason::OutOfRange { .. });
            assert!(matches!(refused, BlobError::Refused(error) if slope_refused(error)), "{slope}");
        }
    }

    #[test]
    fn what_is_not_finite_is_neither_written_nor_read() {
        let net = Mlp::new(&[1, 1]).expect("a network");
        let mut bytes = vec![0; net.blob_len::<f32>()];
        let not_finite = BlobError::Refused(ArgError::new("params", Reason::NotFinite { index: 1 }));
        assert_eq!(net.write_blob(&[1.0f32, f32::NAN], &mut bytes), Err(not_finite), "written");
        // The same file written by hand, with a correct checksum.
        let mut writer = Writer::new(&mut bytes, kind::NETWORK, VERSION);
        writer.bytes(&[2, 1, 0, 0, 0, 1, 0, 0, 0, 3, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 4]);
        writer.reals(&[1.0, f32::INFINITY]);
        assert_eq!(writer.finish(), Ok(net.blob_len::<f32>()), "the layout in the table");
        let mut params = [7.0f32; 2];
        assert_eq!(Mlp::read_blob(&bytes, &mut params), Err(not_finite), "read");
        assert_eq!(params, [7.0; 2], "nothing written");
    }
}
