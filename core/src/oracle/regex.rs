//! Regular expressions, run on the plainest engine there is.

use alloc::borrow::ToOwned;
use alloc::collections::{BTreeMap, BTreeSet};
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::cell::RefCell;
use core::ops::Range;

use regex_automata::nfa::thompson::{self, pikevm::PikeVM};
use regex_automata::util::{captures::Captures, syntax};
use regex_automata::{Anchored, Input, MatchKind};
use regex_syntax::hir::{Hir, HirKind};

/// Where a match must begin and end.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(super) enum Anchor {
    /// At both ends of the text.
    Whole,
    /// At the beginning.
    Start,
    /// Nowhere in particular.
    Anywhere,
}

/// What a group or hole took.
#[derive(Clone, Debug)]
pub(super) struct Capture {
    /// Its name, or its number in decimal.
    pub(super) name: String,
    /// Its number; a hole has none.
    pub(super) number: Option<usize>,
    pub(super) value: Vec<u8>,
}

type Key = (String, Anchor, bool);

/// Compiled patterns by their texts.
#[derive(Default)]
pub(super) struct Regexes {
    compiled: RefCell<BTreeMap<Key, Option<PikeVM>>>,
}

impl Regexes {
    pub(super) fn is_match(
        &self,
        pattern: &str,
        anchor: Anchor,
        ignore_case: bool,
        text: &[u8],
    ) -> bool {
        self.find(pattern, anchor, ignore_case, text, 0).is_some()
    }

    /// Whether a text is a pattern at all.
    pub(super) fn is_pattern(&self, pattern: &str, anchor: Anchor, ignore_case: bool) -> bool {
        let mut compiled = self.compiled.borrow_mut();
        compiled
            .entry((pattern.to_owned(), anchor, ignore_case))
            .or_insert_with(|| compile(pattern, anchor, ignore_case))
            .is_some()
    }

    /// The first match from an offset on: where it lies, and its groups. A group
    /// without a name goes by its number; one that took no part is left out.
    pub(super) fn find(
        &self,
        pattern: &str,
        anchor: Anchor,
        ignore_case: bool,
        text: &[u8],
        from: usize,
    ) -> Option<(Range<usize>, Vec<Capture>)> {
        let mut compiled = self.compiled.borrow_mut();
        let regex = compiled
            .entry((pattern.to_owned(), anchor, ignore_case))
            .or_insert_with(|| compile(pattern, anchor, ignore_case))
            .as_ref()?;
        let mut cache = regex.create_cache();
        let info = regex.get_nfa().group_info();
        let mut found = Captures::all(info.clone());
        let input = Input::new(text).range(from..).anchored(match anchor {
            Anchor::Anywhere => Anchored::No,
            Anchor::Whole | Anchor::Start => Anchored::Yes,
        });
        regex.captures(&mut cache, input, &mut found);
        let whole = found.get_match()?.range();
        let names = info.pattern_names(regex_automata::PatternID::ZERO);
        let groups = names.enumerate().filter_map(|(index, name)| {
            Some(Capture {
                name: name.map_or_else(|| index.to_string(), ToOwned::to_owned),
                number: Some(index),
                value: text[found.get_group(index)?.range()].to_vec(),
            })
        });
        Some((whole, groups.collect()))
    }
}

/// SPEC: `PathMatch::Regex`, `ValueMatch::Regex`: on bytes, never taken for UTF-8,
/// so that classes are ASCII and the dot takes any byte but a line feed.
fn compile(pattern: &str, anchor: Anchor, ignore_case: bool) -> Option<PikeVM> {
    let whole = match anchor {
        Anchor::Whole => format!(r"\A(?:{pattern})\z"),
        Anchor::Start | Anchor::Anywhere => pattern.to_owned(),
    };
    let syntax = syntax::Config::new()
        .unicode(false)
        .utf8(false)
        .case_insensitive(ignore_case);
    PikeVM::builder()
        .syntax(syntax)
        .thompson(thompson::Config::new().utf8(false))
        .build(&whole)
        .ok()
}

/// Bytes that everything begins with which a pattern matches.
///
/// SPEC: docs/precedence.md, Specific: assertions count as holding, and 256 bytes at
/// most.
pub(super) fn literal_prefix(pattern: &str) -> usize {
    use regex_automata::dfa::{Automaton, StartKind, dense};
    use regex_automata::util::start;
    let syntax = syntax::Config::new().unicode(false).utf8(false);
    let nfa = syntax::parse_with(pattern, &syntax).ok().and_then(|hir| {
        let config = thompson::Config::new().utf8(false);
        let mut compiler = thompson::Compiler::new();
        let hir = without_assertions(&hir);
        compiler.configure(config).build_from_hir(&hir).ok()
    });
    let dfa = nfa.and_then(|nfa| {
        let config = dense::Config::new()
            .match_kind(MatchKind::All)
            .start_kind(StartKind::Anchored);
        dense::Builder::new()
            .configure(config)
            .build_from_nfa(&nfa)
            .ok()
    });
    let Some(dfa) = dfa else {
        return 0;
    };
    // Whether any match can follow.
    let leads_on = |from| {
        let mut seen = BTreeSet::from([from]);
        let mut left = Vec::from([from]);
        while let Some(state) = left.pop() {
            if dfa.is_match_state(dfa.next_eoi_state(state)) {
                return true;
            }
            let next = (0..=u8::MAX).map(|byte| dfa.next_state(state, byte));
            left.extend(next.filter(|next| seen.insert(*next)));
        }
        false
    };
    let config = start::Config::new().anchored(Anchored::Yes);
    let Ok(mut state) = dfa.start_state(&config) else {
        return 0;
    };
    let mut length = 0;
    loop {
        // An automaton says one step later that it matched.
        if length == 256 || dfa.is_match_state(dfa.next_eoi_state(state)) {
            return length;
        }
        let goes_on = |byte: &u8| leads_on(dfa.next_state(state, *byte));
        let mut next = (0..=u8::MAX).filter(goes_on);
        let (Some(byte), None) = (next.next(), next.next()) else {
            return length;
        };
        state = dfa.next_state(state, byte);
        length += 1;
    }
}

/// An expression without its assertions.
fn without_assertions(hir: &Hir) -> Hir {
    let all = |parts: &[Hir]| parts.iter().map(without_assertions).collect();
    match hir.kind() {
        HirKind::Look(_) => Hir::empty(),
        HirKind::Capture(capture) => without_assertions(&capture.sub),
        HirKind::Concat(parts) => Hir::concat(all(parts)),
        HirKind::Alternation(parts) => Hir::alternation(all(parts)),
        HirKind::Repetition(repetition) => {
            let sub = without_assertions(&repetition.sub);
            Hir::repetition(repetition.with(sub))
        }
        HirKind::Empty | HirKind::Literal(_) | HirKind::Class(_) => hir.clone(),
    }
}
