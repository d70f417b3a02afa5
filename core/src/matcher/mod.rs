//! Matching: from a request to the rule that wins.
//!
//! # Steps
//!
//! 1. [`target`] finds where the path ends and what in it needs a second look;
//!    [`authority`] reads the host out of the authority, lower case, without port.
//!    What is canonical already stays a part of the request.
//! 2. [`normalize`] makes the path canonical; a path that is so already is not
//!    copied.
//! 3. [`listener`] picks the listener: port, protocol, the most specific host.
//! 4. [`walk`] finds, among the rules of the listener's stage, the one with the
//!    best rank that the request satisfies. It is the hot loop, alone in its file.
//! 5. [`fields`] reads headers, query, cookies and attributes once, and only when a
//!    rule asks; [`facts`] gives every other fact; [`predicate`] asks tests of both.
//!
//! # Guarantees
//!
//! No step allocates, panics or recurses. The work is linear in the request, and
//! in the rules that share the request's host and path prefix; rules elsewhere in
//! the table cost nothing.

pub(crate) mod authority;
pub(crate) mod captures;
pub(crate) mod facts;
pub(crate) mod fields;
pub(crate) mod listener;
pub(crate) mod normalize;
pub(crate) mod output;
pub(crate) mod predicate;
pub(crate) mod request;
pub(crate) mod scratch;
pub(crate) mod screen;
pub(crate) mod target;
pub(crate) mod walk;
