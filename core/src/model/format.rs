//! Texts with holes, filled in for each request.

use alloc::borrow::ToOwned;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

use super::Fact;

/// A text with holes that captures and facts of the request fill in.
///
/// A hole is filled in once and what fills it is never read again: a header that
/// holds `{host}` adds these six characters. Of a fact with several values the
/// first counts; what is missing is empty.
///
/// | in the text | is |
/// |---|---|
/// | `{id}` | the capture `id` of the match (or of the rewrite's own pattern) |
/// | `{0}`, `{1}` | of a path that is a regular expression (or of the rewrite's own pattern): all that it matched, its first group; other kinds of path have captures by name alone |
/// | `{path}`, `{method}`, `{host}`, … | a fact, by [`Fact`]'s name in lower case |
/// | `{header.x-user}`, `{query.page}`, `{cookie.sid}`, `{attribute.jwt.sub}` | a fact with a name |
/// | `{{` and `}}` | `{` and `}` |
///
/// The names of facts: `path`, `raw_path`, `method`, `scheme`, `host`, `authority`,
/// `authority_port`, `port`, `version`, `raw_query`, `source_ip`, `destination_ip`,
/// `sni`, `client_namespace`, `grpc_service`, `grpc_method`. A capture of such a
/// name is written `{capture.path}`. `{query.page}` is the value as it came, escapes
/// and all, so that nothing is decoded on its way into a path or a header;
/// `{decoded_query.page}` is decoded.
///
/// ```
/// use fingerpost::model::Format;
///
/// let format = Format::parse("/v2/{id}?from={header.x-user}").unwrap();
/// assert_eq!(format.to_string(), "/v2/{id}?from={header.x-user}");
/// assert!(Format::parse("{id").is_err());
/// assert_eq!(Format::text("{id").to_string(), "{{id");
/// ```
#[derive(Clone, Debug, Default, Eq, Hash, PartialEq)]
pub struct Format {
    /// No text is empty, and no two stand side by side.
    parts: Vec<FormatPart>,
}

/// A piece of a [`Format`].
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum FormatPart {
    /// This text.
    Text(String),
    /// A capture: a name, or the number of a group in decimal.
    Capture(String),
    /// A fact's first value.
    Fact(Fact),
}

/// Why a text is no [`Format`].
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum InvalidFormat {
    /// A `{` without its `}`, or the other way round, at this byte.
    Unbalanced(usize),
    /// A hole that names nothing, at this byte.
    EmptyHole(usize),
    /// No fact has this name.
    UnknownFact(String),
}

impl fmt::Display for InvalidFormat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unbalanced(at) => write!(
                f,
                "a brace at byte {at} has no other half; a brace itself is written twice"
            ),
            Self::EmptyHole(at) => write!(f, "the hole at byte {at} names nothing"),
            Self::UnknownFact(name) => write!(f, "there is no fact '{name}'"),
        }
    }
}

impl core::error::Error for InvalidFormat {}

impl Format {
    /// This text, without holes; braces stand for themselves.
    pub fn text(text: impl Into<String>) -> Self {
        let text = text.into();
        let parts = match text.is_empty() {
            true => Vec::new(),
            false => Vec::from([FormatPart::Text(text)]),
        };
        Self { parts }
    }

    /// These pieces, one after the other. Texts side by side become one, and empty
    /// ones go, so that a format is the same however its text was cut.
    ///
    /// ```
    /// use fingerpost::model::{Format, FormatPart};
    ///
    /// let cut = ["%2", "", "e"].map(|text| FormatPart::Text(text.into()));
    /// assert_eq!(Format::from_parts(cut), Format::text("%2e"));
    /// ```
    pub fn from_parts(parts: impl IntoIterator<Item = FormatPart>) -> Self {
        let mut merged: Vec<FormatPart> = Vec::new();
        for part in parts {
            match (merged.last_mut(), part) {
                (_, FormatPart::Text(text)) if text.is_empty() => {}
                (Some(FormatPart::Text(last)), FormatPart::Text(text)) => last.push_str(&text),
                (_, part) => merged.push(part),
            }
        }
        Self { parts: merged }
    }

    /// Reads a text with holes in braces.
    ///
    /// # Errors
    ///
    /// Where braces do not pair, a hole is empty, or a dotted name is no fact's.
    pub fn parse(text: &str) -> Result<Self, InvalidFormat> {
        let mut parts = Vec::new();
        let mut plain = String::new();
        let mut at = 0;
        while let Some(rest) = text.get(at..).filter(|rest| !rest.is_empty()) {
            if rest.starts_with("{{") || rest.starts_with("}}") {
                plain.push_str(&rest[..1]);
                at += 2;
            } else if rest.starts_with('}') {
                return Err(InvalidFormat::Unbalanced(at));
            } else if let Some(hole) = rest.strip_prefix('{') {
                let end = hole.find(['{', '}']).ok_or(InvalidFormat::Unbalanced(at))?;
                if !hole[end..].starts_with('}') {
                    return Err(InvalidFormat::Unbalanced(at));
                }
                let name = &hole[..end];
                if name.is_empty() {
                    return Err(InvalidFormat::EmptyHole(at));
                }
                if !plain.is_empty() {
                    parts.push(FormatPart::Text(core::mem::take(&mut plain)));
                }
                parts.push(hole_of(name)?);
                at += end + 2;
            } else {
                let end = rest.find(['{', '}']).unwrap_or(rest.len());
                plain.push_str(&rest[..end]);
                at += end;
            }
        }
        if !plain.is_empty() {
            parts.push(FormatPart::Text(plain));
        }
        Ok(Self { parts })
    }

    /// Its pieces: no text is empty, and no two stand side by side.
    pub fn parts(&self) -> &[FormatPart] {
        &self.parts
    }

    /// The text, where it has no holes.
    pub fn as_text(&self) -> Option<&str> {
        match self.parts.as_slice() {
            [] => Some(""),
            [FormatPart::Text(text)] => Some(text),
            _ => None,
        }
    }
}

impl From<&str> for Format {
    fn from(text: &str) -> Self {
        Self::text(text)
    }
}

impl From<String> for Format {
    fn from(text: String) -> Self {
        Self::text(text)
    }
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for part in &self.parts {
            match part {
                FormatPart::Text(text) => {
                    for (at, piece) in text.split('{').enumerate() {
                        if at > 0 {
                            f.write_str("{{")?;
                        }
                        for (at, piece) in piece.split('}').enumerate() {
                            if at > 0 {
                                f.write_str("}}")?;
                            }
                            f.write_str(piece)?;
                        }
                    }
                }
                FormatPart::Capture(name) if PLAIN.iter().any(|(known, _)| known == name) => {
                    write!(f, "{{capture.{name}}}")?;
                }
                FormatPart::Capture(name) => write!(f, "{{{name}}}")?,
                FormatPart::Fact(fact) => write!(f, "{{{fact}}}")?,
            }
        }
        Ok(())
    }
}

/// Facts without a name of their own, as holes write them.
const PLAIN: [(&str, Fact); 17] = [
    ("path", Fact::Path),
    ("raw_path", Fact::RawPath),
    ("method", Fact::Method),
    ("scheme", Fact::Scheme),
    ("host", Fact::Host),
    ("authority", Fact::Authority),
    ("authority_port", Fact::AuthorityPort),
    ("port", Fact::Port),
    ("version", Fact::Version),
    ("raw_query", Fact::RawQuery),
    ("source_ip", Fact::SourceIp),
    ("destination_ip", Fact::DestinationIp),
    ("sni", Fact::Sni),
    ("client_namespace", Fact::ClientNamespace),
    ("grpc_service", Fact::GrpcService),
    ("grpc_method", Fact::GrpcMethod),
    ("grpc", Fact::Grpc),
];

fn hole_of(name: &str) -> Result<FormatPart, InvalidFormat> {
    if let Some((_, fact)) = PLAIN.iter().find(|(known, _)| *known == name) {
        return Ok(FormatPart::Fact(fact.clone()));
    }
    let Some((kind, rest)) = name.split_once('.') else {
        return Ok(FormatPart::Capture(name.to_owned()));
    };
    let unknown = || InvalidFormat::UnknownFact(name.to_owned());
    if rest.is_empty() {
        return Err(unknown());
    }
    Ok(match kind {
        "capture" => FormatPart::Capture(rest.to_owned()),
        "header" => FormatPart::Fact(Fact::Header(rest.to_ascii_lowercase())),
        "query" => FormatPart::Fact(Fact::RawQueryParameter(rest.to_owned())),
        "decoded_query" => FormatPart::Fact(Fact::Query(rest.to_owned())),
        "cookie" => FormatPart::Fact(Fact::Cookie(rest.to_owned())),
        "attribute" => FormatPart::Fact(Fact::Attribute(rest.to_owned())),
        _ => return Err(unknown()),
    })
}

/// As a hole writes it, without the braces: `host`, `header.x-user`.
impl fmt::Display for Fact {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Header(name) => write!(f, "header.{name}"),
            Self::Query(name) => write!(f, "decoded_query.{name}"),
            Self::RawQueryParameter(name) => write!(f, "query.{name}"),
            Self::Cookie(name) => write!(f, "cookie.{name}"),
            Self::Attribute(name) => write!(f, "attribute.{name}"),
            plain => {
                let known = PLAIN.iter().find(|(_, fact)| fact == plain);
                f.write_str(known.map_or("", |(name, _)| name))
            }
        }
    }
}
