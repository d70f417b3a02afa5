//! Working memory of one thread.

use alloc::sync::{Arc, Weak};
use alloc::vec::Vec;

use super::authority::{MAX_HOST, host_of, port_of};
use super::captures::Captures;
use super::fields::Fields;
use super::output::Output;
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
    pub(crate) host: HostBuffer,
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
#[derive(Clone, Debug)]
pub(crate) struct HostBuffer {
    bytes: [u8; MAX_HOST],
    len: usize,
    /// Lower case, with the port and the trailing dot that it came with.
    authority: [u8; MAX_AUTHORITY],
    authority_len: usize,
    port: Option<u16>,
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
            host: HostBuffer::new(),
            paths: PathBuffers {
                current: Vec::with_capacity(path),
                spare: Vec::with_capacity(path),
                changed: false,
            },
            fields: Fields::new(sections),
            regex: RegexScratch::new(&sections.predicates.regexes, &sections.group_regexes),
            captures: Captures::new(sections),
            buffer: Vec::with_capacity(path),
            hits: Hits::new(sections),
            trail: Trail::new(),
            location: Vec::with_capacity(sections.location_capacity()),
            output: Output::new(sections),
        }
    }

    /// Bytes in use.
    pub fn memory_usage(&self) -> usize {
        self.paths.current.capacity()
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
    pub(crate) fn prepare(&mut self, table: &Table) {
        if Weak::as_ptr(&self.table) != Arc::as_ptr(&table.sections) {
            *self = Self::new(table);
        }
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
            bytes: [0; MAX_HOST],
            len: 0,
            authority: [0; MAX_AUTHORITY],
            authority_len: 0,
            port: None,
        }
    }

    /// The host without port; empty where there is none.
    pub(crate) fn get(&self) -> &[u8] {
        self.bytes.get(..self.len).unwrap_or(&[])
    }

    /// Both forms; `None` where there is no host.
    pub(crate) fn view(&self) -> Option<HostView<'_>> {
        (self.len > 0).then(|| HostView {
            name: self.get(),
            authority: self.authority.get(..self.authority_len).unwrap_or(&[]),
            port: self.port,
        })
    }

    pub(crate) fn clear(&mut self) {
        self.len = 0;
    }

    /// Takes the host of an authority; `false` where it is not one, and then there is
    /// no host.
    pub(crate) fn set(&mut self, authority: &[u8]) -> bool {
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
