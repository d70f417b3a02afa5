//! Tests of one value: the plain comparisons that every automaton must agree with.
//!
//! Values are bytes. Each test is linear in the value: a text that is searched for
//! without regard to case is found as Knuth, Morris and Pratt do it, since trying
//! it at every place would cost the product of both lengths.

use core::cmp::Ordering;
use core::net::IpAddr;

use super::predicate::{Block, Literal, Predicates, ValueTest};
use super::regex::RegexScratch;
use super::text::{Range32, TextPool};

impl Predicates {
    /// Whether a test holds for a value.
    pub(crate) fn value_holds(
        &self,
        text: &TextPool,
        regex: &mut RegexScratch,
        test: ValueTest,
        value: &[u8],
    ) -> bool {
        match test {
            ValueTest::Present => true,
            ValueTest::Exact(want) => is_same(want, text, value),
            ValueTest::Prefix(want) => {
                let head = value.get(..want.text.len as usize);
                head.is_some_and(|head| is_same(want, text, head))
            }
            ValueTest::Suffix(want) => {
                let start = value.len().checked_sub(want.text.len as usize);
                let tail = start.and_then(|start| value.get(start..));
                tail.is_some_and(|tail| is_same(want, text, tail))
            }
            ValueTest::Contains { literal, borders } => match literal.fold {
                true => self.contains_folded(text.get(literal.text), borders, value),
                false => memchr::memmem::find(value, text.get(literal.text)).is_some(),
            },
            ValueTest::In { members, fold } => {
                let members = members.of(&self.members);
                let order = |member: &[u8]| match fold {
                    true => member.iter().copied().cmp(lower(value)),
                    false => member.cmp(value),
                };
                let found = members.binary_search_by(|&member| order(text.get(member)));
                found.is_ok()
            }
            ValueTest::Regex(id) | ValueTest::Glob { regex: id, .. } => self
                .regexes
                .get(id as usize)
                .is_some_and(|one| one.is_match(regex, value)),
            ValueTest::Range(start, end) => {
                integer(value).is_some_and(|number| start <= number && number < end)
            }
            ValueTest::Cidr(blocks) => {
                address(value).is_some_and(|address| self.is_within(blocks, address))
            }
        }
    }

    /// Whether an address is in one of these blocks.
    pub(crate) fn is_within(&self, blocks: Range32, address: IpAddr) -> bool {
        let address = number_of(address);
        let order = |block: &Block| match () {
            () if block.last < address => Ordering::Less,
            () if block.first > address => Ordering::Greater,
            () => Ordering::Equal,
        };
        blocks.of(&self.blocks).binary_search_by(order).is_ok()
    }

    fn contains_folded(&self, want: &[u8], borders: u32, value: &[u8]) -> bool {
        let borders = Range32 {
            start: borders,
            len: want.len() as u32,
        };
        let borders = borders.of(&self.borders);
        let mut matched = 0;
        for byte in lower(value) {
            while matched > 0 && want.get(matched) != Some(&byte) {
                let shorter = borders.get(matched - 1).map_or(0, |&len| len as usize);
                // Always less, but for borders that nobody computed.
                matched = shorter.min(matched - 1);
            }
            if want.get(matched) == Some(&byte) {
                matched += 1;
            }
            if matched == want.len() {
                return true;
            }
        }
        want.is_empty()
    }
}

fn is_same(want: Literal, text: &TextPool, value: &[u8]) -> bool {
    let text = text.get(want.text);
    match want.fold {
        true => text.eq_ignore_ascii_case(value),
        false => text == value,
    }
}

fn lower(value: &[u8]) -> impl Iterator<Item = u8> + '_ {
    value.iter().map(u8::to_ascii_lowercase)
}

/// Reads an optionally signed decimal integer, digits only.
pub(crate) fn integer(value: &[u8]) -> Option<i64> {
    let digits = value
        .strip_prefix(b"-")
        .or(value.strip_prefix(b"+"))
        .unwrap_or(value);
    if digits.is_empty() || !digits.iter().all(u8::is_ascii_digit) {
        return None;
    }
    core::str::from_utf8(value).ok()?.parse().ok()
}

/// Reads an address.
pub(crate) fn address(value: &[u8]) -> Option<IpAddr> {
    core::str::from_utf8(value).ok()?.parse().ok()
}

/// An address as [`Block`]s count it.
// SPEC: RFC 4291 2.5.5.2: an IPv4-mapped address is the IPv4 address.
pub(crate) fn number_of(address: IpAddr) -> u128 {
    match address {
        IpAddr::V4(address) => address.to_ipv6_mapped().to_bits(),
        IpAddr::V6(address) => address.to_bits(),
    }
}
