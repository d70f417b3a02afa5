//! Patterns.
//!
//! A dense automaton is written as it is. The other engines have no form in bytes: their
//! pattern is written as text and compiled again by the reader. A build without the
//! compiler of patterns refuses a table that has one, by the pattern.

use alloc::boxed::Box;
use alloc::vec::Vec;

#[cfg(feature = "compile")]
use regex_automata::{
    dfa::onepass,
    nfa::thompson::{self, NFA, WhichCaptures, pikevm::PikeVM},
};

use super::coded::{Coded, Words, coded_structs};
use crate::table::dfa::Dfa;
#[cfg(feature = "compile")]
use crate::table::regex::Source;
use crate::table::regex::{GroupEngine, GroupRegex, Regex};

/// What is written of an automaton: its length in bytes and its bytes, four to a word.
impl Coded for Dfa {
    fn put(&self, words: &mut Vec<u32>) {
        let mut bytes = alloc::vec![0; self.get().write_to_len()];
        // There is as much room as it asked for.
        let written = self.get().write_to_little_endian(&mut bytes);
        debug_assert!(written.is_ok_and(|written| written == bytes.len()));
        let (chunks, _) = bytes.as_chunks();
        words.push(chunks.len() as u32);
        words.extend(chunks.iter().map(|&chunk| u32::from_le_bytes(chunk)));
    }

    fn take(words: &mut Words<'_>) -> Option<Self> {
        let count = u32::take(words)? as usize;
        words.dfa(count)
    }
}

impl Coded for Regex {
    fn put(&self, words: &mut Vec<u32>) {
        match self {
            Self::Dense(dfa) => {
                words.push(0);
                dfa.put(words);
            }
            #[cfg(feature = "compile")]
            Self::OnePass { cache, source, .. } => put_source(words, 1, *cache, source),
            #[cfg(feature = "compile")]
            Self::Pike { cache, source, .. } => put_source(words, 2, *cache, source),
        }
    }

    fn take(words: &mut Words<'_>) -> Option<Self> {
        Some(match u32::take(words)? {
            0 => Self::Dense(Coded::take(words)?),
            #[cfg(feature = "compile")]
            1 => {
                let (cache, source, dfa) = one_pass(words, WhichCaptures::None)?;
                Self::OnePass { dfa, cache, source }
            }
            #[cfg(feature = "compile")]
            2 => {
                let (cache, source, vm) = pike(words, WhichCaptures::None)?;
                Self::Pike { vm, cache, source }
            }
            #[cfg(not(feature = "compile"))]
            1 | 2 => return uncompiled(words),
            _ => return None,
        })
    }
}

coded_structs! {
    GroupRegex { engine, names, groups }
}

impl Coded for GroupEngine {
    fn put(&self, words: &mut Vec<u32>) {
        match self {
            Self::Whole => words.push(0),
            Self::Segments(holes) => {
                words.push(1);
                holes.put(words);
            }
            #[cfg(feature = "compile")]
            Self::OnePass { cache, source, .. } => put_source(words, 2, *cache, source),
            #[cfg(feature = "compile")]
            Self::Pike { id, source, .. } => put_source(words, 3, *id, source),
        }
    }

    fn take(words: &mut Words<'_>) -> Option<Self> {
        Some(match u32::take(words)? {
            0 => Self::Whole,
            1 => Self::Segments(Coded::take(words)?),
            #[cfg(feature = "compile")]
            2 => {
                let (cache, source, dfa) = one_pass(words, WhichCaptures::All)?;
                Self::OnePass { dfa, cache, source }
            }
            #[cfg(feature = "compile")]
            3 => {
                let (id, source, vm) = pike(words, WhichCaptures::All)?;
                Self::Pike { vm, id, source }
            }
            #[cfg(not(feature = "compile"))]
            2 | 3 => return uncompiled(words),
            _ => return None,
        })
    }
}

/// What is written of an engine that has no form in bytes: which it is, the number of its
/// cache, and its pattern.
#[cfg(feature = "compile")]
fn put_source(words: &mut Vec<u32>, engine: u32, number: u32, source: &Source) {
    words.extend([engine, number]);
    source.put(words);
}

/// Reads of one that would have to be compiled what is told of it.
#[cfg(not(feature = "compile"))]
fn uncompiled<T>(words: &mut Words<'_>) -> Option<T> {
    let (_, source) = <(u32, Box<str>)>::take(words)?;
    words.uncompiled = Some(source);
    None
}

/// How deep a pattern may be nested. What the compiler takes is a quarter of that, and
/// writing it makes two of one.
#[cfg(feature = "compile")]
const NESTING: u32 = 400;

/// Bytes of one program, 64 times what the compiler takes unless more is asked for, and
/// of a one-pass automaton, which takes up to four times as many: a search takes time in
/// proportion.
#[cfg(feature = "compile")]
const PROGRAM: usize = 4 << 20;
#[cfg(feature = "compile")]
const ONE_PASS: usize = 4 * PROGRAM;

/// Bytes of the places for groups that a search may need.
#[cfg(feature = "compile")]
const PLACES: usize = 64 << 20;

/// Whether a pattern is written as one that was compiled is: without what
/// stands for many characters, and without a flag but those of assertions. One short
/// escape would else be a class of kilobytes, and the flag `i` takes a millisecond for a
/// class.
#[cfg(feature = "compile")]
fn is_printed(source: &str) -> bool {
    let mut rest = source.as_bytes();
    while let Some((&byte, behind)) = rest.split_first() {
        rest = match (byte, behind) {
            (b'\\', [b'w' | b'W' | b'd' | b'D' | b's' | b'S' | b'p' | b'P', ..]) => return false,
            (b'\\', [_, behind @ ..]) => behind,
            (b'(', [b'?', flags @ ..]) => {
                let is_known = |known: &&[u8]| flags.starts_with(known);
                if ![&b":"[..], b"-u:", b"m:", b"mR:"].iter().any(is_known) {
                    return false;
                }
                flags
            }
            _ => behind,
        };
    }
    true
}

/// The program of a pattern, compiled as it was when the table was.
#[cfg(feature = "compile")]
fn program(words: &mut Words<'_>, source: &str, captures: WhichCaptures) -> Option<NFA> {
    if !is_printed(source) {
        return None;
    }
    let mut parser = regex_syntax::ParserBuilder::new()
        .utf8(false)
        .nest_limit(NESTING)
        .build();
    let hir = parser.parse(source).ok()?;
    let config = thompson::Config::new()
        .utf8(false)
        .which_captures(captures)
        .nfa_size_limit(Some(words.room.min(PROGRAM)));
    let mut compiler = thompson::Compiler::new();
    let nfa = compiler.configure(config).build_from_hir(&hir).ok()?;
    words.room = words.room.checked_sub(nfa.memory_usage())?;
    Some(nfa)
}

/// The number, the pattern and the engine of a PikeVM, whose cache has a place for each
/// group in each state.
#[cfg(feature = "compile")]
fn pike(words: &mut Words<'_>, captures: WhichCaptures) -> Option<(u32, Source, PikeVM)> {
    let (number, source) = <(u32, Source)>::take(words)?;
    let nfa = program(words, &source, captures)?;
    let places = nfa
        .states()
        .len()
        .checked_mul(nfa.group_info().slot_len())?;
    let bytes = places.checked_mul(2 * size_of::<usize>())?;
    let vm = (bytes <= PLACES).then(|| PikeVM::new_from_nfa(nfa).ok())??;
    Some((number, source, vm))
}

/// The same of a one-pass automaton.
#[cfg(feature = "compile")]
fn one_pass(
    words: &mut Words<'_>,
    captures: WhichCaptures,
) -> Option<(u32, Source, Box<onepass::DFA>)> {
    let (number, source) = <(u32, Source)>::take(words)?;
    let nfa = program(words, &source, captures)?;
    let config = onepass::Config::new().size_limit(Some(words.room.min(ONE_PASS)));
    let mut builder = onepass::Builder::new();
    let dfa = builder.configure(config).build_from_nfa(nfa).ok()?;
    words.room = words.room.checked_sub(dfa.memory_usage())?;
    Some((number, source, Box::new(dfa)))
}
