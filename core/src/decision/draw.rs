//! Chance, supplied by the caller, so that the same input gives the same answer.

use crate::matcher::request::Request;

/// The random numbers of one decision, each uniform over all of `u64`.
///
/// Draws are taken in a fixed order and only where chance decides: for each stage
/// a delay, an abort, a target; then the mirrors in order. A share of none or all
/// takes no draw, nor does a choice among fewer than two targets with a share, nor one
/// that a hash of the request makes.
///
/// Before all of these stands the number of the request, which predicates on a
/// fraction go by: the request's [own](crate::Request::with_random), or the draws'. It
/// is of the whole request, so that rules that share a fraction see the same; it is
/// the first of a list, which is not used up by it.
///
/// In a proxy, take [`Draws::seeded`] with one random number a request. The other two
/// are for tests, and for callers with a generator of their own: with
/// [`Draws::fixed`], what chance decides hangs together, so that of the requests that
/// a fraction of a tenth lets in all go to the first of two equal targets.
///
/// A number is scaled to the sum of the weights, and the first target whose
/// running sum is above it is chosen: with weights 90 and 10, numbers below nine
/// tenths of 2^64 choose the first. 0 chooses the first target with a share.
///
/// ```
/// use fingerpost::Draws;
///
/// let random = 0x9e37_79b9_7f4a_7c15; // from the proxy's own generator
/// let independent = Draws::seeded(random);
/// let all_the_same = Draws::fixed(0);
/// let one_after_the_other = Draws::list(&[7, u64::MAX]);
/// # let _ = (independent, all_the_same, one_after_the_other);
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Draws<'d> {
    kind: Kind<'d>,
}

#[derive(Clone, Copy, Debug)]
enum Kind<'d> {
    Seeded(u64),
    Fixed(u64),
    List(&'d [u64]),
}

impl<'d> Draws<'d> {
    /// A number for each draw that tells nothing of the others, all from this one.
    ///
    /// They are those of SplitMix64 (Steele, Lea, Flood: Fast splittable pseudorandom
    /// number generators, 2014), and will stay so: the same seed gives the same
    /// decision in every version.
    pub fn seeded(seed: u64) -> Self {
        Self {
            kind: Kind::Seeded(seed),
        }
    }

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

    /// The request, with a number of these draws where it has none of its own.
    pub(crate) fn numbered<'r>(self, request: Request<'r>) -> Request<'r> {
        match request.random() {
            Some(_) => request,
            None => request.with_random(self.of_request()),
        }
    }

    fn of_request(mut self) -> u64 {
        match self.kind {
            // Another start than that of the draws, so that it is none of them.
            Kind::Seeded(seed) => mixed(!seed),
            Kind::Fixed(_) | Kind::List(_) => self.next(),
        }
    }

    pub(crate) fn next(&mut self) -> u64 {
        match &mut self.kind {
            Kind::Seeded(state) => {
                *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
                mixed(*state)
            }
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

/// The finalizer of SplitMix64.
fn mixed(state: u64) -> u64 {
    let state = (state ^ (state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let state = (state ^ (state >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    state ^ (state >> 31)
}

/// Scales a draw to `0..total` without the bias of a modulo.
pub(crate) fn scale(draw: u64, total: u64) -> u64 {
    ((u128::from(draw) * u128::from(total)) >> 64) as u64
}

#[cfg(test)]
mod tests {
    use super::{Draws, scale};

    #[test]
    fn seeded_numbers_are_those_of_splitmix64() {
        // The first three of the generator's reference implementation with this seed.
        let mut draws = Draws::seeded(1_234_567);
        let numbers = [draws.next(), draws.next(), draws.next()];
        let expected = [
            6_457_827_717_110_365_317,
            3_203_168_211_198_807_973,
            9_817_491_932_198_370_423,
        ];
        assert_eq!(numbers, expected);
    }

    #[test]
    fn what_a_seed_draws_does_not_hang_together() {
        // Of those in a share of a tenth, half draw the first of two.
        let (mut shared, mut first) = (0, 0);
        for seed in 0..20_000 {
            let mut draws = Draws::seeded(seed);
            if scale(draws.of_request(), 10) == 0 {
                shared += 1;
                first += usize::from(scale(draws.next(), 2) == 0);
            }
        }
        assert!((1_800..2_200).contains(&shared), "{shared}");
        assert!((800..1_200).contains(&first), "{first} of {shared}");
    }
}
