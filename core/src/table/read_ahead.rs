//! How far a search reads beyond what it finds.
//!
//! To replace every place that a pattern finds takes a search for each. Together they
//! read the text about once, as long as each stops soon after the place that it found.
//! `a.*z|a` does not: for every `a` it reads on to the end, in case a `z` comes, and
//! the work is quadratic in the text.
//!
//! Which kind a pattern is shows in its automaton: behind a state that matches, it is
//! how many steps can be taken until it is dead or matches again. Where these steps can
//! go round in a circle there is no bound.

use alloc::vec::Vec;

use regex_automata::dfa::{Automaton, StartKind, dense};
use regex_automata::nfa::thompson;
use regex_automata::util::primitives::StateID;
use regex_automata::util::start;
use regex_automata::{Anchored, MatchKind};

use super::dense::build;

/// Keyed by states of an automaton, which nobody chooses one by one.
type HashMap<K, V> = hashbrown::HashMap<K, V, foldhash::fast::RandomState>;
type HashSet<K> = hashbrown::HashSet<K, foldhash::fast::RandomState>;

/// Bytes that a search may read beyond a match and count as one that stops soon.
const SOON: u32 = 32;

/// Bytes of one automaton, and of all of a table: the time for them is in proportion.
/// Not among the limits of automata, since those change no decision.
const ONE: usize = 256 << 10;
const ALL: usize = 64 << 20;
/// Bytes up to which what is spent of all leaves room for one.
pub(crate) const AMPLE: usize = ALL - ONE;

/// Whether searches for the pattern of this program, which is not anchored, stop soon
/// after what they find. `false` also where the automaton that would show it is too
/// large, or with those of other patterns, of which so many bytes are `spent`.
pub(crate) fn stops_soon(nfa: &thompson::NFA, spent: &mut usize) -> bool {
    let budget = ONE.min(ALL.saturating_sub(*spent));
    let config = dense::Config::new()
        .start_kind(StartKind::Unanchored)
        .match_kind(MatchKind::LeftmostFirst);
    let Some(dfa) = build(nfa, &config, budget) else {
        *spent += budget;
        return false;
    };
    *spent += dfa.memory_usage();
    longest_way(&dfa).is_some_and(|steps| steps <= SOON)
}

/// The most steps from a matching state to the next one or to where the search ends;
/// `None` where there is no most.
fn longest_way(dfa: &dense::DFA<Vec<u32>>) -> Option<u32> {
    let classes: Vec<u8> = dfa
        .byte_classes()
        .representatives(0..=255)
        .filter_map(|unit| unit.as_u8())
        .collect();
    let next = |state: StateID| classes.iter().map(move |&byte| dfa.next_state(state, byte));

    let mut seen: HashSet<StateID> = HashSet::default();
    let mut open: Vec<StateID> = starts(dfa);
    let mut longest = 0;
    let mut ways: HashMap<StateID, Option<u32>> = HashMap::default();
    while let Some(state) = open.pop() {
        if !seen.insert(state) {
            continue;
        }
        open.extend(next(state));
        if dfa.is_match_state(state) {
            for after in next(state) {
                longest = longest.max(way(dfa, &next, after, &mut ways)?);
            }
        }
    }
    Some(longest)
}

/// Steps from a state until it matches or is dead; `None` where it may never.
///
/// A depth-first search with a stack of its own: `ways` has a state without steps while
/// it is on the stack, so that meeting it again is a circle.
fn way<I: Iterator<Item = StateID>>(
    dfa: &dense::DFA<Vec<u32>>,
    next: &impl Fn(StateID) -> I,
    from: StateID,
    ways: &mut HashMap<StateID, Option<u32>>,
) -> Option<u32> {
    let ends = |state| dfa.is_dead_state(state) || dfa.is_match_state(state);
    if ends(from) {
        return Some(0);
    }
    if let Some(&known) = ways.get(&from) {
        return known;
    }
    ways.insert(from, None);
    let mut stack = Vec::from([(from, next(from), 0)]);
    loop {
        let (state, after, most) = stack.last_mut()?;
        match after.next() {
            Some(one) if ends(one) => *most = (*most).max(1),
            Some(one) => match ways.get(&one) {
                Some(Some(steps)) => *most = (*most).max(steps + 1),
                Some(None) => return None,
                None => {
                    ways.insert(one, None);
                    stack.push((one, next(one), 0));
                }
            },
            None => {
                let (state, most) = (*state, *most);
                ways.insert(state, Some(most));
                stack.pop();
                match stack.last_mut() {
                    Some((.., above)) => *above = (*above).max(most + 1),
                    None => return Some(most),
                }
            }
        }
    }
}

/// Where a search can begin, whatever byte is before.
fn starts(dfa: &dense::DFA<Vec<u32>>) -> Vec<StateID> {
    let before = (0..=255).map(Some).chain([None]);
    let start = |byte| {
        let config = start::Config::new()
            .anchored(Anchored::No)
            .look_behind(byte);
        dfa.start_state(&config).ok()
    };
    before.filter_map(start).collect()
}

#[cfg(test)]
mod tests {
    use regex_automata::nfa::thompson;

    use super::stops_soon;

    #[test]
    fn what_reads_on_is_told_from_what_stops() {
        let stops = |pattern: &str| {
            let config = thompson::Config::new().utf8(false);
            let compiler = &mut thompson::Compiler::new();
            // As the compiler reads patterns: of bytes.
            let mut parser = regex_syntax::ParserBuilder::new();
            let hir = parser.utf8(false).unicode(false).build().parse(pattern);
            let hir = hir.unwrap();
            let nfa = compiler.configure(config).build_from_hir(&hir).unwrap();
            stops_soon(&nfa, &mut 0)
        };
        for pattern in [
            "/",
            "//+",
            "[a-c]+",
            "a|ab",
            "/foo/(.*)",
            "^/a/(.*)$",
            "(b+)(c?)/",
            "x*",
            r"\bv1\b",
            "/([^/]+)/v[0-9]",
            "a(.{20}z)?",
            "",
        ] {
            assert!(stops(pattern), "{pattern}");
        }
        for pattern in ["a.*z|a", "(a|b)*c|a", "a(b*c)?", "a(.{60}z)?", "a+?(x*y)?"] {
            assert!(!stops(pattern), "{pattern}");
        }
    }
}
