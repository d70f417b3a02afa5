//! What a gateway of many teams holds: host, path, method and a header.
//!
//! Twenty rules a host: ten segment prefixes, each once with a header (and every
//! second of those with the method GET) and once for everybody else. Requests bring
//! eleven headers.

use std::borrow::Cow;

use super::{Ask, Path, Rule, Set, browser_headers, value, word};
use crate::Random;

/// Rules of a host.
const RULES_OF_A_HOST: usize = 20;
/// The header that tells the two rules of a prefix apart.
const HEADER: &str = "x-canary";

/// So many rules.
pub fn set(rules: usize) -> Set {
    let rules = (0..rules).map(rule);
    Set::new("full", rules.collect(), hit, miss, worst)
}

fn rule(at: usize) -> Rule {
    let canary = at.is_multiple_of(2);
    Rule {
        host: Some(host(at / RULES_OF_A_HOST)),
        path: Path::Segments(prefix(at / RULES_OF_A_HOST, at / 2 % 10)),
        method: (canary && at.is_multiple_of(4)).then_some("GET"),
        header: canary.then(|| (HEADER, canary_value(at))),
        class: at as u32,
    }
}

fn host(at: usize) -> String {
    format!("{}-{at}.team-{}.apps.example", word(at), at / 50)
}

/// Prefixes of one to three segments; none is a prefix of another of its host.
fn prefix(host: usize, at: usize) -> String {
    let name = word(host * 3 + at);
    match at % 3 {
        0 => format!("/{name}"),
        1 => format!("/api/{name}"),
        _ => format!("/api/v{}/{name}", 1 + at / 3),
    }
}

fn canary_value(at: usize) -> String {
    format!("ring-{}", at % 97)
}

fn hit(set: &Set, at: usize, random: &mut Random) -> Ask {
    let rule = &set.rules[at];
    let canary = &set.rules[at & !1];
    let (_, wanted) = canary.header.clone().unwrap_or_default();
    // Whoever is for everybody else has no such header, or another value, or asks
    // with another method.
    let (method, header) = match &rule.header {
        Some(_) => ("GET", Some(wanted)),
        None => match random.below(3) {
            0 => ("GET", None),
            1 => ("GET", Some(wanted + "0")),
            _ if canary.method.is_some() => ("POST", Some(wanted)),
            _ => ("POST", None),
        },
    };
    Ask {
        want: Some(rule.class),
        ..ask(
            method,
            rule.host.clone().unwrap_or_default(),
            format!("{}{}", rule.path.text(), below(random)),
            header,
        )
    }
}

/// A third each: an unknown host, an unknown path, a path that only begins like one.
fn miss(set: &Set, random: &mut Random) -> Ask {
    let at = random.below(set.size());
    let rule = &set.rules[at];
    let host = rule.host.clone().unwrap_or_default();
    let prefix = rule.path.text();
    let (host, path) = match random.below(3) {
        0 => (format!("x{host}"), format!("{prefix}{}", below(random))),
        1 => (host, format!("/nowhere{}", below(random))),
        _ => (host, format!("{prefix}x{}", below(random))),
    };
    ask("GET", host, path, Some(canary_value(at)))
}

/// The deepest prefix with its last byte wrong, sixteen segments below it, and a
/// header whose last byte is wrong.
fn worst(set: &Set, random: &mut Random) -> Ask {
    let at = random.below(set.size() / 10) * 10 + 4;
    let rule = &set.rules[at % set.size()];
    let mut path = rule.path.text().to_string();
    path.pop();
    path.push('x');
    for _ in 0..16 {
        path.push_str(&below(random));
    }
    let mut header = canary_value(at);
    header.pop();
    header.push('x');
    ask(
        "GET",
        rule.host.clone().unwrap_or_default(),
        path,
        Some(header),
    )
}

fn below(random: &mut Random) -> String {
    match random.below(4) {
        0 => String::new(),
        1 => format!("/{}", value(random)),
        _ => format!("/{}/items/{}", value(random), value(random)),
    }
}

fn ask(method: &'static str, host: String, path: String, header: Option<String>) -> Ask {
    let mut headers = browser_headers();
    headers.push(match header {
        Some(value) => (HEADER, Cow::Owned(value)),
        None => ("priority", Cow::Borrowed("u=0, i")),
    });
    Ask {
        method,
        host,
        path,
        headers,
        want: None,
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::{prefix, set};
    use crate::Random;

    #[test]
    fn prefixes_of_a_host_differ_and_do_not_nest() {
        for host in 0..64 {
            let prefixes: Vec<String> = (0..10).map(|at| prefix(host, at)).collect();
            let distinct: HashSet<&String> = prefixes.iter().collect();
            assert_eq!(distinct.len(), 10, "{prefixes:?}");
            for one in &prefixes {
                let below = format!("{one}/");
                assert!(prefixes.iter().all(|other| !other.starts_with(&below)));
            }
        }
    }

    #[test]
    fn requests_have_eleven_headers() {
        let set = set(100);
        let mut random = Random::new(1);
        for rule in 0..100 {
            assert_eq!(set.hit(rule, &mut random).headers.len(), 11);
        }
    }
}
