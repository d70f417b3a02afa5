//! Columns of text.

use std::io::{self, Write};

use super::style::{self, paint};

/// Writes rows under a head, columns padded to their widest cell.
///
/// Widths count characters, so wide characters make a row run over: harmless,
/// and names in manifests are ASCII.
pub(crate) fn write(out: &mut dyn Write, head: &[&str], rows: &[Vec<String>]) -> io::Result<()> {
    let mut widths: Vec<usize> = head.iter().map(|cell| cell.chars().count()).collect();
    for row in rows {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = (*width).max(cell.chars().count());
        }
    }
    let line = |cells: &mut dyn Iterator<Item = &str>| {
        let padded: Vec<String> = cells
            .zip(&widths)
            .map(|(cell, width)| format!("{cell:width$}"))
            .collect();
        padded.join("  ").trim_end().to_owned()
    };
    writeln!(
        out,
        "{}",
        paint(style::QUIET, line(&mut head.iter().copied()))
    )?;
    for row in rows {
        writeln!(out, "{}", line(&mut row.iter().map(String::as_str)))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_as_wide_as_their_widest_cell() {
        let rows = [
            vec!["a".to_owned(), "bbb".to_owned()],
            vec!["ccc".to_owned(), String::new()],
        ];
        let mut out = Vec::new();
        write(&mut out, &["X", "YY"], &rows).unwrap();
        let out = String::from_utf8(out).unwrap();
        let out = anstream::adapter::strip_str(&out).to_string();
        assert_eq!(out, "X    YY\na    bbb\nccc\n");
    }
}
