//! What is left to test of a path at the node of the trie where a match hangs.
//!
//! A test is linear in the path. Letters are folded as ASCII, byte by byte, so that
//! nothing is read at a place of another string.

use super::text::{Text, TextPool};

/// A text that the path is compared with.
#[derive(Clone, Copy, Debug)]
pub(crate) struct PathTest {
    pub(crate) kind: TestKind,
    /// Of [`TestKind::Segments`] without the slash at its end.
    pub(crate) text: Text,
    pub(crate) ignore_case: bool,
}

/// Where the text must be.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum TestKind {
    Exact,
    Prefix,
    Segments,
    Suffix,
    /// Never without regard to case: that is a pattern.
    Contains,
}

impl PathTest {
    pub(crate) fn holds(&self, texts: &TextPool, path: &[u8]) -> bool {
        let text = texts.get(self.text);
        let equal = |part: &[u8]| match self.ignore_case {
            true => part.eq_ignore_ascii_case(text),
            false => part == text,
        };
        match self.kind {
            TestKind::Exact => equal(path),
            TestKind::Prefix => path.get(..text.len()).is_some_and(equal),
            TestKind::Segments => {
                path.get(..text.len()).is_some_and(equal)
                    && matches!(path.get(text.len()), None | Some(b'/'))
            }
            TestKind::Suffix => {
                let start = path.len().checked_sub(text.len());
                start.and_then(|start| path.get(start..)).is_some_and(equal)
            }
            TestKind::Contains => memchr::memmem::find(path, text).is_some(),
        }
    }
}
