//! Tests of values: see `table/value.rs` for what each means.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

use super::regex::{Anchor, Meaning};
use super::{Build, Subject};
use crate::model::{Cidr, ValueMatch};
use crate::table::predicate::{Block, Literal, ValueTest};
use crate::table::text::{Range32, Text};
use crate::table::value::number_of;

impl Build<'_> {
    /// A test of a value; `None` where its pattern cannot be compiled, which is then
    /// reported.
    pub(crate) fn value_test(
        &mut self,
        subject: &Subject<'_>,
        what: fmt::Arguments<'_>,
        value: &ValueMatch,
        fold: bool,
    ) -> Option<ValueTest> {
        let mut regex = |pattern: &str, anchor| {
            let meaning = Meaning {
                anchor,
                ignore_case: fold,
            };
            self.regex(subject, what, pattern, meaning)
        };
        Some(match value {
            // An empty text is at the start, at the end and within every value.
            ValueMatch::Prefix(text) | ValueMatch::Suffix(text) | ValueMatch::Contains(text)
                if text.is_empty() =>
            {
                ValueTest::Present
            }
            ValueMatch::Exact(text) => ValueTest::Exact(self.literal(text, fold)),
            ValueMatch::Prefix(text) => ValueTest::Prefix(self.literal(text, fold)),
            ValueMatch::Suffix(text) => ValueTest::Suffix(self.literal(text, fold)),
            ValueMatch::Contains(text) => {
                let literal = self.literal(text, fold);
                let borders = match fold {
                    true => self.borders(literal.text),
                    false => 0,
                };
                ValueTest::Contains { literal, borders }
            }
            ValueMatch::In(texts) => ValueTest::In {
                members: self.members(texts, fold),
                fold,
            },
            ValueMatch::Glob(pattern) => ValueTest::Glob {
                regex: regex(&regex_of_glob(pattern), Anchor::Whole)?,
                pattern: self.text(pattern),
            },
            ValueMatch::Regex(pattern) => ValueTest::Regex(regex(pattern, Anchor::Whole)?),
            ValueMatch::RegexStart(pattern) => ValueTest::Regex(regex(pattern, Anchor::Start)?),
            ValueMatch::RegexSearch(pattern) => ValueTest::Regex(regex(pattern, Anchor::Search)?),
            ValueMatch::Cidr(ranges) => ValueTest::Cidr(self.blocks(ranges)),
            ValueMatch::Present => ValueTest::Present,
            ValueMatch::Range { start, end } => ValueTest::Range(*start, *end),
        })
    }

    fn literal(&mut self, text: &str, fold: bool) -> Literal {
        let text = match fold {
            true => self.text(&text.to_ascii_lowercase()),
            false => self.text(text),
        };
        Literal { text, fold }
    }

    /// A set of texts. Equal sets are stored once.
    fn members(&mut self, texts: &[String], fold: bool) -> Range32 {
        let mut members: Vec<Text> = Vec::with_capacity(texts.len());
        members.extend(texts.iter().map(|text| self.literal(text, fold).text));
        let interner = &self.interner;
        members.sort_unstable_by(|one, other| interner.get(*one).cmp(interner.get(*other)));
        members.dedup();
        let section = &mut self.sections.predicates.members;
        *self
            .index
            .members
            .entry(members)
            .or_insert_with_key(|members| section.push_run(members))
    }

    /// Address ranges, sorted, and merged where they overlap or touch. Equal lists
    /// are stored once.
    fn blocks(&mut self, ranges: &[Cidr]) -> Range32 {
        let mut sorted: Vec<Block> = ranges.iter().map(block).collect();
        sorted.sort_unstable();
        let mut blocks: Vec<Block> = Vec::with_capacity(sorted.len());
        for block in sorted {
            match blocks.last_mut() {
                Some(before) if block.first <= before.last.saturating_add(1) => {
                    before.last = before.last.max(block.last);
                }
                _ => blocks.push(block),
            }
        }
        let section = &mut self.sections.predicates.blocks;
        *self
            .index
            .blocks
            .entry(blocks)
            .or_insert_with_key(|blocks| section.push_run(blocks))
    }

    /// The borders of a text's prefixes. Stored once for each text.
    fn borders(&mut self, text: Text) -> u32 {
        let bytes = self.interner.get(text);
        let section = &mut self.sections.predicates.borders;
        *self.index.borders.entry(text).or_insert_with(|| {
            let start = section.len();
            section.push(0);
            let mut length = 0usize;
            for byte in bytes.iter().skip(1) {
                while length > 0 && bytes.get(length) != Some(byte) {
                    let shorter = section.get(start + length - 1);
                    length = shorter.map_or(0, |&length| length as usize);
                }
                if bytes.get(length) == Some(byte) {
                    length += 1;
                }
                section.push(length as u32);
            }
            start as u32
        })
    }
}

fn block(range: &Cidr) -> Block {
    let first = number_of(range.address());
    let bits = match range.address().is_ipv4() {
        true => 32,
        false => 128,
    };
    let free = u32::from(bits - range.length().min(bits));
    // All bits but those that the range fixes.
    let rest = u128::MAX.checked_shl(free).map_or(u128::MAX, |mask| !mask);
    Block {
        first,
        last: first | rest,
    }
}

/// A regular expression for a pattern in which `*` stands for any run of bytes and
/// `?` for one.
fn regex_of_glob(pattern: &str) -> String {
    let mut regex = String::from("(?s-u)");
    let mut text = String::new();
    let mut previous = ' ';
    for letter in pattern.chars() {
        match letter {
            '*' | '?' => {
                regex.push_str(&regex_syntax::escape(&text));
                text.clear();
                // Two runs of any bytes are one.
                if letter == '?' {
                    regex.push('.');
                } else if previous != '*' {
                    regex.push_str(".*");
                }
            }
            _ => text.push(letter),
        }
        previous = letter;
    }
    format!("{regex}{}", regex_syntax::escape(&text))
}
