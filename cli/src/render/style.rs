//! The few styles there are.

use std::fmt;

use anstyle::{AnsiColor, Style};

/// What is named: routes, backends.
pub(crate) const NAME: Style = Style::new().bold();
/// What went well, and what is added.
pub(crate) const GOOD: Style = AnsiColor::Green.on_default();
/// What went wrong, and what is taken away.
pub(crate) const BAD: Style = AnsiColor::Red.on_default();
/// What deserves a look.
pub(crate) const WARNING: Style = AnsiColor::Yellow.on_default();
/// What is there for orientation: places, labels.
pub(crate) const QUIET: Style = Style::new().dimmed();

/// Text in a style.
pub(crate) fn paint(style: Style, text: impl fmt::Display) -> impl fmt::Display {
    Painted { style, text }
}

struct Painted<T> {
    style: Style,
    text: T,
}

impl<T: fmt::Display> fmt::Display for Painted<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{}{}{}",
            self.style,
            self.text,
            self.style.render_reset()
        )
    }
}
