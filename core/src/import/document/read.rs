//! Reading files: documents, and where to go on after an error.
//!
//! The parser stops for good at its first error. A document's end is found
//! without it, though: no YAML construct reaches over a line that begins with
//! `---` or `...`, so the reader begins anew with the next such line, and an
//! error costs its own document only. Characters that no YAML stream may hold
//! (NUL, which the parser takes for the end of the text, and other controls) are
//! found before parsing and end a segment in the same way.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use granit_parser::{ErrorKind, Parser, ScanError, options};

use super::build::{Builder, File, Refusal, refusal, too_deep};
use super::{Documents, Limits, Sources, template};
use crate::diagnostic::codes::read as codes;
use crate::diagnostic::{Diagnostic, Severity};

/// Comments in a row that the parser may hold back; a licence has dozens.
const COMMENTS: usize = 1 << 16;

/// Bytes that are looked through for control characters at once.
const BLOCK: usize = 256;

/// Reads every document of every source.
///
/// Whatever is wrong costs the document it is in: the diagnostics say what, and
/// the documents are the others. Nodes with something refused in them are
/// [damaged](super::Node::is_damaged). Takes time and memory linear in the input,
/// and no more than the limits allow.
pub fn read<'s>(sources: &'s Sources, limits: &Limits) -> (Documents<'s>, Vec<Diagnostic>) {
    let mut builder = Builder::new(sources, limits);
    for (source, file) in sources.iter().enumerate() {
        if file.is_refused() {
            continue;
        }
        builder.file = File {
            source: source as u32,
            text: file.text(),
            json: is_json(file.name()),
            dollars: memchr::memchr(b'$', file.text().as_bytes()).is_some(),
            comments: memchr::memchr(b'#', file.text().as_bytes()).is_some(),
            base: 0,
            reported: 0,
            left_out: 0,
        };
        let stop = read_file(&mut builder);
        report_left_out(&mut builder);
        if stop {
            break;
        }
    }
    (builder.documents, builder.diagnostics)
}

/// Reads one file; gives whether nothing more is to be read at all.
fn read_file(builder: &mut Builder<'_, '_>) -> bool {
    let text = builder.file.text;
    let limit = builder.limits.file_bytes.min(u32::MAX as usize);
    if text.len() > limit {
        let length = text.len();
        let message = format!("the file has {length} bytes, more than {limit}");
        let help = Some(String::from("raise Limits::file_bytes, or split the file"));
        builder.report(Severity::Error, codes::FILE_TOO_LONG, (0, 0), message, help);
        return false;
    }
    let mut documents = 0;
    let mut start = 0;
    let mut last_error = None;
    let mut control = find_control(text, 0);
    loop {
        if control.is_some_and(|at| at < start) {
            control = find_control(text, start);
        }
        let outcome = read_segment(builder, start, control, &mut documents);
        let found = match (outcome, control) {
            (Ok(()), None) => return false,
            // The document in which the control character stands ends with it.
            (Ok(()), Some(at)) => {
                builder.drop_last_document();
                control_character(text, at)
            }
            (Err(found), Some(at))
                if !found.last
                    && next_boundary(text, found.start, start).is_none_or(|b| b > at) =>
            {
                builder.drop_document();
                control_character(text, at)
            }
            (Err(found), _) => {
                builder.drop_document();
                found
            }
        };
        let (at, last, begin) = (found.start, found.last, builder.document_start().max(start));
        // The document may begin where the last error was found, and fail again.
        if last_error.replace(at) != Some(at) {
            let place = (found.start, found.end);
            builder.report(
                Severity::Error,
                found.code,
                place,
                found.message,
                found.help,
            );
        }
        if last {
            return found.code == codes::TOO_MANY_NODES;
        }
        match next_boundary(text, at, begin) {
            Some(next) => start = next,
            None => return false,
        }
    }
}

/// Reads documents from `start` to the end of the text or a control character.
fn read_segment(
    builder: &mut Builder<'_, '_>,
    start: usize,
    control: Option<usize>,
    documents: &mut usize,
) -> Result<(), Refusal> {
    let text = builder.file.text;
    let segment = text.get(start..control.unwrap_or(text.len())).unwrap_or("");
    builder.start_segment(start);
    let depth = builder.limits.depth;
    let options = options! {
        // Looking for comments costs the parser a seventh of its time.
        emit_comments: builder.file.comments,
        max_buffered_comment_events: COMMENTS,
        flow_nesting_limit: depth,
        block_nesting_limit: depth,
    };
    let mut parser = Parser::new_from_str_with_options(segment, options);
    while let Some(event) = parser.next_event() {
        let (event, span) = event.map_err(|error| syntax_error(builder, &error))?;
        if matches!(event, granit_parser::Event::DocumentStart(..)) {
            *documents += 1;
            let limit = builder.limits.documents;
            if *documents > limit {
                let at = start + span.start.byte_offset().unwrap_or(0);
                let message = format!("the file has more than {limit} documents");
                let help = "raise Limits::documents, or split the file";
                let found = refusal(codes::TOO_MANY_DOCUMENTS, (at, at), message, help);
                return Err(Refusal {
                    last: true,
                    ..found
                });
            }
        }
        builder.event(event, &span)?;
    }
    Ok(())
}

/// What the parser's error means for the document.
fn syntax_error(builder: &Builder<'_, '_>, error: &ScanError) -> Refusal {
    let text = builder.file.text;
    let at = builder.file.base + error.marker().byte_offset().unwrap_or(0);
    let at = at.min(text.len());
    let end = at
        + text
            .get(at..)
            .and_then(|rest| rest.chars().next())
            .map_or(0, char::len_utf8);
    let place = (at, end);
    let begin = builder.document_start().max(builder.file.base);
    if let Some(found) = template::cause(text, begin, at) {
        return template::refusal(text, found);
    }
    let help = match error.kind() {
        ErrorKind::RecursionLimitExceeded => return too_deep(builder.limits.depth, place),
        ErrorKind::UnknownAnchor => {
            let message = String::from("the alias refers to an anchor that is not in the document");
            return refusal(codes::INVALID_ALIAS, place, message, "");
        }
        ErrorKind::TabNotAllowed
        | ErrorKind::TabInBlockIndentation
        | ErrorKind::TabInIndentation
        | ErrorKind::TabInPlainScalar
        | ErrorKind::TabAtBlockScalarStart => "indent with spaces",
        _ if holds_variable(text, at) => "substitute variables first, for example with `envsubst`",
        _ => "",
    };
    refusal(
        codes::SYNTAX,
        place,
        format!("the document is not valid YAML: {}", error.info()),
        help,
    )
}

/// Whether the line of an error holds `$NAME` or `${NAME}`.
fn holds_variable(text: &str, at: usize) -> bool {
    let start = text
        .get(..at)
        .and_then(|head| head.rfind('\n'))
        .map_or(0, |found| found + 1);
    let line = text
        .get(start..)
        .and_then(|rest| rest.lines().next())
        .unwrap_or("");
    line.bytes()
        .zip(line.bytes().skip(1))
        .any(|(first, second)| {
            first == b'$' && (second == b'{' || second.is_ascii_alphabetic() || second == b'_')
        })
}

fn control_character(text: &str, at: usize) -> Refusal {
    let byte = text.as_bytes().get(at).copied().unwrap_or(0);
    let message = format!("control character U+{byte:04X} is not allowed in YAML");
    refusal(
        codes::CONTROL_CHARACTER,
        (at, at + 1),
        message,
        "remove it, or write it as an escape",
    )
}

/// The first control character from an offset on.
///
/// SPEC: YAML 1.2.2, section 5.1: of the C0 controls only tab, line feed and
/// carriage return are printable; DEL is not.
fn find_control(text: &str, from: usize) -> Option<usize> {
    let bytes = text.as_bytes().get(from..)?;
    let is_control = |byte: u8| {
        (byte < b' ') & (byte != b'\n') & (byte != b'\t') & (byte != b'\r') | (byte == 0x7F)
    };
    // A block without an early end is looked at by wide instructions.
    let (at, block) = bytes.chunks(BLOCK).enumerate().find(|(_, block)| {
        block
            .iter()
            .fold(false, |any, &byte| any | is_control(byte))
    })?;
    let found = block.iter().position(|&byte| is_control(byte))?;
    Some(from + at * BLOCK + found)
}

/// The next place where a document can begin: a line with `---`, or what follows
/// a line with `...`; not before the line of `at`, and after `begin`.
fn next_boundary(text: &str, at: usize, begin: usize) -> Option<usize> {
    let line = text.get(..at)?.rfind('\n').map_or(0, |found| found + 1);
    let mut start = line;
    loop {
        let rest = text.get(start..)?;
        if start > begin && is_marker(rest, "---") {
            return Some(start);
        }
        let next = start + memchr::memchr(b'\n', rest.as_bytes())? + 1;
        if next > begin && is_marker(rest, "...") {
            return Some(next);
        }
        start = next;
    }
}

fn is_marker(line: &str, marker: &str) -> bool {
    line.strip_prefix(marker).is_some_and(|rest| {
        matches!(
            rest.as_bytes().first(),
            None | Some(b' ' | b'\t' | b'\n' | b'\r')
        )
    })
}

fn is_json(name: &str) -> bool {
    name.get(name.len().saturating_sub(5)..)
        .is_some_and(|end| end.eq_ignore_ascii_case(".json"))
}

/// Says how many diagnostics the limit has left out.
fn report_left_out(builder: &mut Builder<'_, '_>) {
    let left_out = builder.file.left_out;
    if left_out == 0 {
        return;
    }
    builder.file.reported = 0;
    let message = format!("{left_out} more diagnostics of this file are left out");
    let help = Some(String::from("raise Limits::diagnostics to see them"));
    builder.report(
        Severity::Note,
        codes::TOO_MANY_DIAGNOSTICS,
        (0, 0),
        message,
        help,
    );
}
