//! GitHub's interface, the table that routers have been compared on for years.
//!
//! Path only, as those comparisons are: 142 paths behind 203 operations. The OpenAPI
//! description of today has 811, one with two parameters in one segment. Two pairs of
//! those differ only in the name of a parameter, which no path tells apart.

use std::collections::HashMap;

use super::listing::{Listed, read};
use super::template::{fill, shape, takes};
use super::{Ask, Path, Rule, Set};
use crate::Random;

const OPERATIONS: &str = include_str!("github-203.txt");
const OPENAPI: &str = include_str!("github-openapi.txt");

/// The paths of the 203 operations.
pub fn paths() -> Set {
    set("github", read(OPERATIONS), false)
}

/// The 203 operations themselves, told apart by method too.
pub fn operations() -> Set {
    set("github-operations", read(OPERATIONS), true)
}

/// The paths of the OpenAPI description.
pub fn openapi() -> Set {
    set("openapi", read(OPENAPI), false)
}

fn set(name: &'static str, listed: Vec<Listed>, by_method: bool) -> Set {
    let mut rules: Vec<Rule> = Vec::new();
    let mut shapes: HashMap<String, u32> = HashMap::new();
    for Listed { path, methods } in listed {
        let methods = match by_method {
            true => methods.into_iter().map(Some).collect(),
            false => vec![None],
        };
        for method in methods {
            let at = rules.len() as u32;
            let shape = format!("{}{}", method.unwrap_or_default(), shape(&path));
            rules.push(Rule {
                host: None,
                path: Path::Template(path.clone()),
                method,
                header: None,
                class: *shapes.entry(shape).or_insert(at),
            });
        }
    }
    Set::new(name, rules, hit, miss, worst)
}

fn hit(set: &Set, rule: usize, random: &mut Random) -> Ask {
    let rule = &set.rules[rule];
    Ask {
        method: rule.method.unwrap_or("GET"),
        want: Some(rule.class),
        ..Ask::get(fill(rule.path.text(), random))
    }
}

/// A path with a segment more, or with another last segment.
fn miss(set: &Set, random: &mut Random) -> Ask {
    loop {
        let rule = &set.rules[random.below(set.size())];
        let mut path = fill(rule.path.text(), random);
        if random.below(2) == 0 {
            path.truncate(path.rfind('/').unwrap_or(0));
        }
        path.push_str("/nowhere");
        if !set.rules.iter().any(|rule| takes(rule.path.text(), &path)) {
            return Ask::get(path);
        }
    }
}

/// The longest path there is, with a segment too many.
fn worst(set: &Set, random: &mut Random) -> Ask {
    let length =
        |rule: &&Rule| rule.path.text().matches('/').count() * 1000 + rule.path.text().len();
    let longest = set.rules.iter().max_by_key(length);
    let path = longest.map_or(String::new(), |rule| fill(rule.path.text(), random));
    Ask::get(path + "/nowhere")
}

#[cfg(test)]
mod tests {
    use super::{openapi, operations, paths};
    use crate::Random;
    use crate::routes::template::takes;

    #[test]
    fn the_listings_are_whole() {
        assert_eq!(operations().size(), 203);
        assert_eq!(paths().size(), 142);
        assert_eq!(openapi().size(), 811);
        let shared = |set: &crate::routes::Set| {
            let rules = set.rules.iter().enumerate();
            rules.filter(|(at, rule)| rule.class != *at as u32).count()
        };
        assert_eq!(shared(&paths()), 0);
        assert_eq!(shared(&openapi()), 2);
    }

    #[test]
    fn the_worst_request_is_a_miss() {
        for set in [paths(), openapi()] {
            let ask = set.worst(&mut Random::new(1));
            assert!(
                !set.rules
                    .iter()
                    .any(|rule| takes(rule.path.text(), &ask.path))
            );
        }
    }
}
