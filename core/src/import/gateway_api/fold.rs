//! One fault, one diagnostic: what follows from an error of the validator's is
//! told in its help, not as a second error.

use alloc::collections::BTreeMap;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use crate::diagnostic::codes::gateway_api as codes;
use crate::diagnostic::{Code, Diagnostic, Severity};
use crate::model::Origin;

/// What is looked for among the validator's diagnostics.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Cause {
    /// The one whose clause ends the message.
    Quoted,
    /// The first one that lies within.
    Within,
    /// The first one that lies within; nothing is said of what follows from it,
    /// since the rule that it stands in answers 500 and says so.
    Silent,
    /// The first one of these codes that lies within.
    Codes(&'static [Code]),
}

/// Puts together what the validator found (the first `validated` of them) and
/// what the import made of it.
///
/// Cost: one search for each diagnostic, and for each that is folded a look at
/// those that begin within its span up to the one that it follows from.
pub(super) fn fold(found: &mut Vec<Diagnostic>, validated: usize) {
    let rest = found.split_off(validated.min(found.len()));
    // Warnings of unknown fields are no causes; leniently errors are warnings.
    let mut places: Vec<(u32, u32, usize)> = found
        .iter()
        .enumerate()
        .filter(|(_, one)| one.code != crate::diagnostic::codes::schema::UNKNOWN_FIELD)
        .filter_map(|(index, one)| one.origin.map(|at| (at.source, at.start, index)))
        .collect();
    places.sort_unstable();
    let mut helps: BTreeMap<usize, Vec<String>> = BTreeMap::new();
    let mut kept: Vec<Diagnostic> = Vec::new();
    for one in rest {
        let folded = match (cause(one.code), one.origin) {
            (Some(cause), Some(span)) => {
                find(found, &places, span, &one, cause).map(|index| (cause, index))
            }
            _ => None,
        };
        let Some((cause, index)) = folded else {
            kept.push(one);
            continue;
        };
        let Some(there) = found.get_mut(index) else {
            continue;
        };
        if cause == Cause::Silent && there.severity == Severity::Error {
            continue;
        }
        if one.severity == Severity::Error {
            there.severity = Severity::Error;
        }
        let help = consequence(&one, there);
        let helps = helps.entry(index).or_default();
        if !helps.contains(&help) {
            helps.push(help);
        }
    }
    for (index, helps) in helps {
        if let Some(there) = found.get_mut(index) {
            let own = there.help.take().into_iter();
            there.help = Some(own.chain(helps).collect::<Vec<_>>().join("; "));
        }
    }
    found.append(&mut kept);
}

/// Which diagnostics of the import may follow from one of the validator's.
fn cause(code: Code) -> Option<Cause> {
    const WITHIN: &[Code] = &[
        codes::UNREADABLE,
        codes::MATCH_LEFT_OUT,
        codes::BACKEND_INVALID,
        codes::INVALID_CERTIFICATE,
    ];
    const SILENT: &[Code] = &[codes::POLICY_VALUE, codes::HEADER_EDIT, codes::CORS_ORIGIN];
    if code == codes::RULE_ANSWERS_500 {
        Some(Cause::Quoted)
    } else if code == codes::LISTENER_CONFLICT {
        Some(Cause::Codes(&[codes::LISTENER_REPEATED]))
    } else if code == codes::LIMIT {
        Some(Cause::Codes(&[
            crate::diagnostic::codes::schema::LIST_SIZE,
            codes::TOO_MANY_MATCHES,
        ]))
    } else if WITHIN.contains(&code) {
        Some(Cause::Within)
    } else if SILENT.contains(&code) {
        Some(Cause::Silent)
    } else {
        None
    }
}

fn find(
    found: &[Diagnostic],
    places: &[(u32, u32, usize)],
    span: Origin,
    one: &Diagnostic,
    cause: Cause,
) -> Option<usize> {
    let first = places.partition_point(|place| (place.0, place.1) < (span.source, span.start));
    places
        .get(first..)?
        .iter()
        .take_while(|place| place.0 == span.source && place.1 <= span.end)
        .find_map(|&(_, _, index)| {
            let there = found.get(index)?;
            let fits = there.origin.is_some_and(|at| at.end <= span.end)
                && match cause {
                    Cause::Quoted => one.message.ends_with(clause(there)),
                    Cause::Codes(codes) => codes.contains(&there.code),
                    Cause::Within | Cause::Silent => true,
                };
            fits.then_some(index)
        })
}

/// What is left to say: for `a is wrong, so that b` it is `b`; for a message that
/// quotes the cause what stands before it.
fn consequence(one: &Diagnostic, cause: &Diagnostic) -> String {
    let own = clause(one);
    if let Some((_, then)) = own.rsplit_once(", so that ") {
        return then.to_string();
    }
    match own
        .strip_suffix(clause(cause))
        .and_then(|head| head.strip_suffix(": "))
    {
        Some(head) if !head.is_empty() => head.to_string(),
        _ => format!("therefore {own}"),
    }
}

/// A message without the object that it names.
fn clause(one: &Diagnostic) -> &str {
    one.message
        .split_once(": ")
        .map_or(one.message.as_str(), |(_, clause)| clause)
}
