//! Where a thing was written, and what it is called there.

use alloc::string::String;
use core::fmt;

/// A place in an input file: what diagnostics and explanations point at.
///
/// Lines and columns count from 1; a column counts characters, not bytes. The
/// default value (line 0) means that the place is not known.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct Origin {
    /// Index into [`RouteSet::sources`](super::RouteSet::sources).
    pub source: u32,
    /// First line, from 1; 0 where the place is not known.
    pub line: u32,
    /// First column, from 1.
    pub column: u32,
    /// Last line.
    pub end_line: u32,
    /// Column after the last character.
    pub end_column: u32,
    /// First byte in the file.
    pub start: u32,
    /// Byte after the last one.
    pub end: u32,
}

impl Origin {
    /// Whether the place is known.
    pub fn is_known(&self) -> bool {
        self.line != 0
    }
}

/// The name of an object: its kind, namespace and name, as its dialect writes them.
#[derive(Clone, Debug, Default, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct ObjectRef {
    /// `HTTPRoute`, `GatewayRoute`, `Service`.
    pub kind: String,
    /// Empty for what is in no namespace.
    pub namespace: String,
    /// The object's own name.
    pub name: String,
}

impl ObjectRef {
    /// An object's name from its parts.
    pub fn new(
        kind: impl Into<String>,
        namespace: impl Into<String>,
        name: impl Into<String>,
    ) -> Self {
        Self {
            kind: kind.into(),
            namespace: namespace.into(),
            name: name.into(),
        }
    }
}

/// `HTTPRoute shop/cart`, or `Mesh global` outside of namespaces.
impl fmt::Display for ObjectRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.namespace.is_empty() {
            write!(f, "{} {}", self.kind, self.name)
        } else {
            write!(f, "{} {}/{}", self.kind, self.namespace, self.name)
        }
    }
}
