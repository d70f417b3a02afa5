//! Working memory of one thread.

use alloc::sync::{Arc, Weak};
use alloc::vec::Vec;

use super::authority::MAX_HOST;
use super::captures::Captures;
use super::fields::Fields;
use crate::table::regex::RegexScratch;
use crate::table::text::Range32;
use crate::table::{NONE, Sections, Table};

/// Most stages that one request passes through.
pub(crate) const MAX_STAGES: usize = 16;

/// Working memory that matching and deciding need, made once for each thread.
///
/// Belongs to the table it was made for. Given to another table it is made anew
/// for that one, which allocates; nothing of the old table is read. All of its
/// memory is allocated when it is made, so that no call with it allocates.
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
    /// Candidate lists that a walk came by.
    pub(crate) hits: Vec<Range32>,
    pub(crate) trail: Trail,
    /// A redirect's Location.
    pub(crate) location: Vec<u8>,
}

#[derive(Debug)]
pub(crate) struct HostBuffer {
    pub(crate) bytes: [u8; MAX_HOST],
    pub(crate) len: usize,
}

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
    /// Index of the target chosen, or [`NONE`].
    pub(crate) target: u32,
    /// The draw that chose it, where one was taken.
    pub(crate) draw: Option<u64>,
}

impl Scratch {
    /// Working memory for a table.
    pub fn new(table: &Table) -> Self {
        let sections = &*table.sections;
        let path = sections.path_capacity();
        Self {
            table: Arc::downgrade(&table.sections),
            host: HostBuffer {
                bytes: [0; MAX_HOST],
                len: 0,
            },
            paths: PathBuffers {
                current: Vec::with_capacity(path),
                spare: Vec::with_capacity(path),
                changed: false,
            },
            fields: Fields::new(sections),
            regex: RegexScratch::new(&sections.predicates.regexes),
            captures: Captures::default(),
            buffer: Vec::with_capacity(path),
            hits: Vec::with_capacity(sections.paths.worst_hits as usize),
            trail: Trail::new(),
            location: Vec::with_capacity(path + sections.longest_host() + 32),
        }
    }

    /// Bytes in use.
    pub fn memory_usage(&self) -> usize {
        self.paths.current.capacity()
            + self.paths.spare.capacity()
            + self.location.capacity()
            + self.buffer.capacity()
            + self.hits.capacity() * size_of::<Range32>()
            + self.fields.bytes()
            + self.regex.bytes()
            + size_of::<Self>()
    }

    /// Makes sure that the scratch belongs to `table`.
    pub(crate) fn prepare(&mut self, table: &Table) {
        if Weak::as_ptr(&self.table) != Arc::as_ptr(&table.sections) {
            *self = Self::new(table);
        }
    }
}

impl HostBuffer {
    pub(crate) fn get(&self) -> &[u8] {
        self.bytes.get(..self.len).unwrap_or(&[])
    }
}

impl Trail {
    fn new() -> Self {
        let empty = Step {
            stage: NONE,
            candidate: NONE,
            target: NONE,
            draw: None,
        };
        Self {
            steps: [empty; MAX_STAGES],
            len: 0,
        }
    }

    pub(crate) fn get(&self) -> &[Step] {
        self.steps.get(..self.len).unwrap_or(&[])
    }

    /// Adds a step; `false` where there is no room for more.
    pub(crate) fn push(&mut self, step: Step) -> bool {
        match self.steps.get_mut(self.len) {
            Some(slot) => {
                *slot = step;
                self.len += 1;
                true
            }
            None => false,
        }
    }
}

impl Table {
    /// Working memory for this table.
    pub fn create_scratch(&self) -> Scratch {
        Scratch::new(self)
    }
}
