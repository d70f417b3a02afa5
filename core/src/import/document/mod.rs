//! The spanned document tree: YAML and JSON with byte-exact positions.
//!
//! # Shape
//!
//! All documents of an import live in one arena, [`Documents`]; a [`Node`] is a
//! reference to it and an index, so nodes are `Copy`, dropping never recurses,
//! and an alias is another index to the anchored node (a tree with sharing).
//!
//! # Invariants
//!
//! 1. Every index in the arena is smaller than the index of the node that holds
//!    it: children are stored before their parents, so there are no cycles.
//! 2. A mapping's keys are scalars and differ; merge keys (`<<`) are expanded.
//! 3. The nodes of a document with aliases written out, and their depth, are
//!    within [`Limits`]: a recursive walk over a document ends, soon and without
//!    exhausting the stack.
//! 4. A node whose content was refused in part, or that holds such a node, is
//!    [damaged](Node::is_damaged), and an error says why.
//!
//! # What is read how
//!
//! One parser reads YAML and JSON; a file named `*.json` is held to JSON's
//! literals besides, and told of commas after the last item, which change nothing.
//! Plain scalars, merge keys and keys written twice are taken
//! as Kubernetes takes them (`scalar.rs`, `mapping.rs`), with a warning where
//! that is not what YAML 1.2 says. Variables (`${NAME}`) and templates
//! (`{{ .Values.x }}`) are not substituted, only recognised, so that the
//! diagnostic says what to do.
//!
//! | file | duty |
//! |---|---|
//! | `source.rs` | files, and places in them |
//! | `read.rs` | documents of a file, and going on after an error |
//! | `build.rs` | the parser's events into the arena |
//! | `mapping.rs` | closing an object: repeated keys, merge keys |
//! | `classify.rs`, `scalar.rs` | what a scalar is |
//! | `template.rs` | recognising templates |
//! | `limits.rs` | every limit |

mod build;
mod classify;
mod limits;
mod mapping;
mod read;
mod scalar;
mod source;
mod template;
#[cfg(test)]
mod tests;

use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;
use core::ops::Range;

use crate::model::Origin;

pub use limits::Limits;
pub use read::read;
pub use source::{Source, Sources};

/// What a node is.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Kind {
    /// `null`, `~` or nothing.
    Null,
    /// `true` or `false`.
    Bool,
    /// An integer.
    Int,
    /// Any other number.
    Float,
    /// Text.
    Str,
    /// A sequence.
    Seq,
    /// A mapping.
    Map,
}

impl Kind {
    /// As error messages name it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Bool => "boolean",
            Self::Int => "integer",
            Self::Float => "number",
            Self::Str => "string",
            Self::Seq => "list",
            Self::Map => "object",
        }
    }
}

/// A node's place and content. 24 bytes: a large import has millions.
#[derive(Clone, Copy, Debug)]
struct NodeData {
    kind: Kind,
    flags: u8,
    source: u32,
    /// First byte, and the byte after the last one.
    start: u32,
    end: u32,
    /// A scalar: its text's range in the source, or with [`OWNED`] an index into
    /// [`Documents::texts`]. A list: its range in [`Documents::items`]. An
    /// object: its range in [`Documents::entries`].
    first: u32,
    last: u32,
}

/// The scalar's text is not a piece of its source.
const OWNED: u8 = 1;
/// The scalar is the plain text `<<`, which merges as a key.
const MERGE: u8 = 2;
/// Something in the node was refused: what it says is not what was written.
const DAMAGED: u8 = 4;

/// The documents of an import.
#[derive(Debug)]
pub struct Documents<'s> {
    sources: &'s Sources,
    nodes: Vec<NodeData>,
    items: Vec<u32>,
    entries: Vec<(u32, u32)>,
    texts: Vec<String>,
    roots: Vec<u32>,
    comments: Vec<CommentData>,
}

impl<'s> Documents<'s> {
    /// No documents of these files yet.
    fn new(sources: &'s Sources) -> Self {
        Self {
            sources,
            nodes: Vec::new(),
            items: Vec::new(),
            entries: Vec::new(),
            texts: Vec::new(),
            roots: Vec::new(),
            comments: Vec::new(),
        }
    }

    /// The documents' roots in input order; documents without content are not
    /// among them.
    pub fn roots(&self) -> impl Iterator<Item = Node<'_>> {
        self.roots.iter().map(|&index| Node {
            documents: self,
            index,
        })
    }

    /// The files they came from.
    pub fn sources(&self) -> &'s Sources {
        self.sources
    }

    /// The comments of a source in written order, for directives in them.
    pub fn comments(&self, source: u32) -> impl Iterator<Item = Comment<'s>> {
        let first = self
            .comments
            .partition_point(|comment| comment.source < source);
        let last = self
            .comments
            .partition_point(|comment| comment.source <= source);
        let file = self.sources.get(source);
        self.comments
            .get(first..last)
            .unwrap_or(&[])
            .iter()
            .filter_map(move |comment| {
                let (file, start) = (file?, comment.start as usize);
                let text = file.text().get(start + 1..comment.end as usize)?;
                Some(Comment {
                    line: file.line(start),
                    start,
                    text,
                })
            })
    }
}

/// A comment.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Comment<'s> {
    /// Its line, from 1.
    pub line: u32,
    /// The offset of its `#` in the source.
    pub start: usize,
    /// What follows the `#`, to the end of the line.
    pub text: &'s str,
}

#[derive(Clone, Copy, Debug)]
struct CommentData {
    source: u32,
    start: u32,
    end: u32,
}

/// One value in a document, with its place.
#[derive(Clone, Copy)]
pub struct Node<'d> {
    documents: &'d Documents<'d>,
    index: u32,
}

impl<'d> Node<'d> {
    /// What it is.
    pub fn kind(self) -> Kind {
        self.data().kind
    }

    /// Whether it is null.
    pub fn is_null(self) -> bool {
        self.kind() == Kind::Null
    }

    /// The text of a string; `None` for everything else, numbers included.
    pub fn as_str(self) -> Option<&'d str> {
        if self.kind() == Kind::Str {
            self.scalar_text()
        } else {
            None
        }
    }

    /// The text of any scalar as written, quotes removed: `8080`, `true`, `a`.
    /// Empty for a null that is not written at all.
    pub fn scalar_text(self) -> Option<&'d str> {
        self.documents.text(self.data())
    }

    /// The value of an integer that fits.
    pub fn as_i64(self) -> Option<i64> {
        if self.kind() == Kind::Int {
            scalar::parse_int(self.scalar_text()?)
        } else {
            None
        }
    }

    /// The value of a boolean.
    pub fn as_bool(self) -> Option<bool> {
        if self.kind() == Kind::Bool {
            scalar::parse_bool(self.scalar_text()?)
        } else {
            None
        }
    }

    /// The items of a sequence; nothing for everything else.
    pub fn items(self) -> impl ExactSizeIterator<Item = Node<'d>> + Clone {
        let documents = self.documents;
        let items = match self.kind() {
            Kind::Seq => documents.items.get(self.data().range()).unwrap_or(&[]),
            _ => &[],
        };
        items.iter().map(move |&index| Node { documents, index })
    }

    /// The entries of a mapping in written order; nothing for everything else.
    pub fn entries(self) -> impl ExactSizeIterator<Item = (Node<'d>, Node<'d>)> + Clone {
        let documents = self.documents;
        let entries = match self.kind() {
            Kind::Map => documents.entries.get(self.data().range()).unwrap_or(&[]),
            _ => &[],
        };
        entries.iter().map(move |&(key, value)| {
            (
                Node {
                    documents,
                    index: key,
                },
                Node {
                    documents,
                    index: value,
                },
            )
        })
    }

    /// A mapping's value under a key. A value of null counts as absent, as
    /// Kubernetes reads it.
    pub fn get(self, key: &str) -> Option<Node<'d>> {
        self.entries()
            .find(|(name, _)| name.is_text(key))
            .map(|(_, value)| value)
            .filter(|value| !value.is_null())
    }

    /// [`Node::get`] along several keys.
    pub fn path(self, keys: &[&str]) -> Option<Node<'d>> {
        keys.iter().try_fold(self, |node, key| node.get(key))
    }

    /// A mapping's key itself, for its place.
    pub fn key(self, key: &str) -> Option<Node<'d>> {
        self.entries()
            .find(|(name, _)| name.is_text(key))
            .map(|(name, _)| name)
    }

    /// Where it was written.
    pub fn origin(self) -> Origin {
        let data = self.data();
        self.documents
            .sources
            .origin(data.source, data.start as usize, data.end as usize)
    }

    /// Its bytes in its source.
    pub fn range(self) -> Range<usize> {
        self.data().start as usize..self.data().end as usize
    }

    /// The number of its source.
    pub fn source(self) -> u32 {
        self.data().source
    }

    /// Whether something in it was refused, so that it does not say what was
    /// written. The reader has reported why.
    pub fn is_damaged(self) -> bool {
        self.data().flags & DAMAGED != 0
    }

    /// Whether it is a scalar of this text.
    fn is_text(self, text: &str) -> bool {
        let data = self.data();
        // The text itself lies far from the node, and most keys differ in length.
        let may_be = data.is(OWNED) || data.range().len() == text.len();
        may_be && self.scalar_text() == Some(text)
    }

    fn data(self) -> &'d NodeData {
        &self.documents.nodes[self.index as usize]
    }
}

/// Its kind, and its text as far as it has one.
impl fmt::Debug for Node<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.scalar_text() {
            Some(text) => write!(f, "{} {text:?}", self.kind().as_str()),
            None => write!(
                f,
                "{} of {}",
                self.kind().as_str(),
                self.data().range().len()
            ),
        }
    }
}

impl NodeData {
    fn range(&self) -> Range<usize> {
        self.first as usize..self.last as usize
    }

    fn is(&self, flag: u8) -> bool {
        self.flags & flag != 0
    }
}

impl Documents<'_> {
    /// The text of a scalar.
    fn text(&self, node: &NodeData) -> Option<&str> {
        if matches!(node.kind, Kind::Seq | Kind::Map) {
            None
        } else if node.is(OWNED) {
            self.texts.get(node.first as usize).map(String::as_str)
        } else {
            self.sources.get(node.source)?.text().get(node.range())
        }
    }
}
