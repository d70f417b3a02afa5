//! Regular expressions under one host.
//!
//! Half of them begin with text that is theirs alone, as most that people write do;
//! of the other half nothing is known before the first class has been read.

use super::{Ask, Path, Rule, Set, value, word};
use crate::Random;

const HOST: &str = "api.example";

/// So many expressions.
pub fn set(rules: usize) -> Set {
    let rules = (0..rules).map(|at| Rule {
        host: Some(HOST.to_string()),
        path: Path::Regex(pattern(at)),
        method: None,
        header: None,
        class: at as u32,
    });
    Set::new("regexes", rules.collect(), hit, miss, worst)
}

fn pattern(at: usize) -> String {
    let name = word(at);
    match at % 2 {
        0 => format!("/svc-{at}/{name}/v[0-9]+/items/[^/]+"),
        _ => format!("/[a-z]{{2,8}}/{name}-{at}/[0-9]+(?:/[a-z]+)?"),
    }
}

fn hit(_: &Set, rule: usize, random: &mut Random) -> Ask {
    Ask {
        want: Some(rule as u32),
        ..ask(path(rule, random))
    }
}

/// A path that a pattern takes.
fn path(at: usize, random: &mut Random) -> String {
    let name = word(at);
    let number = random.below(1000);
    match at % 2 {
        0 => format!("/svc-{at}/{name}/v{number}/items/{}", value(random)),
        _ => {
            let zone = ["eu", "us", "asia", "africa"][random.below(4)];
            let tail = ["", "/details"][random.below(2)];
            format!("/{zone}/{name}-{at}/{number}{tail}")
        }
    }
}

/// A path that a pattern takes but for what follows.
fn miss(set: &Set, random: &mut Random) -> Ask {
    let at = random.below(set.size());
    ask(path(at, random) + "/-")
}

/// A path on which every second pattern stays possible for as long as may be.
fn worst(set: &Set, random: &mut Random) -> Ask {
    let at = random.below(set.size()) | 1;
    ask(format!("/abcdefgh/{}-{at}/{}x", word(at), "1".repeat(512)))
}

fn ask(path: String) -> Ask {
    Ask {
        host: HOST.to_string(),
        ..Ask::get(path)
    }
}
