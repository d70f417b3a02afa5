//! Standard output and standard error.
//!
//! Styles are taken out where the stream is no terminal or `NO_COLOR` is set.
//! Output is buffered; it must be flushed at the end, and a command that fails
//! flushes before it says so, so that both streams read in order.

use std::io::{self, BufWriter, Write};

use anstream::AutoStream;

/// Standard output.
pub(crate) fn stdout() -> impl Write {
    BufWriter::new(AutoStream::auto(io::stdout().lock()))
}

/// Standard output for machines: what is written goes out as it is.
pub(crate) fn stdout_raw() -> impl Write {
    BufWriter::new(io::stdout().lock())
}

/// Standard error. What cannot be written there cannot be told to anybody.
pub(crate) fn stderr() -> impl Write {
    BufWriter::new(AutoStream::auto(io::stderr().lock()))
}
