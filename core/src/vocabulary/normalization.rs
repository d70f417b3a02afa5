//! How a path is made canonical.

/// How a request's path is made canonical before it is matched, rewritten and
/// sent on. All of them see the same bytes.
///
/// Start from a profile and change what differs:
///
/// ```
/// use fingerpost::{EscapedSlashes, Normalization};
///
/// let strict = Normalization { escaped_slashes: EscapedSlashes::Reject, ..Normalization::MERGE_SLASHES };
/// assert_ne!(strict, Normalization::MERGE_SLASHES);
/// ```
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub struct Normalization {
    /// Decodes percent-encoded unreserved characters, takes a backslash for a
    /// slash, and resolves dot segments (RFC 3986 6.2.2.2 and 6.2.2.3).
    pub base: bool,
    /// Runs of slashes become one, after dot segments went.
    pub merge_slashes: bool,
    /// What `%2F` and `%5C` are.
    pub escaped_slashes: EscapedSlashes,
    /// What `;name=value` in a segment is.
    pub path_parameters: PathParameters,
    /// What `#` and what follows it is.
    pub fragment: Fragment,
    /// What a `%` is that begins no escape.
    pub malformed_escapes: MalformedEscapes,
}

impl Normalization {
    /// The path as it came, without a fragment.
    pub const NONE: Self = Self {
        base: false,
        merge_slashes: false,
        escaped_slashes: EscapedSlashes::Keep,
        path_parameters: PathParameters::Keep,
        fragment: Fragment::Strip,
        malformed_escapes: MalformedEscapes::Keep,
    };

    /// Dot segments resolved, unreserved characters decoded.
    pub const BASE: Self = Self {
        base: true,
        ..Self::NONE
    };

    /// [`Normalization::BASE`], and runs of slashes become one.
    pub const MERGE_SLASHES: Self = Self {
        merge_slashes: true,
        ..Self::BASE
    };

    /// [`Normalization::MERGE_SLASHES`] with escaped slashes decoded before
    /// anything else.
    pub const DECODE_AND_MERGE: Self = Self {
        escaped_slashes: EscapedSlashes::Unescape,
        ..Self::MERGE_SLASHES
    };
}

impl Default for Normalization {
    fn default() -> Self {
        Self::BASE
    }
}

/// What is done with a path that holds `%2F`, `%2f`, `%5C` or `%5c`.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum EscapedSlashes {
    /// They are characters like others and stay as they are.
    #[default]
    Keep,
    /// The request is refused with 400.
    Reject,
    /// They become slashes, and the request goes on.
    Unescape,
    /// They become slashes, and the client is sent to the canonical path with 307;
    /// a gRPC request is refused.
    UnescapeAndRedirect,
}

/// What is done with parameters of path segments: `;` and what follows it up to the
/// next slash.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum PathParameters {
    /// They are a part of the segment.
    #[default]
    Keep,
    /// They are removed from each segment, before dot segments are resolved.
    Strip,
    /// The request is refused with 400.
    Reject,
}

/// What is done with a fragment, which clients must not send (RFC 9110 7.1).
#[derive(Clone, Copy, Debug, Default, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum Fragment {
    /// The target ends before the first `#`.
    #[default]
    Strip,
    /// The request is refused with 400.
    Reject,
}

/// What is done with a path in which a `%` is not followed by two hex digits.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum MalformedEscapes {
    /// It stays as it is.
    #[default]
    Keep,
    /// The request is refused with 400.
    Reject,
}
