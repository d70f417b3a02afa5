//! Memory for what a decision writes: rendered values, the query, the resulting head.
//!
//! All of it is allocated when the scratch is made, from the table's limits and the
//! most that any way through the table can need; a table whose rules write nothing
//! has none of it. What fills it is in `decision`.
//!
//! # Invariants
//!
//! 1. Rendered bytes are only ever added while one request is decided, so that a
//!    [`Span`] stays what it was.
//! 2. A slot of [`Head`] belongs to the request whose number it has; with another
//!    number it counts as untouched.

use alloc::vec::Vec;

use super::scratch::MAX_STAGES;
use crate::table::text::Text;
use crate::table::{NONE, Sections};

/// A run of rendered bytes.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(crate) struct Span {
    pub(crate) start: u32,
    pub(crate) len: u32,
}

/// Where a value that leaves is.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Written {
    /// In the table.
    Text(Text),
    /// In the scratch.
    Rendered(Span),
}

impl Written {
    pub(crate) fn get<'a>(self, sections: &'a Sections, rendered: &'a Rendered) -> &'a [u8] {
        match self {
            Self::Text(text) => sections.text.get(text),
            Self::Rendered(span) => rendered.get(span),
        }
    }
}

/// What formats and patterns wrote for one request.
#[derive(Debug)]
pub(crate) struct Rendered {
    bytes: Vec<u8>,
    limit: usize,
    /// Values of edits with holes, in order.
    pub(crate) values: Vec<Span>,
}

impl Rendered {
    fn new(sections: &Sections) -> Self {
        let most = sections.actions.most;
        let limit = match most.renders {
            true => sections.limits.rendered as usize,
            false => 0,
        };
        Self {
            bytes: Vec::with_capacity(limit),
            limit,
            values: Vec::with_capacity(most.values * 2 * MAX_STAGES),
        }
    }

    fn clear(&mut self) {
        self.bytes.clear();
        self.values.clear();
    }

    /// Where the next byte will be.
    pub(crate) fn mark(&self) -> usize {
        self.bytes.len()
    }

    /// What was written since a mark.
    pub(crate) fn since(&self, mark: usize) -> Span {
        Span {
            start: mark as u32,
            len: self.bytes.len().saturating_sub(mark) as u32,
        }
    }

    /// Adds bytes; `false` where the limit leaves no room, and nothing is added.
    #[must_use]
    pub(crate) fn push(&mut self, bytes: &[u8]) -> bool {
        let fits = bytes.len() <= self.limit.saturating_sub(self.bytes.len());
        if fits {
            self.bytes.extend_from_slice(bytes);
        }
        fits
    }

    /// Adds bytes that are there already; `false` as for `push`.
    #[must_use]
    pub(crate) fn repeat(&mut self, span: Span) -> bool {
        let start = span.start as usize;
        let end = start + span.len as usize;
        let fits = span.len as usize <= self.limit.saturating_sub(self.bytes.len());
        if fits && end <= self.bytes.len() {
            self.bytes.extend_from_within(start..end);
        }
        fits
    }

    pub(crate) fn get(&self, span: Span) -> &[u8] {
        let start = span.start as usize;
        self.bytes
            .get(start..start + span.len as usize)
            .unwrap_or(&[])
    }
}

/// The query as it stands, without `?`.
#[derive(Debug)]
pub(crate) struct QueryBuffers {
    pub(crate) current: Vec<u8>,
    pub(crate) spare: Vec<u8>,
    /// Whether `current` holds the query, rather than the request.
    pub(crate) changed: bool,
}

/// The head after all edits, as far as it differs from the request's.
#[derive(Debug)]
pub(crate) struct Head {
    pub(crate) epoch: u32,
    /// Whether anything on the way edits the head.
    pub(crate) is_edited: bool,
    /// One for each name that request edits of the table have.
    pub(crate) slots: Vec<HeadSlot>,
    /// What was set or added, in the order of the edits.
    pub(crate) pieces: Vec<Piece>,
}

/// What became of one name.
#[derive(Clone, Copy, Debug)]
pub(crate) struct HeadSlot {
    pub(crate) epoch: u32,
    /// Whether the request's own lines went.
    pub(crate) is_cleared: bool,
    /// How many lines of the name the request has, and the last one's index.
    pub(crate) count: u32,
    pub(crate) last_line: u32,
    /// First and last piece that is joined to that line, or [`NONE`].
    pub(crate) joined: u32,
    pub(crate) joined_last: u32,
    /// The value of that line with what is joined to it.
    pub(crate) joined_value: Option<Span>,
    /// The last piece that is a line of its own, or [`NONE`].
    pub(crate) last_piece: u32,
    /// Pieces before this one are gone.
    pub(crate) first_piece: u32,
}

impl HeadSlot {
    pub(crate) fn new(epoch: u32) -> Self {
        Self {
            epoch,
            is_cleared: false,
            count: 0,
            last_line: NONE,
            joined: NONE,
            joined_last: NONE,
            joined_value: None,
            last_piece: NONE,
            first_piece: 0,
        }
    }
}

/// A value that an edit wrote.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Piece {
    pub(crate) name: Text,
    pub(crate) slot: u32,
    pub(crate) value: Written,
    /// Whether it is a line of its own rather than joined to another.
    pub(crate) is_line: bool,
    /// The piece that is joined to this one, or [`NONE`].
    pub(crate) next: u32,
    /// Of a line: the last piece joined to it, or itself.
    pub(crate) last: u32,
}

impl Head {
    fn new(sections: &Sections) -> Self {
        let actions = &sections.actions;
        Self {
            epoch: 0,
            is_edited: false,
            slots: alloc::vec![HeadSlot::new(0); actions.edit_names.len()],
            pieces: Vec::with_capacity(actions.most.request_edits * 2 * MAX_STAGES),
        }
    }

    /// Forgets the last request's.
    fn clear(&mut self) {
        self.pieces.clear();
        self.is_edited = false;
        self.epoch = self.epoch.wrapping_add(1);
        if self.epoch == 0 {
            // Every four billion requests the numbers start again.
            self.slots.fill(HeadSlot::new(0));
            self.epoch = 1;
        }
    }
}

/// Everything a decision writes besides path and Location.
#[derive(Debug)]
pub(crate) struct Output {
    pub(crate) rendered: Rendered,
    pub(crate) query: QueryBuffers,
    pub(crate) head: Head,
    /// Whether each mirror on the way was drawn, in order.
    pub(crate) mirrored: Vec<bool>,
}

impl Output {
    pub(crate) fn new(sections: &Sections) -> Self {
        let query = sections.query_capacity();
        Self {
            rendered: Rendered::new(sections),
            query: QueryBuffers {
                current: Vec::with_capacity(query),
                spare: Vec::with_capacity(query),
                changed: false,
            },
            head: Head::new(sections),
            mirrored: Vec::with_capacity(sections.actions.most.mirrors * 2 * MAX_STAGES),
        }
    }

    /// Forgets the last request's.
    pub(crate) fn clear(&mut self) {
        self.rendered.clear();
        self.query.changed = false;
        self.head.clear();
        self.mirrored.clear();
    }

    pub(crate) fn bytes(&self) -> usize {
        self.rendered.bytes.capacity()
            + self.rendered.values.capacity() * size_of::<Span>()
            + self.query.current.capacity()
            + self.query.spare.capacity()
            + self.head.slots.capacity() * size_of::<HeadSlot>()
            + self.head.pieces.capacity() * size_of::<Piece>()
            + self.mirrored.capacity()
    }
}

impl Sections {
    /// Longest query with what rewrites can add; 0 where none rewrites it.
    pub(crate) fn query_capacity(&self) -> usize {
        let most = self.actions.most;
        match most.queries {
            true => {
                let target = self.limits.target as usize;
                target.saturating_add(self.limits.rendered as usize)
            }
            false => 0,
        }
    }
}
