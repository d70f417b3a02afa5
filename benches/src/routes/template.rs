//! Path templates: reading them, filling them in, and trying them one by one.

use crate::Random;

/// A piece of a template.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Piece<'t> {
    /// This text.
    Text(&'t str),
    /// A part of one segment.
    Hole(&'t str),
    /// All that follows, at least one byte.
    Rest(&'t str),
}

/// The pieces of a template, in order.
pub fn pieces(template: &str) -> Vec<Piece<'_>> {
    let mut pieces = Vec::new();
    let mut rest = template;
    while let Some((text, after)) = rest.split_once('{') {
        if !text.is_empty() {
            pieces.push(Piece::Text(text));
        }
        let (name, after) = after.split_once('}').unwrap_or((after, ""));
        pieces.push(match name.strip_prefix('*') {
            Some(name) => Piece::Rest(name),
            None => Piece::Hole(name),
        });
        rest = after;
    }
    if !rest.is_empty() {
        pieces.push(Piece::Text(rest));
    }
    pieces
}

/// The template with the names of its holes left out: what two templates share that
/// take the same paths.
pub fn shape(template: &str) -> String {
    write(template, |piece| match piece {
        Piece::Text(text) => text.to_string(),
        Piece::Hole(_) => "{}".to_string(),
        Piece::Rest(_) => "{*}".to_string(),
    })
}

/// A template with each piece written anew.
pub fn write(template: &str, piece: impl FnMut(&Piece<'_>) -> String) -> String {
    pieces(template).iter().map(piece).collect()
}

/// A path that the template takes.
pub fn fill(template: &str, random: &mut Random) -> String {
    write(template, |piece| match piece {
        Piece::Text(text) => (*text).to_string(),
        Piece::Hole(_) => super::value(random),
        Piece::Rest(_) => format!("{}/{}.json", super::value(random), super::value(random)),
    })
}

/// As a regular expression without anchors.
pub fn regex(template: &str) -> String {
    write(template, |piece| match piece {
        Piece::Text(text) => regex::escape(text),
        Piece::Hole(_) => "[^/]+".to_string(),
        Piece::Rest(_) => ".+".to_string(),
    })
}

/// Whether a template takes a path, tried the plain way: for what is linear anyway,
/// and for being sure of a miss.
pub fn takes(template: &str, path: &str) -> bool {
    pieces_take(&pieces(template), path)
}

/// Whether pieces take a path.
pub fn pieces_take(pieces: &[Piece<'_>], path: &str) -> bool {
    match pieces {
        [] => path.is_empty(),
        [Piece::Text(text), rest @ ..] => path
            .strip_prefix(text)
            .is_some_and(|path| pieces_take(rest, path)),
        [Piece::Rest(_), ..] => !path.is_empty(),
        [Piece::Hole(_), rest @ ..] => {
            let segment = path.find('/').unwrap_or(path.len());
            (1..=segment)
                .rev()
                .any(|end| path.is_char_boundary(end) && pieces_take(rest, &path[end..]))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{fill, shape, takes};
    use crate::Random;

    #[test]
    fn a_filled_template_is_taken_by_it() {
        let mut random = Random::new(1);
        for template in ["/", "/a/{b}", "/a/{b}...{c}", "/{a}/b/{*rest}"] {
            for _ in 0..100 {
                let path = fill(template, &mut random);
                assert!(takes(template, &path), "{template} {path}");
            }
        }
        assert!(!takes("/a/{b}", "/a/"));
        assert!(!takes("/a/{b}", "/a/b/c"));
        assert!(!takes("/a/{*rest}", "/a/"));
        assert!(!takes("/a/{b}...{c}", "/a/b..c"));
    }

    #[test]
    fn names_are_no_part_of_a_shape() {
        assert_eq!(shape("/a/{b}/{c}...{d}"), shape("/a/{x}/{y}...{z}"));
        assert_ne!(shape("/a/{b}"), shape("/a/{*b}"));
    }
}
