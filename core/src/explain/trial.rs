//! Trying every match of a stage on its own, predicate by predicate.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::net::Ipv6Addr;

use super::paths::{host_seen, path_holds, path_seen, path_text, scope_host, taking_scopes};
use super::{Failure, Trial, TrialVerdict, readable};
use crate::Request;
use crate::matcher::facts::{self, Seen};
use crate::matcher::scratch::{HostView, Scratch};
use crate::matcher::walk::Search;
use crate::table::entry::Entry;
use crate::table::fact::FactEntry;
use crate::table::predicate::{FactTest, Literal, Predicate, Step, ValueTest};
use crate::table::{NONE, Sections, StageEntry};
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
    for index in 0..sections.names.candidates.len() as u32 {
        let Some(own_scope) = sections.names.scope_of(index) else {
            continue;
        };
        let Some(scope) = own_scope.checked_sub(stage.scopes.start) else {
            continue;
        };
        if scope >= stage.scopes.len {
            continue;
        }
        let Some(candidate) = sections.paths.candidates.get(index as usize) else {
            continue;
        };
        let Some(entry) = sections.entries.get(candidate) else {
            continue;
        };
        let rank_of_host = taking.iter().position(|&taking| taking == scope);
        let verdict = match rank_of_host {
            None => TrialVerdict::Failed(Failure {
                predicate: "host",
                name: None,
                want: scope_host(sections, own_scope),
                got: host.map(|host| readable(host_seen(sections, stage, own_scope, host))),
            }),
            Some(at) => match failure(
                sections,
                scratch,
                request,
                candidate.entry,
                &entry,
                (host.map(|host| host.name), path),
            ) {
                Some(failure) => TrialVerdict::Failed(failure),
                None if at < consulted => TrialVerdict::Outranked,
                None => TrialVerdict::HostNotConsulted,
            },
        };
        let view = sections.stage_view(NONE, index, None);
        let trial = Trial {
            route: (
                view.route.kind.into(),
                view.route.namespace.into(),
                view.route.name.into(),
            ),
            rule: view.rule,
            rule_name: view.rule_name.map(Into::into),
            matched: view.matched,
            host: scope_host(sections, own_scope),
            path: path_text(sections, candidate.entry, &entry),
            origin: view.origin,
            file: view.file.map(Into::into),
            verdict,
            rank: sections.names.order_of(index),
            candidate: index,
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
    entry: &Entry<'_>,
    (host, path): (Option<&[u8]>, &[u8]),
) -> Option<Failure> {
    let Scratch {
        fields,
        regex,
        hits,
        buffer,
        ..
    } = scratch;
    // The path may be another than at the last trial.
    fields.begin_stage();
    let seen = Seen {
        request,
        path,
        host,
    };
    let method = sections.method_bit(request.method());
    let mut search = Search {
        sections,
        request,
        seen,
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
    if entry.common.methods != 0 && entry.common.methods & method == 0 {
        let named = sections.methods.iter().enumerate();
        let wanted = named.filter(|(bit, _)| entry.common.methods >> bit & 1 == 1);
        let names: Vec<&str> = wanted.map(|(_, &text)| sections.text.str(text)).collect();
        return Some(Failure {
            predicate: "method",
            name: None,
            want: names.join(" or "),
            got: Some(readable(request.method())),
        });
    }
    if entry.common.flags & (Entry::HTTP_SCHEME | Entry::HTTPS_SCHEME) != 0
        && !search.has_flags(entry.common.flags & !Entry::GRPC_ONLY)
    {
        let want = if entry.common.flags & Entry::HTTP_SCHEME != 0 {
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
    if entry.common.flags & Entry::GRPC_ONLY != 0 && !search.has_flags(Entry::GRPC_ONLY) {
        let got = request.header(b"content-type").map(readable);
        let want = "a gRPC request".to_string();
        return Some(Failure {
            predicate: "protocol",
            name: None,
            want,
            got,
        });
    }
    let mut last = None;
    let steps = entry.predicates;
    let end = search
        .fields
        .walk(sections, seen, search.regex, steps, |step, holds| {
            last = Some((*step, holds));
        });
    let (step, held) = last.filter(|_| end != Step::HOLDS)?;
    Some(predicate_failure(sections, seen, buffer, step, held))
}

/// The test that settled that a program fails. Where it failed by holding, its
/// contrary was wanted.
fn predicate_failure(
    sections: &Sections,
    seen: Seen<'_>,
    buffer: &mut Vec<u8>,
    step: Step,
    held: bool,
) -> Failure {
    let test = sections.predicates.tests.get(step.predicate as usize);
    let not = |inverted: bool| if inverted { "not " } else { "" };
    match test {
        None => Failure {
            predicate: "predicate",
            name: None,
            want: "nothing: it never holds".to_string(),
            got: None,
        },
        Some(Predicate::Fraction {
            numerator,
            denominator,
        }) => Failure {
            predicate: "fraction",
            name: None,
            want: format!("{}{numerator} of {denominator} requests", not(held)),
            got: Some(seen.request.random().unwrap_or(0).to_string()),
        },
        Some(Predicate::Fact(fact)) => {
            let (predicate, name) = fact_name(sections, fact);
            Failure {
                predicate,
                name: name.map(Into::into),
                want: format!(
                    "{}{}",
                    not(held != fact.invert),
                    test_text(sections, fact.test)
                ),
                got: got(sections, seen, fact, buffer),
            }
        }
    }
}

/// The values that a test was asked of.
fn got(
    sections: &Sections,
    seen: Seen<'_>,
    test: &FactTest,
    buffer: &mut Vec<u8>,
) -> Option<String> {
    let slot = sections.predicates.slots.get(test.slot as usize)?;
    let mut values = Vec::new();
    buffer.clear();
    facts::visit(sections, seen, slot.fact, buffer, |value| {
        values.push(readable(value));
        slot.repeated != RepeatedValues::First
    });
    (!values.is_empty()).then(|| values.join(","))
}

/// What kind of fact a test is of, and the fact's name where it has one.
pub(super) fn fact_name<'t>(
    sections: &'t Sections,
    test: &FactTest,
) -> (&'static str, Option<&'t str>) {
    let slot = sections.predicates.slots.get(test.slot as usize);
    match slot {
        Some(slot) => name_of_fact(sections, slot.fact),
        None => ("predicate", None),
    }
}

/// What kind of fact it is, and its name where it has one.
pub(super) fn name_of_fact(sections: &Sections, fact: FactEntry) -> (&'static str, Option<&str>) {
    let kind = match fact {
        FactEntry::Path => "path",
        FactEntry::RawPath => "raw path",
        FactEntry::Method => "method",
        FactEntry::Scheme => "scheme",
        FactEntry::Host => "host",
        FactEntry::Authority => "authority",
        FactEntry::AuthorityPort => "authority port",
        FactEntry::Port => "port",
        FactEntry::Version => "HTTP version",
        FactEntry::RawQuery => "raw query",
        FactEntry::Header(_) => "header",
        FactEntry::Query(_) | FactEntry::RawQueryParameter(_) => "query",
        FactEntry::Cookie(_) => "cookie",
        FactEntry::Attribute(_) => "attribute",
        FactEntry::SourceIp => "source address",
        FactEntry::DestinationIp => "destination address",
        FactEntry::Sni => "server name",
        FactEntry::ClientNamespace => "client namespace",
        FactEntry::GrpcService => "gRPC service",
        FactEntry::GrpcMethod => "gRPC method",
        FactEntry::Grpc => "protocol",
    };
    let name = match fact {
        FactEntry::Header(name)
        | FactEntry::Query(name)
        | FactEntry::RawQueryParameter(name)
        | FactEntry::Cookie(name)
        | FactEntry::Attribute(name) => Some(sections.text.str(name)),
        _ => None,
    };
    (kind, name)
}

pub(super) fn test_text(sections: &Sections, test: ValueTest) -> String {
    let text = |text| format!("\"{}\"", readable(sections.text.get(text)));
    let quoted = |kind: &str, literal: Literal| {
        let case = if literal.fold { ", in any case" } else { "" };
        format!("{kind} {}{case}", text(literal.text))
    };
    match test {
        ValueTest::Present => "a value".to_string(),
        ValueTest::Exact(literal) => quoted("exact", literal),
        ValueTest::Prefix(literal) => quoted("prefix", literal),
        ValueTest::Suffix(literal) => quoted("suffix", literal),
        ValueTest::Contains { literal, .. } => quoted("text containing", literal),
        ValueTest::In { members, fold } => {
            let members = members.of(&sections.predicates.members);
            let shown: Vec<String> = members.iter().take(SHOWN).map(|one| text(*one)).collect();
            let case = if fold { ", in any case" } else { "" };
            format!("one of {}{}{case}", shown.join(", "), more(members.len()))
        }
        ValueTest::Regex(id) => match sections.names.regexes.get(id as usize) {
            Some(&pattern) => {
                let pattern = readable(sections.names.text.get(pattern));
                format!("regex \"{pattern}\"")
            }
            None => "regex".to_string(),
        },
        ValueTest::Glob { pattern, .. } => format!("glob {}", text(pattern)),
        ValueTest::Range(start, end) if start < end => {
            format!("an integer from {start} to {}", end - 1)
        }
        ValueTest::Range(..) => "an integer of an empty range".to_string(),
        ValueTest::Cidr(blocks) => {
            let blocks = blocks.of(&sections.predicates.blocks);
            let address = |number| Ipv6Addr::from_bits(number).to_canonical();
            let shown: Vec<String> = blocks
                .iter()
                .take(SHOWN)
                .map(|block| format!("{} to {}", address(block.first), address(block.last)))
                .collect();
            format!("an address from {}{}", shown.join(", "), more(blocks.len()))
        }
    }
}

/// Members of a set that are shown.
const SHOWN: usize = 8;

fn more(count: usize) -> String {
    match count.saturating_sub(SHOWN) {
        0 => String::new(),
        rest => format!(" and {rest} more"),
    }
}
