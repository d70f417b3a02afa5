//! What rules ask by name (headers, query parameters, cookies, attributes), read once.
//!
//! The table knows which names its rules ask for, and how long these are. Reading looks
//! the request's names of such a length up among them and notes where the value is; a
//! header of another length, as most are, costs no more than that its length is looked
//! at, together with the other checks of headers. Each kind is read when a rule first
//! asks for it. The values of a repeated header are joined when a rule asks for that
//! header, once, into memory that the scratch holds.
//!
//! What is wrong with a value counts where a rule asks for that very name: whether a
//! request is refused depends on the rules that are tried for it, and not on what rules
//! of other hosts ask.
//!
//! `predicate` asks tests of what is found here.
//!
//! # Invariants
//!
//! 1. What is noted under another number than the request's is not there. Numbers
//!    only grow, so nothing of an earlier request is ever read.
//! 2. Nothing grows: a request that needs more room than the table's limits give is
//!    marked and refused.

use alloc::vec::Vec;

use super::facts::cookies;
use super::predicate::Answer;
use super::request::Request;
use crate::table::Sections;
use crate::table::fact::FactEntry;
use crate::table::predicate::Slot;
use crate::vocabulary::RepeatedValues;

/// Bytes that the value of a fact without a name takes at most where it has to be
/// written anew: a server name, an address, a port.
pub(super) const WRITTEN: usize = 512;

#[derive(Debug)]
pub(crate) struct Fields {
    /// The number that was given last.
    pub(super) clock: u64,
    /// Number of the request.
    pub(super) epoch: u64,
    /// Number of the stage that looks at it.
    pub(super) stage: u64,
    is_read: Read,
    /// Which headers can have a name that rules ask for, the first of them in the lowest
    /// bit; those after the 64th can.
    likely: u64,
    is_grpc: Option<bool>,
    headers: Vec<Found>,
    joins: Vec<Join>,
    query: Vec<Found>,
    raw_query: Vec<Found>,
    cookies: Vec<Found>,
    attributes: Vec<Found>,
    /// Joined values of repeated headers.
    joined: Vec<u8>,
    /// Joined values of anything else.
    pub(super) lists: Vec<u8>,
    /// Decoded names and values of query parameters.
    decoded: Vec<u8>,
    /// For values that are written anew and read at once.
    pub(super) buffer: Vec<u8>,
    /// A value that is written anew and read by the caller.
    pub(super) written: Vec<u8>,
    /// By slot.
    pub(super) answers: Vec<Answer>,
    /// By mark: the number of the run that marked it last.
    pub(super) marks: Vec<u64>,
    /// Repeated values were longer than the table's limit.
    pub(crate) overflow: bool,
    /// A header that is looked at holds a control character.
    pub(crate) bad_header: bool,
    /// Whether values were read without the spaces around them.
    trims: bool,
}

/// Which kinds of names are read.
#[derive(Debug, Default)]
struct Read {
    headers: bool,
    query: bool,
    cookies: bool,
    attributes: bool,
}

/// The first value of a name, and how many there are.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Found {
    pub(super) epoch: u64,
    pub(super) count: u32,
    pub(super) place: Place,
    /// Whether one of the name's header lines holds a control character.
    pub(super) is_bad: bool,
    /// Index of the header or attribute.
    pub(super) at: u32,
    /// Where the value begins in what the place means.
    pub(super) start: usize,
    pub(super) len: usize,
}

/// What a value is a part of.
#[derive(Clone, Copy, Debug, Default)]
pub(super) enum Place {
    #[default]
    Header,
    Attribute,
    Query,
    /// [`Fields::decoded`]
    Decoded,
    /// [`Fields::joined`]
    Joined,
    /// [`Fields::lists`]
    List,
}

/// Where the values of one header are joined.
#[derive(Clone, Copy, Debug, Default)]
struct Join {
    /// Number of the request for which they are.
    epoch: u64,
    start: usize,
    len: usize,
}

impl Fields {
    pub(crate) fn new(sections: &Sections) -> Self {
        let predicates = &sections.predicates;
        let names = &predicates.names;
        let limits = &sections.limits;
        let room = |is_needed: bool, bytes: u32| match is_needed {
            true => bytes as usize,
            false => 0,
        };
        let places = |count: usize| alloc::vec![Found::default(); count];
        let has_lists = predicates.slots.iter().any(|slot| {
            slot.repeated == RepeatedValues::Joined && !matches!(slot.fact, FactEntry::Header(_))
        });
        let has_query = !names.query.names.is_empty();
        Self {
            clock: 0,
            epoch: 0,
            stage: 0,
            is_read: Read::default(),
            likely: u64::MAX,
            is_grpc: None,
            headers: places(names.headers.names.len()),
            joins: alloc::vec![Join::default(); names.headers.names.len()],
            query: places(names.query.names.len()),
            raw_query: places(names.raw_query.names.len()),
            cookies: places(names.cookies.names.len()),
            attributes: places(names.attributes.names.len()),
            joined: Vec::with_capacity(room(
                !names.headers.names.is_empty(),
                limits.repeated_header,
            )),
            lists: Vec::with_capacity(room(has_lists, limits.repeated_header)),
            decoded: Vec::with_capacity(room(has_query, limits.target)),
            buffer: Vec::with_capacity(room(has_query, limits.target).max(WRITTEN)),
            written: Vec::with_capacity(WRITTEN),
            answers: alloc::vec![Answer::default(); predicates.slots.len()],
            marks: alloc::vec![0; predicates.marks as usize],
            overflow: false,
            bad_header: false,
            trims: false,
        }
    }

    pub(crate) fn bytes(&self) -> usize {
        let places = [
            &self.headers,
            &self.query,
            &self.raw_query,
            &self.cookies,
            &self.attributes,
        ];
        let places: usize = places.into_iter().map(Vec::capacity).sum();
        let buffers = [
            &self.joined,
            &self.lists,
            &self.decoded,
            &self.buffer,
            &self.written,
        ];
        let buffers: usize = buffers.into_iter().map(Vec::capacity).sum();
        places * size_of::<Found>()
            + self.joins.capacity() * size_of::<Join>()
            + buffers
            + self.answers.capacity() * size_of::<Answer>()
            + self.marks.capacity() * size_of::<u64>()
    }

    /// Forgets the last request. Which headers of this one rules can ask for is as in
    /// [`Fields::note_likely`].
    #[inline]
    pub(crate) fn begin(&mut self, likely: u64) {
        self.likely = likely;
        self.forget();
    }

    /// Notes which headers can have a name that rules ask for: all those whose index is
    /// a bit that is set, modulo 64, and those after the 64th.
    pub(crate) fn note_likely(&mut self, likely: u64) {
        self.likely = likely;
    }

    #[inline]
    fn forget(&mut self) {
        self.begin_stage();
        self.epoch = self.stage;
        self.is_read = Read::default();
        self.is_grpc = None;
        self.joined.clear();
        self.lists.clear();
        self.overflow = false;
        self.bad_header = false;
        self.trims = false;
    }

    /// Forgets what was read for a gateway that takes values otherwise.
    #[inline]
    pub(crate) fn begin_gateway(&mut self, trims: bool) {
        if self.trims != trims {
            self.forget();
            self.trims = trims;
        }
    }

    /// Forgets what can be another for the next stage: the path and the host.
    #[inline]
    pub(crate) fn begin_stage(&mut self) {
        self.clock += 1;
        self.stage = self.clock;
    }

    pub(crate) fn is_grpc(&mut self, request: &Request<'_>) -> bool {
        *self.is_grpc.get_or_insert_with(|| request.is_grpc())
    }

    /// The value of a slot that is a header, where there is one; `None` where the slot is
    /// another, or the header has several lines.
    #[inline]
    pub(super) fn one_header<'r>(
        &mut self,
        sections: &Sections,
        request: &Request<'r>,
        slot: &Slot,
    ) -> Option<Option<&'r [u8]>> {
        let FactEntry::Header(_) = slot.fact else {
            return None;
        };
        if !self.is_read.headers {
            self.read_headers(sections, request);
        }
        let found = self.headers.get(slot.name as usize);
        match found.filter(|found| found.epoch == self.epoch) {
            None => Some(None),
            Some(found) if found.count == 1 => {
                self.bad_header |= found.is_bad;
                let (_, value) = request.headers().get(found.at as usize)?;
                let value = value.get(found.start..found.start + found.len);
                Some(Some(value.unwrap_or_default()))
            }
            Some(_) => None,
        }
    }

    /// Where the first value of a slot's name is; `None` where the request has none.
    /// `Some(None)` for a fact without a name.
    pub(super) fn find(
        &mut self,
        sections: &Sections,
        request: &Request<'_>,
        slot: &Slot,
    ) -> Option<Option<Found>> {
        let found = match slot.fact {
            FactEntry::Header(_) => {
                if !self.is_read.headers {
                    self.read_headers(sections, request);
                }
                &self.headers
            }
            FactEntry::Query(_) => {
                self.read_query(sections, request);
                &self.query
            }
            FactEntry::RawQueryParameter(_) => {
                self.read_query(sections, request);
                &self.raw_query
            }
            FactEntry::Cookie(_) => {
                self.read_cookies(sections, request);
                &self.cookies
            }
            FactEntry::Attribute(_) => {
                self.read_attributes(sections, request);
                &self.attributes
            }
            _ => return Some(None),
        };
        let mut found = *found
            .get(slot.name as usize)
            .filter(|found| found.epoch == self.epoch)?;
        self.bad_header |= found.is_bad;
        let is_joined = found.count > 1 && slot.repeated == RepeatedValues::Joined;
        if is_joined && let FactEntry::Header(_) = slot.fact {
            let join = self.join_header(sections, request, slot.name);
            found.place = Place::Joined;
            (found.start, found.len) = (join.start, join.len);
            found.count = 1;
        }
        Some(Some(found))
    }

    /// The bytes of a value.
    pub(super) fn bytes_of<'f>(&'f self, request: &Request<'f>, found: Found) -> &'f [u8] {
        let at = found.at as usize;
        let whole = match found.place {
            Place::Header => request.headers().get(at).map(|(_, value)| *value),
            Place::Attribute => request.attributes().get(at).map(|(_, value)| *value),
            Place::Query => Some(query_of(request.target())),
            Place::Decoded => Some(&*self.decoded),
            Place::Joined => Some(&*self.joined),
            Place::List => Some(&*self.lists),
        };
        whole
            .and_then(|whole| whole.get(found.start..found.start + found.len))
            .unwrap_or(&[])
    }

    fn read_headers(&mut self, sections: &Sections, request: &Request<'_>) {
        self.is_read.headers = true;
        let headers = request.headers().len();
        if headers > u64::BITS as usize || !self.likely.is_power_of_two() {
            return self.read_all_headers(sections, request);
        }
        // The usual request has one header that rules ask for at most.
        let at = self.likely.trailing_zeros() as usize;
        self.read_header(sections, request, at);
    }

    #[inline(never)]
    fn read_all_headers(&mut self, sections: &Sections, request: &Request<'_>) {
        for at in likely(self.likely, request.headers().len()) {
            self.read_header(sections, request, at);
        }
    }

    /// Notes a header if rules ask for it.
    #[inline]
    fn read_header(&mut self, sections: &Sections, request: &Request<'_>, at: usize) {
        let Some((name, whole)) = request.headers().get(at) else {
            return;
        };
        let index = &sections.predicates.names.headers;
        let Some(number) = index.find_lower(&sections.text, name) else {
            return;
        };
        let value = request.field(whole);
        // Trimming takes no byte from the middle, so the value begins where the
        // spaces before it end.
        let is_space = |byte: &&u8| matches!(byte, b' ' | b'\t');
        let start = match value.len() == whole.len() {
            true => 0,
            false => whole.iter().take_while(is_space).count(),
        };
        let place = (Place::Header, at, start, value.len());
        note(&mut self.headers, number, self.epoch, place);
        if has_control(whole)
            && let Some(found) = self.headers.get_mut(number as usize)
        {
            found.is_bad = true;
        }
    }

    /// Joins the values of a header with several lines, once.
    // SPEC: RFC 9110 5.3: field lines of one name combine, in order, separated by
    // a comma. Gateway API recommends the same (HTTPHeaderMatch).
    #[cold]
    fn join_header(&mut self, sections: &Sections, request: &Request<'_>, number: u32) -> Join {
        let Self {
            epoch,
            joins,
            joined,
            overflow,
            likely: bits,
            ..
        } = self;
        let Some(join) = joins.get_mut(number as usize) else {
            return Join::default();
        };
        if join.epoch == *epoch {
            return *join;
        }
        let index = &sections.predicates.names.headers;
        let limit = sections.limits.repeated_header as usize;
        let start = joined.len();
        let mut is_first = true;
        for at in likely(*bits, request.headers().len()) {
            let Some((name, value)) = request.headers().get(at) else {
                continue;
            };
            if index.find_lower(&sections.text, name) != Some(number) {
                continue;
            }
            let value = request.field(value);
            let comma = usize::from(!is_first);
            if joined.len() + comma + value.len() > limit {
                *overflow = true;
                break;
            }
            if !is_first {
                joined.push(b',');
            }
            is_first = false;
            joined.extend_from_slice(value);
        }
        *join = Join {
            epoch: *epoch,
            start,
            len: joined.len() - start,
        };
        *join
    }

    fn read_query(&mut self, sections: &Sections, request: &Request<'_>) {
        if self.is_read.query {
            return;
        }
        self.is_read.query = true;
        self.decoded.clear();
        let names = &sections.predicates.names;
        let text = &sections.text;
        let query = query_of(request.target());
        let mut next = 0;
        while next < query.len() {
            let at = next;
            let rest = query.get(at..).unwrap_or(&[]);
            let end = memchr::memchr(b'&', rest).unwrap_or(rest.len());
            next = at + end + 1;
            let pair = rest.get(..end).unwrap_or(&[]);
            if pair.is_empty() {
                continue;
            }
            let equals = memchr::memchr(b'=', pair);
            let name = pair.get(..equals.unwrap_or(pair.len())).unwrap_or(&[]);
            let value_at = equals.map_or(pair.len(), |equals| equals + 1);
            let value = pair.get(value_at..).unwrap_or(&[]);
            let as_it_came = (Place::Query, 0, at + value_at, value.len());
            if let Some(number) = names.raw_query.find(text, name) {
                note(&mut self.raw_query, number, self.epoch, as_it_came);
            }
            if names.query.names.is_empty() {
                continue;
            }
            // Decoding makes nothing longer, so the room for a target is enough.
            let start = self.decoded.len();
            let number = if memchr::memchr(b'%', name).is_none() {
                names.query.find(text, name)
            } else {
                percent_decode(name, &mut self.decoded);
                let number = names
                    .query
                    .find(text, self.decoded.get(start..).unwrap_or(&[]));
                self.decoded.truncate(start);
                number
            };
            let Some(number) = number else { continue };
            // SPEC: Gateway API, HTTPQueryParamMatch: of repeated parameters the
            // first counts; a later one is decoded where a rule asks for more.
            let count = note(&mut self.query, number, self.epoch, as_it_came);
            if count == 1 && memchr::memchr(b'%', value).is_some() {
                percent_decode(value, &mut self.decoded);
                if let Some(found) = self.query.get_mut(number as usize) {
                    found.place = Place::Decoded;
                    (found.start, found.len) = (start, self.decoded.len() - start);
                }
            }
        }
    }

    fn read_cookies(&mut self, sections: &Sections, request: &Request<'_>) {
        if self.is_read.cookies {
            return;
        }
        self.is_read.cookies = true;
        let index = &sections.predicates.names.cookies;
        for (at, (name, line)) in request.headers().iter().enumerate() {
            if !name.eq_ignore_ascii_case(b"cookie") {
                continue;
            }
            self.bad_header |= has_control(line);
            for (name, value) in cookies(line) {
                let name = line.get(name).unwrap_or(&[]);
                if let Some(number) = index.find(&sections.text, name) {
                    let place = (Place::Header, at, value.start, value.len());
                    note(&mut self.cookies, number, self.epoch, place);
                }
            }
        }
    }

    fn read_attributes(&mut self, sections: &Sections, request: &Request<'_>) {
        if self.is_read.attributes {
            return;
        }
        self.is_read.attributes = true;
        let index = &sections.predicates.names.attributes;
        for (at, (name, value)) in request.attributes().iter().enumerate() {
            if let Some(number) = index.find(&sections.text, name.as_bytes()) {
                let place = (Place::Attribute, at, 0, value.len());
                note(&mut self.attributes, number, self.epoch, place);
            }
        }
    }
}

/// The indices of the headers that can have a name that rules ask for, in order.
#[inline]
fn likely(mut bits: u64, headers: usize) -> impl Iterator<Item = usize> + Clone {
    let mut later = u64::BITS as usize;
    core::iter::from_fn(move || {
        let at = match bits {
            0 => {
                later += 1;
                later - 1
            }
            _ => bits.trailing_zeros() as usize,
        };
        bits &= bits.wrapping_sub(1);
        Some(at).filter(|&at| at < headers)
    })
}

/// Counts a value under its name's number, keeps where the first one is, and gives
/// the count.
fn note(
    found: &mut [Found],
    number: u32,
    epoch: u64,
    (place, at, start, len): (Place, usize, usize, usize),
) -> u32 {
    let Some(found) = found.get_mut(number as usize) else {
        return 0;
    };
    if found.epoch != epoch {
        *found = Found {
            epoch,
            count: 0,
            is_bad: false,
            place,
            at: at as u32,
            start,
            len,
        };
    }
    found.count = found.count.saturating_add(1);
    found.count
}

// SPEC: RFC 9110 5.5: a value with CR, LF or NUL is dangerous, and is refused.
fn has_control(value: &[u8]) -> bool {
    // A short one is gone through sooner than a search in it is begun.
    match value.len() {
        0..16 => value.iter().any(|&byte| matches!(byte, 0 | b'\r' | b'\n')),
        _ => memchr::memchr3(0, b'\r', b'\n', value).is_some(),
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
