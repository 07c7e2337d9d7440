//! How a workspace is divided.

use crate::{ArgError, Reason};

/// Takes the first `len` elements off what is left of a workspace.
///
/// # Errors
/// [`ArgError`] naming `workspace` if there are fewer; nothing is taken then.
pub(super) fn take<'a, R>(rest: &mut &'a mut [R], len: usize) -> Result<&'a mut [R], ArgError> {
    let found = rest.len();
    rest.split_off_mut(..len)
        .ok_or_else(|| ArgError::new("workspace", Reason::TooShort { needed: len, found }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_one_after_the_other() {
        let rest = &mut [1, 2, 3, 4, 5][..];
        let mut rest = rest;
        assert_eq!(take(&mut rest, 2), Ok(&mut [1, 2][..]));
        let short = ArgError::new("workspace", Reason::TooShort { needed: 4, found: 3 });
        assert_eq!(take(&mut rest, 4), Err(short));
        assert_eq!((take(&mut rest, 1), rest), (Ok(&mut [3][..]), &mut [4, 5][..]));
    }
}
