//! The rules of many requests, found together.
//!
//! # Why
//!
//! In a table that is larger than the caches, a match is a chain of reads each of which
//! needs the one before it: the host's slot, its scope, a slot for each segment of the
//! path, the candidates, their entries. The processor waits for each in turn, though it
//! could wait for a dozen at once. So a group of requests is gone through in rounds: one
//! link of the chain for all of them, then the next. In a round, first every address is
//! worked out from what has arrived; then all are read in a loop that does nothing else,
//! so that the reads of all requests fit in what the processor looks ahead.
//!
//! Nothing is decided here. What the rounds find is thrown away, and every request is
//! then matched as by itself, where it finds in the cache what it looks for. A guess that
//! is wrong costs time and no more; so the rounds take the usual way alone, and know
//! nothing of a host behind a pattern's regular expression, of scopes behind the first, of
//! paths folded to lower case or of byte tries.
//!
//! # Complexity
//!
//! For each request what one match costs in one scope, without any test: one probe for
//! its host, and one or two for each segment of its path, as far as the trie goes on.

use core::array;
use core::hint::black_box;

use super::enter::Matched;
use super::layers::oldest;
use crate::matcher::listener;
use crate::matcher::request::{Request, is_http, trimmed};
use crate::matcher::scratch::Scratch;
use crate::table::segment::{Ahead, Walk};
use crate::table::text::Range32;
use crate::table::{NONE, Scope, Sections, StageEntry, Table};

/// Requests of a group. More would be more reads than the processor has under way.
const GROUP: usize = 16;
/// Candidates of a request whose entries are read.
const TRIED: u32 = 4;

impl Table {
    /// Finds the rules that take several requests, and writes each to the same place of
    /// `found`: what [`find_with`](Self::find_with) gives for the request. Of slices that
    /// differ in length, the longer one's rest is left alone.
    ///
    /// For programs that hold a batch of requests anyway, and whose table is so large
    /// that most of what a match reads is in no cache: it waits for the memory of sixteen
    /// requests at once. Where requests go all over a table of 1,000,000 rules (71 MB),
    /// batches of 32 take 0.54 of the time of single matches, and 0.7 where some are asked
    /// far more than others. But a part of the work is done twice: where the same few
    /// requests come again and again, so that the caches hold all they need, it takes
    /// twice as long. In tables up to 32 MiB ([`Stats::bytes`](crate::Stats::bytes))
    /// requests are matched one by one. Nothing is gained for a request to no gateway in
    /// particular of a table that has several, nor for a host that is not in lower case.
    ///
    /// Does not allocate, provided that `scratch` was made for this table, and never
    /// panics.
    ///
    /// ```
    /// # #[cfg(feature = "compile")] {
    /// use fingerpost::Request;
    /// use fingerpost::builder::{Route, Routes, segments};
    ///
    /// let shop = Route::host("shop.example")
    ///     .rule(segments("/cart").to("cart"))
    ///     .rule(segments("/users").to("users"));
    /// let table = Routes::new().route(shop).build().unwrap();
    /// let mut scratch = table.create_scratch();
    ///
    /// let paths: [&[u8]; 3] = [b"/users/7", b"/none", b"/cart"];
    /// let requests = paths.map(|path| Request::new(b"GET", path).with_authority(b"shop.example"));
    /// let mut found = [None; 3];
    /// table.find_many_with(&mut scratch, &requests, &mut found);
    /// let rules = found.map(|matched| Some(matched?.stage().rule));
    /// assert_eq!(rules, [Some(1), None, Some(0)]);
    /// # }
    /// ```
    pub fn find_many_with<'t>(
        &'t self,
        scratch: &mut Scratch,
        requests: &[Request<'_>],
        found: &mut [Option<Matched<'t>>],
    ) {
        let sections = oldest(&self.sections);
        let is_large = sections.is_large;
        let count = requests.len().min(found.len());
        let requests = requests.get(..count).unwrap_or_default();
        for (requests, found) in requests.chunks(GROUP).zip(found.chunks_mut(GROUP)) {
            if is_large && requests.len() > 1 {
                warm(sections, requests);
            }
            for (request, found) in requests.iter().zip(found) {
                *found = self.find_with(scratch, request);
            }
        }
    }
}

/// A request on its way.
struct Way<'t, 'r> {
    stage: &'t StageEntry,
    host: Option<&'r [u8]>,
    /// Where the host is looked for.
    place: usize,
    path: &'r [u8],
    /// What is known of the host's first scope.
    scope: Option<&'t Scope>,
    ahead: Ahead,
    goes_on: bool,
}

/// Reads what matching a group of requests will read.
#[inline(never)]
fn warm(sections: &Sections, requests: &[Request<'_>]) {
    let text = &sections.text;
    let mut ways: [Option<Way<'_, '_>>; GROUP] =
        array::from_fn(|at| Way::new(sections, requests.get(at)?));
    read(&ways, |way| way.stage.hosts.touch(way.place));
    read(&ways, |way| way.stage.hosts.touch_text(text, way.place));

    for way in ways.iter_mut().flatten() {
        way.scope = way.first_scope(sections);
    }
    read(&ways, |way| match way.scope {
        // Not every scope is on one line of the cache.
        Some(scope) => u64::from(scope.trie.root ^ scope.best ^ scope.next),
        None => 0,
    });

    for way in ways.iter_mut().flatten() {
        way.goes_on = match way.walk(sections) {
            Some(walk) => walk.look_ahead(&mut way.ahead),
            None => false,
        };
    }
    loop {
        read(&ways, |way| match way.goes_on {
            true => way.ahead.touch(&sections.segments, text),
            false => 0,
        });
        let mut is_any = false;
        for way in ways.iter_mut().flatten().filter(|way| way.goes_on) {
            way.goes_on = way
                .walk(sections)
                .is_some_and(|walk| walk.advance(&mut way.ahead));
            is_any |= way.goes_on;
        }
        if !is_any {
            break;
        }
    }

    let segments = &sections.segments;
    read(&ways, |way| way.ahead.touch_end(segments));
    let lists = array::from_fn(|at| {
        let way = ways.get(at)?.as_ref()?;
        way.ahead.first_list(segments)
    });
    read(&lists, |list| {
        let candidate = sections.paths.candidates.get(list.start as usize);
        candidate.map_or(0, |candidate| u64::from(candidate.entry))
    });
    read(&lists, |list| touch_entries(sections, *list));
}

/// Reads something of each. The value is handed to nobody, but the compiler must not know.
#[inline(always)]
fn read<T>(all: &[Option<T>; GROUP], read: impl Fn(&T) -> u64) {
    let mut sum = 0;
    for one in all.iter().flatten() {
        sum ^= read(one);
    }
    black_box(sum);
}

#[inline(always)]
fn touch_entries(sections: &Sections, list: Range32) -> u64 {
    let len = list.len.min(TRIED);
    let mut sum = 0;
    for candidate in (Range32 { len, ..list }).of(&sections.paths.candidates) {
        sum ^= sections.entries.touch(candidate);
    }
    sum
}

impl<'t, 'r> Way<'t, 'r> {
    /// Where a request goes, if it goes the usual way: one gateway, and the listener that
    /// its authority says. A host that has to be put right first will not be found.
    #[inline(always)]
    fn new(sections: &'t Sections, request: &Request<'r>) -> Option<Self> {
        let gateway = match request.gateway() {
            Some(id) => id.0,
            None if sections.gateways.len() == 1 => 0,
            None => return None,
        };
        if !is_http(request) {
            return None;
        }
        let entry = sections.gateways.get(gateway as usize)?;
        let authority = match request.authority() {
            None => request.header(b"host").map(trimmed),
            authority => authority,
        };
        let host = authority.map(without_port);
        let listener = match listener::sole(sections, entry, request) {
            Some(sole) => sole?,
            None => listener::only_among(sections, gateway, request, host)??,
        };
        let listener = sections.listeners.get(listener as usize)?;
        let stage = sections.stages.get(listener.stage as usize)?;
        let target = request.target();
        let end = memchr::memchr(b'?', target).unwrap_or(target.len());
        Some(Self {
            stage,
            host,
            place: host.map_or(NONE as usize, |host| stage.hosts.place(host)),
            path: target.get(..end)?,
            scope: None,
            ahead: Ahead::NOWHERE,
            goes_on: false,
        })
    }

    #[inline(always)]
    fn first_scope(&self, sections: &'t Sections) -> Option<&'t Scope> {
        let hosts = &self.stage.hosts;
        let first = match self.host {
            Some(host) => hosts.first(&sections.text, host, self.place)?,
            None => hosts.any?,
        };
        self.stage.scopes.of(&sections.scopes).get(first as usize)
    }

    #[inline(always)]
    fn walk<'w>(&self, sections: &'w Sections) -> Option<Walk<'w>>
    where
        't: 'w,
        'r: 'w,
    {
        Some(Walk {
            tries: &sections.segments,
            bytes: &sections.paths,
            text: &sections.text,
            trie: &self.scope?.trie,
            path: self.path,
        })
    }
}

/// The host of an authority, where a port follows it that is one.
#[inline]
fn without_port(authority: &[u8]) -> &[u8] {
    match authority.last() {
        Some(byte) if byte.is_ascii_digit() => {
            let end = memchr::memrchr(b':', authority).unwrap_or(authority.len());
            authority.get(..end).unwrap_or_default()
        }
        _ => authority,
    }
}
