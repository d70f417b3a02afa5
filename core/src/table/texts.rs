//! Texts within a value: which prefixes, suffixes and contained texts it has.
//!
//! # Shape
//!
//! Three Aho-Corasick automata, walked byte by byte:
//!
//! * prefixes, from the first byte on, until no prefix goes on;
//! * suffixes, written backwards, from the last byte on likewise;
//! * contained texts, over the whole value.
//!
//! # Complexity
//!
//! Walking the first two meets each test at most once. The third meets a state with
//! the texts that end there as often as the value leads to it: `aaa…` has every one of
//! `a`, `aa`, `aaa`… at each of its bytes. A state that was met a short while ago is
//! passed over, since its texts are marked already; so what a value costs is a step for
//! each byte, and the texts of a state again only after many other states.

use alloc::borrow::Cow;
use alloc::vec::Vec;

use aho_corasick::automaton::{Automaton, StateID};
use aho_corasick::nfa::{contiguous, noncontiguous};
use aho_corasick::{Anchored, StartKind, dfa};

use super::predicate::{Literal, ValueTest};
use super::text::Text;

/// The texts of a slot, all with regard to case or all without.
#[derive(Clone, Debug, Default)]
pub(crate) struct Texts {
    pub(crate) prefixes: Option<TextSet>,
    /// Each backwards.
    pub(crate) suffixes: Option<TextSet>,
    pub(crate) contained: Option<TextSet>,
}

/// Texts, and the marks of the tests that ask for them.
#[derive(Clone, Debug)]
pub(crate) struct TextSet {
    pub(crate) search: Search,
    /// By the automaton's number of the text.
    pub(crate) marks: Vec<u32>,
    /// Bytes, as many as there are where pointers have 64 bits: what fits a budget is the
    /// same on every machine.
    pub(crate) weight: usize,
}

/// Where a text must stand in a value.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Place {
    Start,
    End,
    Anywhere,
}

impl Place {
    pub(crate) const ALL: [Self; 3] = [Self::Start, Self::End, Self::Anywhere];

    /// A text as its automaton has it.
    pub(crate) fn key(self, text: &[u8]) -> Cow<'_, [u8]> {
        match self {
            Self::End => Cow::Owned(text.iter().rev().copied().collect()),
            Self::Start | Self::Anywhere => Cow::Borrowed(text),
        }
    }
}

/// The text that a test asks for, where it must stand in this place, with regard to case
/// or without.
pub(crate) fn text_of(test: &ValueTest, (place, fold): (Place, bool)) -> Option<Text> {
    let (found, literal): (Place, &Literal) = match test {
        ValueTest::Prefix(literal) => (Place::Start, literal),
        ValueTest::Suffix(literal) => (Place::End, literal),
        ValueTest::Contains { literal, .. } => (Place::Anywhere, literal),
        _ => return None,
    };
    (found == place && literal.fold == fold).then_some(literal.text)
}

/// A few texts are found in half the time by the larger automaton.
#[derive(Clone, Debug)]
pub(crate) enum Search {
    Small(dfa::DFA),
    Large(contiguous::NFA),
}

/// Texts of which the larger and faster automaton is made.
pub(crate) const SMALL: usize = 100;

/// The first state of an automaton of texts that may end one; those before are for what
/// is not found.
const FIRST_ENDING: usize = 2;

/// States that are remembered: a power of two.
const RECENT: usize = 64;

impl Texts {
    /// The set of the texts that must stand in a place.
    pub(crate) fn of_mut(&mut self, place: Place) -> &mut Option<TextSet> {
        match place {
            Place::Start => &mut self.prefixes,
            Place::End => &mut self.suffixes,
            Place::Anywhere => &mut self.contained,
        }
    }

    /// Calls `mark` with the mark of every text that `value` has where it must be, some
    /// of them more than once.
    pub(crate) fn run(&self, value: &[u8], mark: &mut impl FnMut(u32)) {
        if let Some(set) = &self.prefixes {
            set.run(Anchored::Yes, value.iter().copied(), mark);
        }
        if let Some(set) = &self.suffixes {
            set.run(Anchored::Yes, value.iter().rev().copied(), mark);
        }
        if let Some(set) = &self.contained {
            set.run(Anchored::No, value.iter().copied(), mark);
        }
    }

    pub(crate) fn bytes(&self) -> usize {
        let sets = [&self.prefixes, &self.suffixes, &self.contained];
        sets.into_iter().flatten().map(TextSet::bytes).sum()
    }
}

impl TextSet {
    /// Of the [keys](Place::key) of texts, and the mark of each; `None` where they are
    /// more than an automaton can number.
    pub(crate) fn new(
        keys: &[Cow<'_, [u8]>],
        marks: Vec<u32>,
        (place, fold): (Place, bool),
    ) -> Option<Self> {
        let nfa = noncontiguous::NFA::builder()
            .ascii_case_insensitive(fold)
            // Walking has no use for what finds places to begin at, and which one there
            // is depends on the machine.
            .prefilter(false)
            .build(keys)
            .ok()?;
        let start_kind = match place {
            Place::Anywhere => StartKind::Unanchored,
            Place::Start | Place::End => StartKind::Anchored,
        };
        let search = match keys.len() <= SMALL {
            true => dfa::DFA::builder()
                .start_kind(start_kind)
                .build_from_noncontiguous(&nfa)
                .map(Search::Small),
            false => contiguous::NFA::builder()
                .build_from_noncontiguous(&nfa)
                .map(Search::Large),
        };
        let search = search.ok()?;
        let weight = match &search {
            // Its states that end texts are the first ones, and have a list each.
            Search::Small(_) => {
                let ids = (FIRST_ENDING..).map_while(|id| StateID::new(id).ok());
                let lists = ids.take_while(|&id| nfa.is_match(id)).count();
                search.bytes() + lists * 24_usize.saturating_sub(size_of::<Vec<u32>>())
            }
            Search::Large(_) => search.bytes(),
        };
        let weight = weight + marks.len() * 4;
        Some(Self {
            search,
            marks,
            weight,
        })
    }

    fn run(&self, anchored: Anchored, bytes: impl Iterator<Item = u8>, mark: &mut impl FnMut(u32)) {
        let mut met = |pattern: usize| {
            if let Some(&number) = self.marks.get(pattern) {
                mark(number);
            }
        };
        match &self.search {
            Search::Small(dfa) => walk(dfa, anchored, bytes, &mut met),
            Search::Large(nfa) => walk(nfa, anchored, bytes, &mut met),
        }
    }

    pub(crate) fn bytes(&self) -> usize {
        self.search.bytes() + self.marks.len() * 4
    }
}

impl Search {
    fn bytes(&self) -> usize {
        match self {
            Self::Small(dfa) => dfa.memory_usage(),
            Self::Large(nfa) => nfa.memory_usage(),
        }
    }
}

fn walk<A: Automaton>(
    automaton: &A,
    anchored: Anchored,
    bytes: impl Iterator<Item = u8>,
    met: &mut impl FnMut(usize),
) {
    // An error would mean that the automaton was made for searches of another kind.
    let Ok(mut state) = automaton.start_state(anchored) else {
        return;
    };
    let mut recent: [Option<StateID>; RECENT] = [None; RECENT];
    let mut meet = |state: StateID| {
        let Some(slot) = recent.get_mut(state.as_usize() % RECENT) else {
            return;
        };
        if slot.replace(state) != Some(state) {
            for at in 0..automaton.match_len(state) {
                met(automaton.match_pattern(state, at).as_usize());
            }
        }
    };
    // The empty text.
    if automaton.is_match(state) {
        meet(state);
    }
    for byte in bytes {
        state = automaton.next_state(anchored, state, byte);
        if automaton.is_special(state) {
            if automaton.is_dead(state) {
                return;
            }
            if automaton.is_match(state) {
                meet(state);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use alloc::collections::BTreeSet;
    use alloc::string::String;

    use super::*;

    fn sets(texts: &[String]) -> [TextSet; 2] {
        let nfa = noncontiguous::NFA::new(texts).unwrap();
        let dfa = dfa::DFA::builder()
            .start_kind(StartKind::Unanchored)
            .build_from_noncontiguous(&nfa);
        let contiguous = contiguous::NFA::builder().build_from_noncontiguous(&nfa);
        let searches = [
            Search::Small(dfa.unwrap()),
            Search::Large(contiguous.unwrap()),
        ];
        searches.map(|search| TextSet {
            search,
            marks: (0..texts.len() as u32).collect(),
            weight: 0,
        })
    }

    /// Marks of the texts within a value, and how often one was marked.
    fn run(set: &TextSet, value: &str) -> (BTreeSet<u32>, usize) {
        let (mut marks, mut count) = (BTreeSet::new(), 0);
        set.run(Anchored::No, value.bytes(), &mut |mark| {
            marks.insert(mark);
            count += 1;
        });
        (marks, count)
    }

    /// The nth word over `a` and `b`, shortest first.
    fn word(nth: u32) -> String {
        let bits = 31 - (nth + 1).leading_zeros();
        (0..bits)
            .map(|bit| if (nth + 1) >> bit & 1 == 1 { 'b' } else { 'a' })
            .collect()
    }

    #[test]
    fn what_is_contained_is_marked_and_nothing_else() {
        // All words of up to seven letters are many more than are remembered.
        let texts: Vec<String> = (0..255).map(word).collect();
        for set in sets(&texts) {
            for nth in (0..60_000).step_by(17) {
                let value = word(nth);
                let wanted: BTreeSet<u32> = (0..)
                    .zip(&texts)
                    .filter(|(_, text)| value.contains(text.as_str()))
                    .map(|(mark, _)| mark)
                    .collect();
                assert_eq!(run(&set, &value).0, wanted, "{value}");
            }
        }
    }

    #[test]
    fn texts_within_each_other_are_not_marked_at_every_byte() {
        let texts: Vec<String> = (1..500).map(|length| "ab".repeat(length)).collect();
        for set in sets(&texts) {
            let (marks, count) = run(&set, &"ab".repeat(50_000));
            assert_eq!(marks.len(), texts.len());
            // Once for each state on the way to the longest text.
            assert!(count <= 500 * 500, "{count}");
        }
    }
}
