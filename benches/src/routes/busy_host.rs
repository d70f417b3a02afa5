//! One host with all the rules: an organisation's API behind one name.
//!
//! As [`super::full`], but that all prefixes stand under one host: what is gained by
//! looking up the host first is gained by nobody here.

use std::borrow::Cow;

use super::{Ask, Path, Rule, Set, browser_headers, value, word};
use crate::Random;

const HOST: &str = "api.example";
const HEADER: &str = "x-canary";

/// So many rules.
pub fn set(rules: usize) -> Set {
    let rules = (0..rules).map(|at| Rule {
        host: Some(HOST.to_string()),
        path: Path::Segments(prefix(at / 2)),
        method: None,
        header: at.is_multiple_of(2).then(|| (HEADER, "always".to_string())),
        class: at as u32,
    });
    Set::new("busy-host", rules.collect(), hit, miss, worst)
}

fn prefix(at: usize) -> String {
    let (team, service, version) = (at / 100, at / 4 % 25, at % 4);
    format!(
        "/team-{team}/{}-{service}/v{version}",
        word(service * 5 + team)
    )
}

fn hit(set: &Set, at: usize, random: &mut Random) -> Ask {
    let rule = &set.rules[at];
    let header = match &rule.header {
        Some((_, value)) => Some(value.clone()),
        None => (random.below(2) == 0).then(|| "never".to_string()),
    };
    Ask {
        want: Some(rule.class),
        ..ask(format!("{}/{}", rule.path.text(), value(random)), header)
    }
}

fn miss(set: &Set, random: &mut Random) -> Ask {
    let prefix = set.rules[random.below(set.size())].path.text();
    let keep = match random.below(2) {
        0 => prefix.len(),
        _ => prefix.rfind('/').unwrap_or(0),
    };
    let path = format!("{}x/{}", &prefix[..keep], value(random));
    ask(path, Some("always".to_string()))
}

fn worst(set: &Set, random: &mut Random) -> Ask {
    let prefix = set.rules[random.below(set.size())].path.text();
    let mut path = format!("{prefix}x");
    for _ in 0..16 {
        path.push('/');
        path.push_str(&value(random));
    }
    ask(path, Some("alwayx".to_string()))
}

fn ask(path: String, header: Option<String>) -> Ask {
    let mut headers = browser_headers();
    headers.push(match header {
        Some(value) => (HEADER, Cow::Owned(value)),
        None => ("priority", Cow::Borrowed("u=0, i")),
    });
    Ask {
        method: "GET",
        host: HOST.to_string(),
        path,
        headers,
        want: None,
    }
}
