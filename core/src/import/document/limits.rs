//! Limits of the reader: how much of an input it takes before it refuses.
//!
//! Every limit bounds time or memory that an input could otherwise ask for out
//! of proportion to its size, or that no honest manifest needs. Each has its own
//! code, and the message names the limit's field here.

/// How much the reader takes. [`Limits::default`] holds for inputs that nobody
/// has looked at.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Limits {
    /// Bytes of one file; a longer one is refused unread. Default 64 MiB: a
    /// cluster's 10,000 routes take about 10 MiB. At most 4 GiB, whatever is set.
    pub file_bytes: usize,
    /// Documents of one file; those after are refused. Default 100,000.
    pub documents: usize,
    /// Nodes of an import, aliases written out. Default 20,000,000: about half a
    /// gigabyte of tree.
    pub nodes: usize,
    /// Nodes that one document gains when its aliases are written out. Default
    /// 100,000: hand-written manifests repeat a few dozen, "billion laughs"
    /// documents billions.
    pub alias_nodes: usize,
    /// Lists and objects within each other, aliases written out. Default 128:
    /// the deepest published schema (a CRD) nests about 40.
    pub depth: usize,
    /// Bytes of one scalar. Default 1 MiB: etcd takes no object above 1.5 MiB.
    pub scalar_bytes: usize,
    /// Diagnostics of one file; those after are counted, not kept. Default 1,000.
    pub diagnostics: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            file_bytes: 64 << 20,
            documents: 100_000,
            nodes: 20_000_000,
            alias_nodes: 100_000,
            depth: 128,
            scalar_bytes: 1 << 20,
            diagnostics: 1_000,
        }
    }
}
