//! Chance, supplied by the caller, so that the same input gives the same answer.

/// The random numbers of one decision, each uniform over all of `u64`.
///
/// Draws are taken in a fixed order and only where chance decides: for each stage
/// a delay, an abort, a target; then the mirrors in order. A share of none or all
/// takes no draw, nor does a choice among fewer than two targets with a share, nor one
/// that a hash of the request makes.
///
/// A number is scaled to the sum of the weights, and the first target whose
/// running sum is above it is chosen: with weights 90 and 10, numbers below nine
/// tenths of 2^64 choose the first. 0 chooses the first target with a share.
///
/// ```
/// use fingerpost::Draws;
///
/// let random = 0x9e37_79b9_7f4a_7c15; // from the proxy's own generator
/// let every_draw = Draws::fixed(random);
/// let numbers = [random, 7];
/// let one_after_the_other = Draws::list(&numbers);
/// # let _ = (every_draw, one_after_the_other);
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Draws<'d> {
    kind: Kind<'d>,
}

#[derive(Clone, Copy, Debug)]
enum Kind<'d> {
    Fixed(u64),
    List(&'d [u64]),
}

impl<'d> Draws<'d> {
    /// The same number for every draw.
    pub fn fixed(number: u64) -> Self {
        Self {
            kind: Kind::Fixed(number),
        }
    }

    /// Successive numbers, and 0 after the last.
    pub fn list(numbers: &'d [u64]) -> Self {
        Self {
            kind: Kind::List(numbers),
        }
    }

    pub(crate) fn next(&mut self) -> u64 {
        match &mut self.kind {
            Kind::Fixed(number) => *number,
            Kind::List(numbers) => match numbers.split_first() {
                Some((first, rest)) => {
                    *numbers = rest;
                    *first
                }
                None => 0,
            },
        }
    }

    /// Whether a share of `numerator` in `denominator` is drawn.
    pub(crate) fn share(&mut self, numerator: u32, denominator: u32) -> bool {
        if numerator == 0 {
            return false;
        }
        numerator >= denominator
            || scale(self.next(), u64::from(denominator)) < u64::from(numerator)
    }
}

/// Scales a draw to `0..total` without the bias of a modulo.
pub(crate) fn scale(draw: u64, total: u64) -> u64 {
    ((u128::from(draw) * u128::from(total)) >> 64) as u64
}
