//! Trying every match of a stage on its own, predicate by predicate.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use super::paths::{host_seen, path_holds, path_seen, path_text, scope_host, taking_scopes};
use super::{Failure, Trial, TrialVerdict, readable};
use crate::Request;
use crate::matcher::scratch::{HostView, Scratch};
use crate::matcher::walk::Search;
use crate::table::predicate::{Predicate, Subject, ValueTest};
use crate::table::{Entry, NONE, Sections, StageEntry};
use crate::vocabulary::RepeatedValues;

/// Every match of a stage, once each: under the best host that takes the request,
/// or under its first host where none does.
pub(super) fn all(
    sections: &Sections,
    scratch: &mut Scratch,
    request: &Request<'_>,
    stage: &StageEntry,
    host: Option<HostView<'_>>,
    path: &[u8],
) -> Vec<Trial> {
    let taking = taking_scopes(sections, stage, host);
    let consulted = if stage.host_fallthrough {
        taking.len()
    } else {
        1
    };
    let mut trials: Vec<Trial> = Vec::new();
    let mut place: hashbrown::HashMap<u32, usize, foldhash::fast::RandomState> =
        hashbrown::HashMap::default();
    for (index, name) in sections.names.candidates.iter().enumerate() {
        let Some(scope) = name.scope.checked_sub(stage.scopes.start) else {
            continue;
        };
        if scope >= stage.scopes.len {
            continue;
        }
        let Some(candidate) = sections.paths.candidates.get(index) else {
            continue;
        };
        let Some(entry) = sections.entries.get(candidate.entry as usize) else {
            continue;
        };
        let rank_of_host = taking.iter().position(|&taking| taking == scope);
        let verdict = match rank_of_host {
            None => TrialVerdict::Failed(Failure {
                predicate: "host",
                name: None,
                want: scope_host(sections, name.scope),
                got: host.map(|host| readable(host_seen(sections, stage, name.scope, host))),
            }),
            Some(at) => match failure(sections, scratch, request, candidate.entry, entry, path) {
                Some(failure) => TrialVerdict::Failed(failure),
                None if at < consulted => TrialVerdict::Outranked,
                None => TrialVerdict::HostNotConsulted,
            },
        };
        let view = sections.stage_view(NONE, index as u32, None);
        let trial = Trial {
            route: (
                view.route.kind.into(),
                view.route.namespace.into(),
                view.route.name.into(),
            ),
            rule: view.rule,
            rule_name: view.rule_name.map(Into::into),
            matched: view.matched,
            host: scope_host(sections, name.scope),
            path: path_text(sections, candidate.entry, entry),
            origin: view.origin,
            file: view.file.map(Into::into),
            verdict,
            rank: candidate.rank,
            candidate: index as u32,
        };
        match place
            .get(&candidate.entry)
            .and_then(|&at| trials.get_mut(at))
        {
            None => {
                place.insert(candidate.entry, trials.len());
                trials.push(trial);
            }
            // The same match under another host: the better of the two is shown.
            Some(known) if quality(&trial) < quality(known) => *known = trial,
            Some(_) => {}
        }
    }
    trials
}

/// Lower is better: taken, not consulted, failed elsewhere, failed at the host.
fn quality(trial: &Trial) -> (u8, u32) {
    let kind = match &trial.verdict {
        TrialVerdict::Won | TrialVerdict::Outranked => 0,
        TrialVerdict::HostNotConsulted => 1,
        TrialVerdict::Failed(failure) if failure.predicate != "host" => 2,
        TrialVerdict::Failed(_) => 3,
    };
    (kind, trial.rank)
}

/// The first predicate besides the host that does not hold.
fn failure(
    sections: &Sections,
    scratch: &mut Scratch,
    request: &Request<'_>,
    id: u32,
    entry: &Entry,
    path: &[u8],
) -> Option<Failure> {
    let Scratch {
        fields,
        regex,
        hits,
        ..
    } = scratch;
    let method = sections.method_bit(request.method());
    let mut search = Search {
        sections,
        request,
        fields,
        regex,
        hits,
        method,
    };
    let path = path_seen(&search, entry, path);
    if !path_holds(&mut search, id, entry, path) {
        return Some(Failure {
            predicate: "path",
            name: None,
            want: path_text(sections, id, entry),
            got: Some(readable(path)),
        });
    }
    if entry.methods != 0 && entry.methods & method == 0 {
        let named = sections.methods.iter().enumerate();
        let wanted = named.filter(|(bit, _)| entry.methods >> bit & 1 == 1);
        let names: Vec<&str> = wanted.map(|(_, &text)| sections.text.str(text)).collect();
        return Some(Failure {
            predicate: "method",
            name: None,
            want: names.join(" or "),
            got: Some(readable(request.method())),
        });
    }
    if entry.flags & (Entry::HTTP_SCHEME | Entry::HTTPS_SCHEME) != 0
        && !search.has_flags(entry.flags & !Entry::GRPC_ONLY)
    {
        let want = if entry.flags & Entry::HTTP_SCHEME != 0 {
            "http"
        } else {
            "https"
        };
        return Some(Failure {
            predicate: "scheme",
            name: None,
            want: want.to_string(),
            got: Some(request.scheme().as_str().to_string()),
        });
    }
    if entry.flags & Entry::GRPC_ONLY != 0 && !search.has_flags(Entry::GRPC_ONLY) {
        let got = request.header(b"content-type").map(readable);
        let want = "a gRPC request".to_string();
        return Some(Failure {
            predicate: "protocol",
            name: None,
            want,
            got,
        });
    }
    for &predicate in entry.predicates.of(&sections.predicates.lists) {
        let Some(predicate) = sections.predicates.tests.get(predicate as usize) else {
            continue;
        };
        let holds = search
            .fields
            .holds(sections, request, search.regex, predicate);
        if !holds {
            return Some(predicate_failure(sections, request, predicate));
        }
    }
    None
}

fn predicate_failure(sections: &Sections, request: &Request<'_>, predicate: &Predicate) -> Failure {
    let predicates = &sections.predicates;
    let text = &sections.text;
    let (kind, names) = match predicate.on {
        Subject::Header => ("header", &predicates.headers.names),
        Subject::Query => ("query", &predicates.query.names),
    };
    let name = names
        .get(predicate.slot as usize)
        .map(|&name| text.str(name))
        .unwrap_or("");
    let got = match predicate.on {
        Subject::Header => {
            let mut values = request
                .headers()
                .iter()
                .filter(|(other, _)| other.eq_ignore_ascii_case(name.as_bytes()))
                .map(|(_, value)| readable(value));
            match predicate.repeated {
                RepeatedValues::First => values.next(),
                _ => Some(values.collect::<Vec<_>>().join(",")).filter(|_| {
                    request
                        .headers()
                        .iter()
                        .any(|(n, _)| n.eq_ignore_ascii_case(name.as_bytes()))
                }),
            }
        }
        Subject::Query => query_value(request, name),
    };
    let want = format!(
        "{}{}",
        if predicate.invert { "not " } else { "" },
        test_text(sections, predicate.test)
    );
    Failure {
        predicate: kind,
        name: Some(name.to_string()),
        want,
        got,
    }
}

/// The first value of a query parameter as it was sent.
fn query_value(request: &Request<'_>, name: &str) -> Option<String> {
    let query = crate::matcher::fields::query_of(request.target());
    query.split(|&byte| byte == b'&').find_map(|pair| {
        let equals = pair
            .iter()
            .position(|&byte| byte == b'=')
            .unwrap_or(pair.len());
        let (key, value) = pair.split_at_checked(equals)?;
        (key == name.as_bytes()).then(|| readable(value.strip_prefix(b"=").unwrap_or(value)))
    })
}

pub(super) fn test_text(sections: &Sections, test: ValueTest) -> String {
    let quoted = |kind: &str, text| format!("{kind} \"{}\"", readable(sections.text.get(text)));
    match test {
        ValueTest::Present => "a value".to_string(),
        ValueTest::Exact(text) => quoted("exact", text),
        ValueTest::Prefix(text) => quoted("prefix", text),
        ValueTest::Suffix(text) => quoted("suffix", text),
        ValueTest::Contains(text) => quoted("text containing", text),
        ValueTest::Regex(id) => match sections.names.regexes.get(id as usize) {
            Some(&text) => quoted("regex", text),
            None => "regex".to_string(),
        },
        ValueTest::Range(start, end) => format!("an integer from {start} to {}", end - 1),
    }
}
