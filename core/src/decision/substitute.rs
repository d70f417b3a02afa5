//! A pattern replaced in a text.

use super::Reason;
use super::format::Writer;
use crate::matcher::output::Span;
use crate::table::format::{SubstitutionEntry, Value};
use crate::table::regex::RegexScratch;

/// Writes `text` with the pattern replaced; `None` where it is not found.
///
/// Linear in the text and in what is written: the searches for all places read the text
/// about once, or there are few of them (`compile/regex/ahead.rs`).
pub(crate) fn substitute(
    writer: &mut Writer<'_>,
    scratch: &mut RegexScratch,
    entry: SubstitutionEntry,
    text: &[u8],
) -> Result<Option<Span>, Reason> {
    let sections = writer.sections;
    let Some(regex) = sections.group_regexes.get(entry.regex as usize) else {
        return Ok(None);
    };
    let mark = writer.rendered.mark();
    let mut at = 0;
    let mut last_end = None;
    let mut is_found = false;
    let mut places = 0u32;
    // SPEC: RE2::GlobalReplace: an empty match right after the last one does not
    // count; one byte is copied and the search goes on after it.
    while at <= text.len() && regex.find_at(scratch, text, at).is_some() {
        places += 1;
        if places > entry.most {
            return Err(Reason::RewriteTooLong);
        }
        let (start, end) = scratch.span(0).unwrap_or((at, at));
        // A pattern that takes the whole text takes it once.
        if start < at || end < start {
            break;
        }
        writer.push(text.get(at..start).unwrap_or(&[]))?;
        if start == end && last_end == Some(start) {
            writer.push(text.get(start..start + 1).unwrap_or(&[]))?;
            at = start + 1;
            continue;
        }
        match entry.replacement {
            Value::Text(replacement) => writer.push_own(sections.text.get(replacement))?,
            Value::Parts(parts) => writer.append(parts, |number| {
                let (start, end) = scratch.span(number as usize)?;
                text.get(start..end)
            })?,
        }
        is_found = true;
        at = end;
        last_end = Some(end);
        if !entry.all {
            break;
        }
    }
    if !is_found {
        return Ok(None);
    }
    writer.push(text.get(at..).unwrap_or(&[]))?;
    Ok(Some(writer.rendered.since(mark)))
}
