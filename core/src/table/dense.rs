//! Dense automata that are built or given up alike on every machine.
//!
//! Whether an automaton fits its budget decides which engine a pattern gets, and with it
//! what a snapshot holds. An automaton's own size is the same everywhere, but what building
//! it may take is not: for each state there are two pointers with lengths, which
//! are twice as large where pointers have 64 bits. Here it is counted everywhere as it is
//! there, so that the same patterns under the same limits give the same bytes.

use alloc::vec;
use alloc::vec::Vec;

use regex_automata::dfa::dense;
use regex_automata::nfa::thompson;

/// Bytes that each of the two references to a state takes on a machine of 64 bits more
/// than on this one.
const MISSING: usize = 16_usize.saturating_sub(size_of::<&[u8]>());

/// The automaton of a program, where it takes no more than `budget` bytes, and building
/// it no more than four times as many.
pub(crate) fn build(
    nfa: &thompson::NFA,
    config: &dense::Config,
    budget: usize,
) -> Option<dense::DFA<Vec<u32>>> {
    let within = |room| {
        let config = config
            .clone()
            .dfa_size_limit(Some(budget))
            .determinize_size_limit(Some(room));
        let mut builder = dense::Builder::new();
        builder.configure(config).build_from_nfa(nfa).ok()
    };
    let room = budget.saturating_mul(4);
    if MISSING == 0 {
        return within(room);
    }
    // What is missing is less than what is counted, so twice that is not reached.
    if let Some(dfa) = within(room / 2) {
        return Some(dfa);
    }
    // What is missing goes with the number of states, which is known afterwards.
    let states = states(&within(room)?)?;
    let missing = states.checked_mul(2)?.checked_sub(1)? * MISSING;
    within(room.checked_sub(missing)?)
}

/// How many states an automaton has. It does not tell, but writes it.
fn states(dfa: &dense::DFA<Vec<u32>>) -> Option<usize> {
    /// Bytes before it: label, byte order, version, a word that is not used, flags.
    const BEFORE: usize = 32 + 4 * size_of::<u32>();
    let mut bytes = vec![0; dfa.write_to_len()];
    dfa.write_to_little_endian(&mut bytes).ok()?;
    let (_, rest) = bytes.split_at_checked(BEFORE)?;
    usize::try_from(u32::from_le_bytes(*rest.first_chunk()?)).ok()
}

#[cfg(test)]
mod tests {
    use alloc::format;

    use regex_automata::dfa::{StartKind, dense};
    use regex_automata::nfa::thompson;

    use super::{build, states};

    #[test]
    fn states_are_as_many_as_the_automaton_says() {
        for pattern in ["", "a", "[ab]*a[ab]{3}", "(?m)^x|y$", "a{40}"] {
            let nfa = thompson::NFA::new(pattern).unwrap();
            for kind in [StartKind::Anchored, StartKind::Both] {
                let config = dense::Config::new().start_kind(kind);
                let dfa = build(&nfa, &config, 1 << 20).unwrap();
                let said = format!("state length: {}\n", states(&dfa).unwrap());
                assert!(format!("{dfa:?}").contains(&said), "{pattern}: {said}");
            }
        }
    }

    /// Budgets under which an automaton just fits, which are the same on every machine: one
    /// for its own size, one for what building it takes.
    #[test]
    fn what_fits_is_the_same_everywhere() {
        for (pattern, least) in [("[ab]*a[ab]{6}", 8_340), ("(?:[ab]{0,7}b){2}", 6_900)] {
            let nfa = thompson::NFA::new(pattern).unwrap();
            let config = dense::Config::new().start_kind(StartKind::Anchored);
            let fits = |budget| build(&nfa, &config, budget).is_some();
            let (mut below, mut above) = (0_usize, 64 << 10);
            while above - below > 1 {
                let middle = below.midpoint(above);
                *(if fits(middle) { &mut above } else { &mut below }) = middle;
            }
            assert_eq!(above, least, "{pattern}");
        }
    }
}
