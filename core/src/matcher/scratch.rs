//! Working memory of one thread.

use alloc::boxed::Box;
use alloc::sync::{Arc, Weak};
use alloc::vec::Vec;

use super::authority::{
    MAX_HOST, ServerName, host_of, is_canonical_name, port_after, port_of, server_name, strip_port,
};
use super::captures::Captures;
use super::fields::{Fields, WRITTEN};
use super::output::Output;
use super::request::Request;
use super::target::Shape;
use super::walk::Hits;
use crate::table::regex::RegexScratch;
use crate::table::{NONE, Sections, Table};

/// Most stages that one request passes through.
pub(crate) const MAX_STAGES: usize = 16;

/// Working memory that matching and deciding need, made once for each thread.
///
/// Belongs to the table it was made for. Given to another table it is made anew
/// for that one, which allocates; nothing of the old table is read. All of its
/// memory is allocated when it is made, so that no call with it allocates.
///
/// A [`Decision`](crate::Decision) borrows it, so one scratch has one decision at a
/// time. Where requests run on many threads, each has its own:
///
/// ```
/// # #[cfg(feature = "compile")] {
/// use std::cell::RefCell;
///
/// use fingerpost::{Draws, Request, Scratch, Table};
///
/// thread_local! {
///     static SCRATCH: RefCell<Option<Scratch>> = const { RefCell::new(None) };
/// }
///
/// fn backend_of(table: &Table, request: &Request<'_>, random: u64) -> Option<String> {
///     SCRATCH.with_borrow_mut(|scratch| {
///         let scratch = scratch.get_or_insert_with(|| table.create_scratch());
///         let decision = table.decide_with(scratch, request, Draws::fixed(random));
///         decision.backend().map(|backend| backend.to_string()) // outlives the scratch
///     })
/// }
///
/// use fingerpost::builder::{Route, Routes, any};
///
/// let table = Routes::new().route(Route::any_host().rule(any().to("cart"))).build().unwrap();
/// let request = Request::new(b"GET", b"/");
/// assert_eq!(backend_of(&table, &request, 7).as_deref(), Some("Backend cart"));
/// # }
/// ```
#[derive(Debug)]
pub struct Scratch {
    /// Keeps the address, not the table: an address in use is never reused.
    table: Weak<Sections>,
    /// For the table behind the first layer, where there is one.
    pub(crate) older: Option<Box<Self>>,
    pub(crate) host: HostBuffer,
    pub(crate) server_name: NameBuffer,
    pub(crate) paths: PathBuffers,
    pub(crate) fields: Fields,
    pub(crate) regex: RegexScratch,
    pub(crate) captures: Captures,
    /// For values of facts that are not a part of the request.
    pub(crate) buffer: Vec<u8>,
    /// What a search in a stage writes down.
    pub(crate) hits: Hits,
    pub(crate) trail: Trail,
    /// A redirect's Location.
    pub(crate) location: Vec<u8>,
    pub(crate) output: Output,
}

/// The host as it stands, in both of its forms.
///
/// Where the request's authority is canonical already, the host is a part of it and
/// nothing is copied.
#[derive(Clone, Debug)]
pub(crate) struct HostBuffer {
    /// Whether the host is in these bytes, rather than in the request.
    is_copied: bool,
    bytes: [u8; MAX_HOST],
    len: usize,
    /// Lower case, with the port and the trailing dot that it came with.
    authority: [u8; MAX_AUTHORITY],
    authority_len: usize,
    port: Option<u16>,
}

/// The host that the TLS server name means.
#[derive(Debug)]
pub(crate) struct NameBuffer {
    bytes: [u8; MAX_HOST],
    len: usize,
}

/// The host of a request, as one stage sees it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct HostView<'s> {
    /// Lower case, without port or trailing dot.
    pub(crate) name: &'s [u8],
    /// Lower case, otherwise as it came.
    pub(crate) authority: &'s [u8],
    /// The port that the authority states.
    pub(crate) port: Option<u16>,
}

/// Longest authority: a host, its trailing dot, a colon and a port.
const MAX_AUTHORITY: usize = MAX_HOST + 7;

/// The path as it stands, where that is not a part of the request.
#[derive(Debug)]
pub(crate) struct PathBuffers {
    /// What was found in the request's target.
    pub(crate) shape: Shape,
    pub(crate) current: Vec<u8>,
    /// What the next rewrite is written to before both change places.
    pub(crate) spare: Vec<u8>,
    /// Whether `current` holds the path, rather than the request.
    pub(crate) changed: bool,
}

/// The rules that won, stage by stage.
#[derive(Debug)]
pub(crate) struct Trail {
    pub(crate) steps: [Step; MAX_STAGES],
    pub(crate) len: usize,
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct Step {
    pub(crate) stage: u32,
    /// Index of the winning candidate.
    pub(crate) candidate: u32,
    /// Number of the target chosen among its rule's, or [`NONE`]; see
    /// [`Targets::number`](crate::table::rule::Targets::number).
    pub(crate) target: u32,
    /// The draw that chose it, where one was taken.
    pub(crate) draw: Option<u64>,
    /// Whether a hash of the request chose it rather than a draw.
    pub(crate) sticky: bool,
    /// Where the rule's and the target's rendered values begin.
    pub(crate) values: [u32; 2],
}

impl Scratch {
    /// Working memory for a table.
    pub fn new(table: &Table) -> Self {
        let sections = &*table.sections;
        let path = sections.path_capacity();
        Self {
            table: Arc::downgrade(&table.sections),
            older: table.older().map(|older| Box::new(Self::new(older))),
            host: HostBuffer::new(),
            server_name: NameBuffer {
                bytes: [0; MAX_HOST],
                len: 0,
            },
            paths: PathBuffers {
                shape: Shape::default(),
                current: Vec::with_capacity(path),
                spare: Vec::with_capacity(path),
                changed: false,
            },
            fields: Fields::new(sections),
            regex: RegexScratch::new(&sections.predicates.regexes, &sections.group_regexes),
            captures: Captures::new(sections),
            buffer: Vec::with_capacity(path.max(WRITTEN)),
            hits: Hits::new(sections),
            trail: Trail::new(),
            location: Vec::with_capacity(sections.location_capacity()),
            output: Output::new(sections),
        }
    }

    /// Bytes in use.
    pub fn memory_usage(&self) -> usize {
        let older = self.older.as_ref().map_or(0, |older| older.memory_usage());
        older
            + self.paths.current.capacity()
            + self.paths.spare.capacity()
            + self.location.capacity()
            + self.buffer.capacity()
            + self.hits.bytes()
            + self.captures.bytes()
            + self.fields.bytes()
            + self.regex.bytes()
            + self.output.bytes()
            + size_of::<Self>()
    }

    /// Makes sure that the scratch belongs to `table`.
    #[inline]
    pub(crate) fn prepare(&mut self, table: &Table) {
        if Weak::as_ptr(&self.table) != Arc::as_ptr(&table.sections) {
            self.replace(table);
        }
    }

    /// Forgets the last request. Which headers rules can ask for is as in
    /// [`Fields::begin`].
    #[inline(always)]
    pub(crate) fn begin(&mut self, likely: u64) {
        self.fields.begin(likely);
        self.trail.len = 0;
        self.paths.changed = false;
        self.host.clear();
        self.captures.clear();
    }

    #[cold]
    fn replace(&mut self, table: &Table) {
        *self = Self::new(table);
    }
}

impl Step {
    /// A step whose target is not chosen yet.
    pub(crate) fn new(stage: u32, candidate: u32) -> Self {
        Self {
            stage,
            candidate,
            target: NONE,
            draw: None,
            sticky: false,
            values: [0; 2],
        }
    }
}

impl HostBuffer {
    fn new() -> Self {
        Self {
            is_copied: true,
            bytes: [0; MAX_HOST],
            len: 0,
            authority: [0; MAX_AUTHORITY],
            authority_len: 0,
            port: None,
        }
    }

    /// The host without port; empty where there is none. The request is the one whose
    /// authority was [taken](Self::take).
    #[inline]
    pub(crate) fn get<'h>(&'h self, request: &Request<'h>) -> &'h [u8] {
        let whole = match (self.is_copied, request.authority()) {
            (false, Some(authority)) => authority,
            _ => &self.bytes,
        };
        whole.get(..self.len).unwrap_or_default()
    }

    /// Both forms; `None` where there is no host.
    #[inline]
    pub(crate) fn view<'h>(&'h self, request: &Request<'h>) -> Option<HostView<'h>> {
        if self.len == 0 {
            return None;
        }
        let (name, authority) = match (self.is_copied, request.authority()) {
            (false, Some(authority)) => (authority.get(..self.len), Some(authority)),
            _ => (
                self.bytes.get(..self.len),
                self.authority.get(..self.authority_len),
            ),
        };
        Some(HostView {
            name: name.unwrap_or_default(),
            authority: authority.unwrap_or_default(),
            port: self.port,
        })
    }

    pub(crate) fn clear(&mut self) {
        self.len = 0;
    }

    /// Takes the host of a request's authority; `false` where that is none, and then
    /// there is no host.
    #[inline(always)]
    pub(crate) fn take(&mut self, authority: &[u8]) -> bool {
        if !is_canonical_name(authority) {
            return self.take_part(authority);
        }
        self.take_name(authority);
        true
    }

    /// Takes an authority that is a canonical host.
    #[inline(always)]
    pub(crate) fn take_name(&mut self, name: &[u8]) {
        self.is_copied = false;
        self.len = name.len();
        self.port = None;
    }

    /// Takes the host of an authority that is not a canonical host as it is.
    #[inline(never)]
    fn take_part(&mut self, authority: &[u8]) -> bool {
        let name = strip_port(authority).filter(|name| is_canonical_name(name));
        let Some(name) = name.filter(|name| name.len() < authority.len()) else {
            return self.set(authority);
        };
        self.is_copied = false;
        self.len = name.len();
        self.port = port_after(authority, name.len());
        true
    }

    /// Copies the host of an authority; `false` where it is not one, and then there is
    /// no host.
    pub(crate) fn set(&mut self, authority: &[u8]) -> bool {
        self.is_copied = true;
        self.len = host_of(authority, &mut self.bytes).unwrap_or(0);
        self.authority_len = 0;
        self.port = port_of(authority);
        if let Some(room) = self.authority.get_mut(..authority.len()) {
            room.copy_from_slice(authority);
            room.make_ascii_lowercase();
            self.authority_len = authority.len();
        }
        self.len > 0
    }
}

impl NameBuffer {
    /// Takes the host that a server name means; `false` where it is one that no client
    /// should send.
    #[inline]
    pub(crate) fn take(&mut self, name: Option<&[u8]>) -> bool {
        self.len = 0;
        match name {
            None => true,
            Some(name) => self.read(name),
        }
    }

    fn read(&mut self, name: &[u8]) -> bool {
        // A name that ends in a letter is no address, and most are canonical.
        if name.last().is_some_and(u8::is_ascii_lowercase)
            && is_canonical_name(name)
            && let Some(room) = self.bytes.get_mut(..name.len())
        {
            room.copy_from_slice(name);
            self.len = name.len();
            return true;
        }
        self.read_any(name)
    }

    /// The same for every name.
    fn read_any(&mut self, name: &[u8]) -> bool {
        match server_name(Some(name), &mut self.bytes) {
            ServerName::None => true,
            ServerName::Host(length) => {
                self.len = length;
                true
            }
            ServerName::Malformed => false,
        }
    }

    /// The host, where the name means one.
    #[inline]
    pub(crate) fn get(&self) -> Option<&[u8]> {
        self.bytes.get(..self.len).filter(|name| !name.is_empty())
    }
}

impl Trail {
    fn new() -> Self {
        Self {
            steps: [Step::new(NONE, NONE); MAX_STAGES],
            len: 0,
        }
    }

    pub(crate) fn get(&self) -> &[Step] {
        self.steps.get(..self.len).unwrap_or(&[])
    }

    /// The last step.
    pub(crate) fn last(&mut self) -> Option<&mut Step> {
        self.steps.get_mut(self.len.checked_sub(1)?)
    }

    /// Whether there is no room for more.
    pub(crate) fn is_full(&self) -> bool {
        self.len >= MAX_STAGES
    }

    /// Adds a step, where there is room.
    pub(crate) fn push(&mut self, step: Step) {
        if let Some(slot) = self.steps.get_mut(self.len) {
            *slot = step;
            self.len += 1;
        }
    }
}

impl Table {
    /// Working memory for this table.
    pub fn create_scratch(&self) -> Scratch {
        Scratch::new(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_name_is_read_the_same_however_it_is_written() {
        let names = [
            "",
            "a",
            "a.b",
            "shop.example",
            "Shop.Example",
            "shop.example.",
            "shop.example:443",
            "192.0.2.1",
            "192.0.2.a",
            "1.2.3.4.5",
            "::1",
            "::a",
            "[::a]",
            "fe80",
            "a..b",
            ".a",
            "a b",
            "~a",
            "a\0b",
        ];
        for name in names {
            let new = || NameBuffer {
                bytes: [0; MAX_HOST],
                len: 0,
            };
            let (mut taken, mut read) = (new(), new());
            let is_sound = read.read_any(name.as_bytes());
            assert_eq!(taken.take(Some(name.as_bytes())), is_sound, "{name}");
            assert_eq!(taken.get(), read.get(), "{name}");
        }
    }

    /// What is a part of the request is what would have been copied.
    #[test]
    fn a_host_that_is_taken_is_the_host_that_is_set() {
        let names = [
            "a",
            "a.b",
            "Shop.Example",
            "shop.example",
            "shop.example.",
            "a..b",
            ".a",
            "",
            "[::1]",
            "[2001:DB8::1]",
            "a_b",
            "~a",
            "a~",
            "a b",
            "xn--a.example-of-a-longer-one.test",
        ];
        let ports = [
            "", ":", ":80", ":08080", ":65535", ":65536", ":x", ":1:2", ":-1",
        ];
        for name in names {
            for port in ports {
                let authority = alloc::format!("{name}{port}");
                let authority = authority.as_bytes();
                let request = Request::new(b"GET", b"/").with_authority(authority);
                let (mut taken, mut set) = (HostBuffer::new(), HostBuffer::new());
                let is_host = set.set(authority);
                assert_eq!(taken.take(authority), is_host, "{name}{port}");
                assert_eq!(taken.get(&request), set.get(&request), "{name}{port}");
                let parts = |host: HostBuffer| {
                    let view = host.view(&request)?;
                    Some((view.name.to_vec(), view.authority.to_vec(), view.port))
                };
                assert_eq!(parts(taken), parts(set), "{name}{port}");
            }
        }
    }
}
