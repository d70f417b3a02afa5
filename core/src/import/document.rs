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
//! 2. A mapping's entries are in written order, keys unique as far as they are
//!    scalars; merge keys (`<<`) are already expanded.
//! 3. The number of nodes a document has when aliases are written out is
//!    bounded, so that a walk over it is.

use alloc::borrow::Cow;
use alloc::string::String;
use alloc::vec::Vec;

use crate::model::Origin;

/// An input file: its name as the user gave it, and its text.
#[derive(Clone, Debug)]
pub struct Source {
    name: String,
    text: String,
    /// Byte offset of each line's first byte.
    lines: Vec<u32>,
}

impl Source {
    /// The name, as diagnostics show it.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The whole text.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Line and column (characters), both from 1, of a byte offset.
    fn position(&self, offset: usize) -> (u32, u32) {
        let line = self
            .lines
            .partition_point(|&start| start as usize <= offset)
            .max(1)
            - 1;
        let start = self.lines.get(line).map_or(0, |&start| start as usize);
        let column = self
            .text
            .get(start..offset)
            .map_or(0, |head| head.chars().count());
        (line as u32 + 1, column as u32 + 1)
    }
}

/// The input files of an import, in the order in which they count.
#[derive(Clone, Debug, Default)]
pub struct Sources {
    files: Vec<Source>,
}

impl Sources {
    /// No files.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a file and gives its number.
    pub fn add(&mut self, name: impl Into<String>, text: impl Into<String>) -> u32 {
        let text = text.into();
        let mut lines = alloc::vec![0];
        lines.extend(
            text.bytes()
                .enumerate()
                .filter(|(_, byte)| *byte == b'\n')
                .map(|(at, _)| at as u32 + 1),
        );
        self.files.push(Source {
            name: name.into(),
            text,
            lines,
        });
        self.files.len() as u32 - 1
    }

    /// The file of this number.
    pub fn get(&self, source: u32) -> Option<&Source> {
        self.files.get(source as usize)
    }

    /// The files in order.
    pub fn iter(&self) -> impl Iterator<Item = &Source> {
        self.files.iter()
    }

    /// A place from a byte range of a file.
    pub fn origin(&self, source: u32, start: usize, end: usize) -> Origin {
        let Some(file) = self.get(source) else {
            return Origin::default();
        };
        let (line, column) = file.position(start);
        let (end_line, end_column) = file.position(end);
        Origin {
            source,
            line,
            column,
            end_line,
            end_column,
            start: start as u32,
            end: end as u32,
        }
    }
}

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

#[derive(Debug)]
enum Value<'s> {
    /// Any scalar: the text as YAML reads it, and what it is.
    Scalar(Kind, Cow<'s, str>),
    /// First and last (exclusive) index into [`Documents::items`].
    Seq(u32, u32),
    /// First and last (exclusive) index into [`Documents::entries`].
    Map(u32, u32),
}

#[derive(Debug)]
struct NodeData<'s> {
    value: Value<'s>,
    start: u32,
    end: u32,
    source: u32,
}

/// The documents of an import.
#[derive(Debug)]
pub struct Documents<'s> {
    sources: &'s Sources,
    nodes: Vec<NodeData<'s>>,
    items: Vec<u32>,
    entries: Vec<(u32, u32)>,
    roots: Vec<u32>,
}

impl<'s> Documents<'s> {
    /// The documents' roots in input order.
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
        match &self.data().value {
            Value::Scalar(kind, _) => *kind,
            Value::Seq(..) => Kind::Seq,
            Value::Map(..) => Kind::Map,
        }
    }

    /// Whether it is null.
    pub fn is_null(self) -> bool {
        self.kind() == Kind::Null
    }

    /// The text of a string; `None` for everything else, numbers included.
    pub fn as_str(self) -> Option<&'d str> {
        match &self.data().value {
            Value::Scalar(Kind::Str, text) => Some(text),
            _ => None,
        }
    }

    /// The text of any scalar as written, quotes removed: `8080`, `true`, `a`.
    pub fn scalar_text(self) -> Option<&'d str> {
        match &self.data().value {
            Value::Scalar(_, text) => Some(text),
            _ => None,
        }
    }

    /// The value of an integer that fits.
    pub fn as_i64(self) -> Option<i64> {
        match &self.data().value {
            Value::Scalar(Kind::Int, text) => parse_int(text),
            _ => None,
        }
    }

    /// The value of a boolean.
    pub fn as_bool(self) -> Option<bool> {
        match &self.data().value {
            Value::Scalar(Kind::Bool, text) => Some(text.eq_ignore_ascii_case("true")),
            _ => None,
        }
    }

    /// The items of a sequence; nothing for everything else.
    pub fn items(self) -> impl ExactSizeIterator<Item = Node<'d>> + Clone {
        let range = match self.data().value {
            Value::Seq(first, last) => first as usize..last as usize,
            _ => 0..0,
        };
        let documents = self.documents;
        documents.items[range]
            .iter()
            .map(move |&index| Node { documents, index })
    }

    /// The entries of a mapping in written order; nothing for everything else.
    pub fn entries(self) -> impl ExactSizeIterator<Item = (Node<'d>, Node<'d>)> + Clone {
        let range = match self.data().value {
            Value::Map(first, last) => first as usize..last as usize,
            _ => 0..0,
        };
        let documents = self.documents;
        documents.entries[range].iter().map(move |&(key, value)| {
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
            .find(|(name, _)| name.scalar_text() == Some(key))
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
            .find(|(name, _)| name.scalar_text() == Some(key))
            .map(|(name, _)| name)
    }

    /// Where it was written.
    pub fn origin(self) -> Origin {
        let data = self.data();
        self.documents
            .sources
            .origin(data.source, data.start as usize, data.end as usize)
    }

    /// The number of its source.
    pub fn source(self) -> u32 {
        self.data().source
    }

    fn data(self) -> &'d NodeData<'d> {
        &self.documents.nodes[self.index as usize]
    }
}

/// Reads a decimal, `0x`, `0o` or `0b` integer, sign allowed.
fn parse_int(text: &str) -> Option<i64> {
    let (negative, digits) = match text.as_bytes().first()? {
        b'-' => (true, &text[1..]),
        b'+' => (false, &text[1..]),
        _ => (false, text),
    };
    let value = match digits.get(..2) {
        Some("0x") => i128::from_str_radix(&digits[2..], 16),
        Some("0o") => i128::from_str_radix(&digits[2..], 8),
        Some("0b") => i128::from_str_radix(&digits[2..], 2),
        _ => digits.parse(),
    }
    .ok()?;
    i64::try_from(if negative { -value } else { value }).ok()
}
