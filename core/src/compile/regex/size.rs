//! Programs of patterns, and how large one is: the same on every machine.
//!
//! Whether a program fits its limit decides whether a pattern is refused, and with it what
//! a table is. The compiler of programs counts bytes as it takes them: 32 for a state where
//! pointers have 64 bits, 16 where they have 32. So its own limit is not used. What it
//! would take is bounded by the expression before it is asked, and the program that it
//! gives is then counted as it is where pointers have 64 bits.

use regex_automata::nfa::thompson;
use regex_syntax::hir::{Class, Hir, HirKind};

/// Bytes of one state.
const STATE: u64 = 32;
/// Bytes of a range of bytes of a state, and where it leads to.
const RANGE: u64 = 8;
/// Bytes of a way on without a byte.
const WAY: u64 = 4;
/// Bytes of a group: places of its begin and end, its name.
const GROUP: u64 = 64;

/// Bytes of a program besides these: classes of bytes, which looks there are.
pub(super) const PROGRAM: usize = 512;

/// How many times its limit a program may take while it is made. What ends up in it is
/// less than what is bounded: texts that begin alike share states, some states are
/// dropped.
const SLACK: u64 = 16;

/// The program of expressions and its size; `None` where it is over the limit.
pub(crate) fn program(
    hirs: &[Hir],
    captures: thompson::WhichCaptures,
    limit: usize,
) -> Option<(thompson::NFA, usize)> {
    let limit = u64::try_from(limit).unwrap_or(u64::MAX);
    let all = hirs.iter().map(bound).fold(0, u64::saturating_add);
    if all > limit.saturating_mul(SLACK) {
        return None;
    }
    let config = thompson::Config::new().utf8(false).which_captures(captures);
    let mut compiler = thompson::Compiler::new();
    let nfa = compiler.configure(config).build_many_from_hir(hirs).ok()?;
    let size = size(&nfa);
    let size = usize::try_from(size).ok().filter(|_| size <= limit)?;
    Some((nfa, size))
}

/// Bytes that the program of an expression takes at most while it is made. As deep as the
/// expression is nested, which parsing bounds.
fn bound(hir: &Hir) -> u64 {
    let sum = |parts: &[Hir]| parts.iter().map(bound).fold(0, u64::saturating_add);
    let count = |length: usize| length as u64;
    match hir.kind() {
        HirKind::Empty | HirKind::Look(_) => STATE,
        HirKind::Literal(text) => STATE.saturating_mul(count(text.0.len())),
        HirKind::Class(class) => {
            let ranges = match class {
                Class::Bytes(class) => class.ranges().len(),
                Class::Unicode(class) => class.ranges().len(),
            };
            2 * STATE + RANGE.saturating_mul(count(ranges))
        }
        HirKind::Repetition(repetition) => {
            // One after the other, and around each a choice.
            let times = repetition.max.unwrap_or(repetition.min).max(1);
            let one = bound(&repetition.sub).saturating_add(2 * STATE + 2 * WAY);
            one.saturating_mul(u64::from(times)) + 3 * STATE
        }
        HirKind::Capture(capture) => bound(&capture.sub).saturating_add(2 * STATE + GROUP),
        HirKind::Concat(parts) => sum(parts),
        HirKind::Alternation(parts) => sum(parts)
            .saturating_add(WAY.saturating_mul(count(parts.len())))
            .saturating_add(2 * STATE),
    }
}

/// Bytes of a program.
fn size(nfa: &thompson::NFA) -> u64 {
    let states = nfa.states().iter().map(|state| {
        STATE
            + match state {
                thompson::State::Sparse(sparse) => RANGE * sparse.transitions.len() as u64,
                thompson::State::Dense(_) => WAY * 256,
                thompson::State::Union { alternates } => WAY * alternates.len() as u64,
                _ => 0,
            }
    });
    states.sum::<u64>() + GROUP * nfa.group_info().all_group_len() as u64
}

#[cfg(test)]
mod tests {
    use regex_automata::nfa::thompson::WhichCaptures;

    use super::program;
    use crate::compile::regex::parse;

    #[test]
    fn sizes_are_the_same_everywhere() {
        for (pattern, without, with) in [
            ("", 96, 224),
            ("abc", 192, 320),
            ("[a-cx-z]", 144, 272),
            ("(a|bc|d*)+", 332, 588),
            ("(?:()()a){100}", 3_296, 16_352),
        ] {
            let hir = parse(pattern, false).unwrap();
            let size = |captures| {
                program(core::slice::from_ref(&hir), captures, 1 << 20)
                    .unwrap()
                    .1
            };
            let found = (size(WhichCaptures::None), size(WhichCaptures::All));
            assert_eq!(found, (without, with), "{pattern}");
        }
    }

    #[test]
    fn what_is_over_the_limit_is_given_up_before_it_is_made() {
        let hir = parse("(?:[a-z]{1000}){1000}{1000}{1000}", false).unwrap();
        assert!(program(&[hir], WhichCaptures::None, 64 << 10).is_none());
        let hir = parse("[a-z]{2040}", false).unwrap();
        let fits =
            |limit| program(core::slice::from_ref(&hir), WhichCaptures::None, limit).is_some();
        assert!(fits(64 << 10) && !fits(63 << 10));
    }
}
