//! Headers: edits, and what they leave.

use alloc::vec::Vec;

use super::answer::Edit;
use crate::model::HeaderVerb;

/// Names in lower case and values after these edits, those of one name together and
/// in order.
///
/// SPEC: `HeaderVerb`.
pub(super) fn edited(headers: &[(Vec<u8>, Vec<u8>)], edits: &[Edit]) -> Vec<(Vec<u8>, Vec<u8>)> {
    let lower = |(name, value): &(Vec<u8>, Vec<u8>)| (name.to_ascii_lowercase(), value.clone());
    let mut head: Vec<_> = headers.iter().map(lower).collect();
    for Edit { verb, name, value } in edits {
        let is_there = head.iter().any(|(other, _)| other == name);
        let line = (name.clone(), value.clone());
        match verb {
            HeaderVerb::Set => {
                head.retain(|(other, _)| other != name);
                head.push(line);
            }
            HeaderVerb::Add => head.push(line),
            HeaderVerb::Append => match head.iter_mut().rfind(|(other, _)| other == name) {
                Some((_, last)) => {
                    last.push(b',');
                    last.extend_from_slice(value);
                }
                None => head.push(line),
            },
            HeaderVerb::SetIfAbsent if is_there => {}
            HeaderVerb::SetIfAbsent => head.push(line),
            HeaderVerb::SetIfPresent if is_there => {
                head.retain(|(other, _)| other != name);
                head.push(line);
            }
            HeaderVerb::SetIfPresent => {}
            HeaderVerb::Remove => head.retain(|(other, _)| other != name),
        }
    }
    // A stable sort: values of one name keep their order.
    head.sort_by(|a, b| a.0.cmp(&b.0));
    head
}
