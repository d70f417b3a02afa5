//! The text that every path begins with which an expression takes, as it counts for
//! [`Precedence::Specific`](crate::model::Precedence::Specific).
//!
//! It is a property of what is taken, not of how that is written: `/a(b|bc)` and
//! `/abc?` count alike. So it is read off the program, by following it as long as one
//! byte alone leads on. Assertions (`^`, `\b`) count as holding: what they exclude
//! is in no relation to how much text an expression states.
//!
//! # Complexity
//!
//! [`MOST`] times the size of the program, which has a limit.

use alloc::vec::Vec;

use regex_automata::nfa::thompson::{NFA, State};
use regex_automata::util::primitives::StateID;

/// Bytes that count at most.
const MOST: u32 = 256;

/// Length of the text that everything begins with which a program takes from its
/// anchored start, [`MOST`] bytes at most; 0 where it takes nothing.
pub(crate) fn common_prefix(nfa: &NFA) -> u32 {
    let useful = useful(nfa);
    let mut states = Closure::new(nfa);
    states.add(nfa, nfa.start_anchored());
    let mut length = 0;
    while length < MOST {
        let mut only: Option<u8> = None;
        let mut next = Vec::new();
        for &id in &states.members {
            let state = nfa.state(id);
            if matches!(state, State::Match { .. }) {
                return length;
            }
            for (range, to) in transitions(state) {
                if useful.get(to.as_usize()) != Some(&true) {
                    continue;
                }
                if range.0 != range.1 || only.is_some_and(|byte| byte != range.0) {
                    return length;
                }
                only = Some(range.0);
                next.push(to);
            }
        }
        if only.is_none() {
            return length;
        }
        states.clear();
        next.into_iter().for_each(|id| states.add(nfa, id));
        length += 1;
    }
    length
}

/// The states that a program can be in at one place.
struct Closure {
    members: Vec<StateID>,
    is_member: Vec<bool>,
}

impl Closure {
    fn new(nfa: &NFA) -> Self {
        Self {
            members: Vec::new(),
            is_member: alloc::vec![false; nfa.states().len()],
        }
    }

    /// Adds a state and what it leads to without a byte.
    fn add(&mut self, nfa: &NFA, id: StateID) {
        let mut left = Vec::from([id]);
        while let Some(id) = left.pop() {
            match self.is_member.get_mut(id.as_usize()) {
                Some(is_member) if !*is_member => *is_member = true,
                _ => continue,
            }
            self.members.push(id);
            each_jump(nfa.state(id), |to| left.push(to));
        }
    }

    fn clear(&mut self) {
        for id in self.members.drain(..) {
            if let Some(is_member) = self.is_member.get_mut(id.as_usize()) {
                *is_member = false;
            }
        }
    }
}

/// Which states lead to a match.
fn useful(nfa: &NFA) -> Vec<bool> {
    let mut edges: Vec<(StateID, StateID)> = Vec::new();
    let mut useful = alloc::vec![false; nfa.states().len()];
    let mut left = Vec::new();
    for (index, state) in nfa.states().iter().enumerate() {
        let Ok(from) = StateID::new(index) else {
            continue;
        };
        if matches!(state, State::Match { .. }) {
            left.push(from);
        }
        each_jump(state, |to| edges.push((to, from)));
        edges.extend(transitions(state).map(|(_, to)| (to, from)));
    }
    edges.sort_unstable();
    while let Some(id) = left.pop() {
        match useful.get_mut(id.as_usize()) {
            Some(is_useful) if !*is_useful => *is_useful = true,
            _ => continue,
        }
        let first = edges.partition_point(|&(to, _)| to < id);
        let of_it = edges.iter().skip(first).take_while(|&&(to, _)| to == id);
        left.extend(of_it.map(|&(_, from)| from));
    }
    useful
}

/// What a state leads to without a byte.
fn each_jump(state: &State, mut jump: impl FnMut(StateID)) {
    match *state {
        State::Look { next, .. } | State::Capture { next, .. } => jump(next),
        State::Union { ref alternates } => alternates.iter().for_each(|&to| jump(to)),
        State::BinaryUnion { alt1, alt2 } => {
            jump(alt1);
            jump(alt2);
        }
        State::ByteRange { .. }
        | State::Sparse(_)
        | State::Dense(_)
        | State::Fail
        | State::Match { .. } => {}
    }
}

/// The bytes, first and last, that a state takes, and where they lead.
fn transitions(state: &State) -> impl Iterator<Item = ((u8, u8), StateID)> + '_ {
    let (one, sparse, dense) = match state {
        State::ByteRange { trans } => (Some(trans), &[][..], None),
        State::Sparse(sparse) => (None, &*sparse.transitions, None),
        State::Dense(dense) => (None, &[][..], Some(dense)),
        _ => (None, &[][..], None),
    };
    let ranges = one.into_iter().chain(sparse);
    let ranges = ranges.map(|trans| ((trans.start, trans.end), trans.next));
    let dense = dense.into_iter().flat_map(|dense| {
        let of_byte = |byte| Some(((byte, byte), dense.matches_byte(byte)?));
        (0..=u8::MAX).filter_map(of_byte)
    });
    ranges.chain(dense)
}

#[cfg(test)]
mod tests {
    use super::super::parse;
    use super::*;
    use regex_automata::nfa::thompson::Compiler;

    #[test]
    fn what_everything_begins_with_is_counted_however_it_is_written() {
        for (pattern, length) in [
            ("", 0),
            ("/a", 2),
            ("/a/.*", 3),
            ("/a/b|/a/cd", 3),
            ("/(?:ab|ac)d", 2),
            ("/abc?", 3),
            ("/a(b|bc)", 3),
            ("/a?a", 2),
            ("/a*ab", 2),
            ("/[a]b", 3),
            ("/(?i)1a", 2),
            ("a{3}b", 4),
            ("a{2,}", 2),
            ("(?:ab|ab)c", 3),
            (r"/a\b/bcd", 6),
            (r"^/\B(?m:^)a$", 2),
            (r"(?:\b|/)a", 0),
            (r"(?:\b|$)/a", 2),
            ("a|", 0),
            (r"a[^\x00-\xff]", 0),
            (r"ab|ac[^\x00-\xff]", 2),
            (r"(?:ab[^\x00-\xff]|a)d", 2),
            ("a{300}", MOST),
        ] {
            let nfa = Compiler::new()
                .build_from_hir(&parse(pattern, false).unwrap())
                .unwrap();
            assert_eq!(common_prefix(&nfa), length, "{pattern}");
        }
    }
}
