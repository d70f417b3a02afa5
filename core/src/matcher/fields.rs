//! A request's headers and query, read once and by slot.
//!
//! The table knows which names its rules ask for. Reading looks each of the
//! request's names up among them (one hash probe) and notes where the value is;
//! what no rule asks for costs that probe and nothing else. A repeated header's
//! values are joined once, into memory that the scratch holds.

use alloc::vec::Vec;

use super::request::Request;
use crate::table::Sections;
use crate::table::index::ListIndex;
use crate::table::predicate::{Predicate, Subject, ValueTest, integer};
use crate::table::regex::{Regex, RegexScratch};
use crate::table::text::TextPool;
use crate::vocabulary::RepeatedValues;

#[derive(Debug)]
pub(crate) struct Fields {
    /// Number of the request; a slot with another number is empty.
    epoch: u32,
    headers_read: bool,
    query_read: bool,
    is_grpc: Option<bool>,
    headers: Vec<HeaderSlot>,
    query: Vec<QuerySlot>,
    /// Joined values of repeated headers.
    joined: Vec<u8>,
    /// Decoded names and values of query parameters.
    decoded: Vec<u8>,
    /// A repeated header was longer than the table's limit.
    pub(crate) overflow: bool,
}

#[derive(Clone, Copy, Debug, Default)]
struct HeaderSlot {
    epoch: u32,
    /// Index of the first header of the name.
    first: u32,
    count: u32,
    /// Length of all values, joined.
    len: usize,
    /// Where the joined value begins in [`Fields::joined`], and how much of it
    /// is written.
    start: usize,
    written: usize,
}

#[derive(Clone, Copy, Debug, Default)]
struct QuerySlot {
    epoch: u32,
    /// Whether the value is in [`Fields::decoded`] rather than in the query.
    decoded: bool,
    start: usize,
    len: usize,
}

impl Fields {
    pub(crate) fn new(sections: &Sections) -> Self {
        let predicates = &sections.predicates;
        let joined = match predicates.headers.names.is_empty() {
            true => 0,
            false => sections.limits.repeated_header as usize,
        };
        let decoded = match predicates.query.names.is_empty() {
            true => 0,
            false => sections.limits.target as usize,
        };
        Self {
            epoch: 0,
            headers_read: false,
            query_read: false,
            is_grpc: None,
            headers: alloc::vec![HeaderSlot::default(); predicates.headers.names.len()],
            query: alloc::vec![QuerySlot::default(); predicates.query.names.len()],
            joined: Vec::with_capacity(joined),
            decoded: Vec::with_capacity(decoded),
            overflow: false,
        }
    }

    pub(crate) fn bytes(&self) -> usize {
        self.headers.capacity() * size_of::<HeaderSlot>()
            + self.query.capacity() * size_of::<QuerySlot>()
            + self.joined.capacity()
            + self.decoded.capacity()
    }

    /// Forgets the last request.
    pub(crate) fn begin(&mut self) {
        self.epoch = self.epoch.wrapping_add(1);
        if self.epoch == 0 {
            // Every four billion requests the numbers start again.
            self.headers.fill(HeaderSlot::default());
            self.query.fill(QuerySlot::default());
            self.epoch = 1;
        }
        self.headers_read = false;
        self.query_read = false;
        self.is_grpc = None;
        self.overflow = false;
    }

    pub(crate) fn is_grpc(&mut self, request: &Request<'_>) -> bool {
        *self.is_grpc.get_or_insert_with(|| request.is_grpc())
    }

    /// Whether a predicate holds.
    pub(crate) fn holds(
        &mut self,
        sections: &Sections,
        request: &Request<'_>,
        regex: &mut RegexScratch,
        predicate: &Predicate,
    ) -> bool {
        let text = &sections.text;
        let regexes = &sections.predicates.regexes;
        let test = |value: &[u8], regex: &mut RegexScratch| {
            holds_for(predicate.test, text, regexes, regex, value)
        };
        let found = match predicate.on {
            Subject::Header => {
                self.read_headers(sections, request);
                let slot = self
                    .headers
                    .get(predicate.slot as usize)
                    .copied()
                    .unwrap_or_default();
                if slot.epoch != self.epoch {
                    return predicate.missing;
                }
                let first = request.headers().get(slot.first as usize);
                let (name, value) = first.copied().unwrap_or_default();
                match predicate.repeated {
                    _ if slot.count == 1 => test(value, regex),
                    RepeatedValues::First => test(value, regex),
                    RepeatedValues::Joined => {
                        let joined = self.joined.get(slot.start..slot.start + slot.len);
                        test(joined.unwrap_or(&[]), regex)
                    }
                    RepeatedValues::All => request
                        .headers()
                        .iter()
                        .filter(|(other, _)| other.eq_ignore_ascii_case(name))
                        .all(|(_, value)| test(value, regex)),
                    RepeatedValues::Any => request
                        .headers()
                        .iter()
                        .filter(|(other, _)| other.eq_ignore_ascii_case(name))
                        .any(|(_, value)| test(value, regex)),
                }
            }
            Subject::Query => {
                self.read_query(sections, request);
                let slot = self
                    .query
                    .get(predicate.slot as usize)
                    .copied()
                    .unwrap_or_default();
                if slot.epoch != self.epoch {
                    return predicate.missing;
                }
                let bytes = if slot.decoded {
                    &self.decoded
                } else {
                    query_of(request.target())
                };
                test(
                    bytes.get(slot.start..slot.start + slot.len).unwrap_or(&[]),
                    regex,
                )
            }
        };
        found != predicate.invert
    }

    /// The value that a list is indexed by; `None` where the request has none.
    pub(crate) fn value<'f>(
        &'f mut self,
        sections: &Sections,
        request: &Request<'f>,
        index: &ListIndex,
    ) -> Option<&'f [u8]> {
        match index.on {
            Subject::Header => {
                self.read_headers(sections, request);
                let slot = self.headers.get(index.slot as usize)?;
                if slot.epoch != self.epoch {
                    return None;
                }
                if slot.count > 1 && index.repeated == RepeatedValues::Joined {
                    return self.joined.get(slot.start..slot.start + slot.len);
                }
                let (_, value) = request.headers().get(slot.first as usize)?;
                Some(value)
            }
            Subject::Query => {
                self.read_query(sections, request);
                let slot = self.query.get(index.slot as usize)?;
                if slot.epoch != self.epoch {
                    return None;
                }
                let bytes = if slot.decoded {
                    &self.decoded
                } else {
                    query_of(request.target())
                };
                bytes.get(slot.start..slot.start + slot.len)
            }
        }
    }

    fn read_headers(&mut self, sections: &Sections, request: &Request<'_>) {
        if self.headers_read {
            return;
        }
        self.headers_read = true;
        let index = &sections.predicates.headers;
        let mut repeated = false;
        for (at, (name, value)) in request.headers().iter().enumerate() {
            let Some(slot) = index.find_lower(&sections.text, name) else {
                continue;
            };
            let Some(slot) = self.headers.get_mut(slot as usize) else {
                continue;
            };
            if slot.epoch == self.epoch {
                slot.count += 1;
                slot.len += 1 + value.len();
                repeated = true;
            } else {
                *slot = HeaderSlot {
                    epoch: self.epoch,
                    first: at as u32,
                    count: 1,
                    len: value.len(),
                    start: 0,
                    written: 0,
                };
            }
        }
        if repeated {
            self.join_headers(sections, request);
        }
    }

    // SPEC: RFC 9110 5.3: field lines of one name combine, in order, separated by
    // a comma. Gateway API recommends the same (HTTPHeaderMatch).
    fn join_headers(&mut self, sections: &Sections, request: &Request<'_>) {
        self.joined.clear();
        let index = &sections.predicates.headers;
        let limit = sections.limits.repeated_header as usize;
        for (at, (name, value)) in request.headers().iter().enumerate() {
            let Some(slot) = index.find_lower(&sections.text, name) else {
                continue;
            };
            let Some(slot) = self.headers.get_mut(slot as usize) else {
                continue;
            };
            if slot.count < 2 {
                continue;
            }
            if slot.first == at as u32 {
                slot.start = self.joined.len();
                if slot.start + slot.len > limit {
                    self.overflow = true;
                    return;
                }
                self.joined.resize(slot.start + slot.len, b',');
            } else {
                // The comma is there already.
                slot.written += 1;
            }
            let from = slot.start + slot.written;
            if let Some(room) = self.joined.get_mut(from..from + value.len()) {
                room.copy_from_slice(value);
            }
            slot.written += value.len();
        }
    }

    fn read_query(&mut self, sections: &Sections, request: &Request<'_>) {
        if self.query_read {
            return;
        }
        self.query_read = true;
        self.decoded.clear();
        let index = &sections.predicates.query;
        let query = query_of(request.target());
        let mut at = 0;
        while at <= query.len() {
            let rest = query.get(at..).unwrap_or(&[]);
            let end = memchr::memchr(b'&', rest).unwrap_or(rest.len());
            let pair = rest.get(..end).unwrap_or(&[]);
            let equals = memchr::memchr(b'=', pair);
            let name = pair.get(..equals.unwrap_or(pair.len())).unwrap_or(&[]);
            let value_at = equals.map_or(pair.len(), |equals| equals + 1);
            let value = pair.get(value_at..).unwrap_or(&[]);

            let name_start = self.decoded.len();
            let name_is_plain = memchr::memchr(b'%', name).is_none();
            let name = if name_is_plain {
                name
            } else {
                percent_decode(name, &mut self.decoded);
                self.decoded.get(name_start..).unwrap_or(&[])
            };
            let slot = index.find(&sections.text, name);
            let slot = slot.and_then(|slot| self.query.get_mut(slot as usize));
            // SPEC: Gateway API, HTTPQueryParamMatch: of repeated parameters the
            // first counts.
            if let Some(slot) = slot.filter(|slot| slot.epoch != self.epoch) {
                *slot = if memchr::memchr(b'%', value).is_none() {
                    let start = at + value_at;
                    QuerySlot {
                        epoch: self.epoch,
                        decoded: false,
                        start,
                        len: value.len(),
                    }
                } else {
                    let start = self.decoded.len();
                    percent_decode(value, &mut self.decoded);
                    let len = self.decoded.len() - start;
                    QuerySlot {
                        epoch: self.epoch,
                        decoded: true,
                        start,
                        len,
                    }
                };
            }
            at += end + 1;
        }
    }
}

/// Whether a test holds for a value.
pub(crate) fn holds_for(
    test: ValueTest,
    text: &TextPool,
    regexes: &[Regex],
    scratch: &mut RegexScratch,
    value: &[u8],
) -> bool {
    match test {
        ValueTest::Present => true,
        ValueTest::Exact(want) => text.get(want) == value,
        ValueTest::Prefix(want) => value.starts_with(text.get(want)),
        ValueTest::Suffix(want) => value.ends_with(text.get(want)),
        ValueTest::Contains(want) => memchr::memmem::find(value, text.get(want)).is_some(),
        ValueTest::Regex(id) => regexes
            .get(id as usize)
            .is_some_and(|regex| regex.is_match(scratch, value)),
        ValueTest::Range(start, end) => {
            integer(value).is_some_and(|number| start <= number && number < end)
        }
    }
}

/// What follows the first `?`; empty where there is none.
pub(crate) fn query_of(target: &[u8]) -> &[u8] {
    memchr::memchr(b'?', target)
        .and_then(|at| target.get(at + 1..))
        .unwrap_or(&[])
}

/// Appends `value` with every valid `%XX` decoded. `+` stays `+`.
pub(crate) fn percent_decode(value: &[u8], out: &mut Vec<u8>) {
    let mut at = 0;
    while let Some(&byte) = value.get(at) {
        let escaped = (byte == b'%').then(|| {
            let digit = |byte: u8| (byte as char).to_digit(16);
            Some((digit(*value.get(at + 1)?)? * 16 + digit(*value.get(at + 2)?)?) as u8)
        });
        match escaped.flatten() {
            Some(decoded) => {
                out.push(decoded);
                at += 3;
            }
            None => {
                out.push(byte);
                at += 1;
            }
        }
    }
}
