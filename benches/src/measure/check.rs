//! What an engine answers, against what is right.

use std::collections::HashSet;

use crate::engines::{Answers, Engine};
use crate::mix::Prepared;
use crate::routes::Set;

/// How an engine answered the requests of a mix.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Tally {
    /// As it should.
    pub right: usize,
    /// Otherwise.
    pub wrong: usize,
    /// For a rule that the engine did not take, so that there is no right answer.
    pub rejected: usize,
    /// With a rule, whichever it was.
    pub taken: usize,
}

/// Asks each request once and holds the answers against what is wanted. Gives the
/// first wrong one in words.
pub fn tally(
    set: &Set,
    engine: &mut dyn Engine,
    asks: &[&Prepared<'_>],
) -> (Tally, Option<String>) {
    let rejected: HashSet<u32> = engine.rejected().iter().copied().collect();
    let class = |rule: u32| set.rules.get(rule as usize).map(|rule| rule.class);
    // A class is lost where none of its rules was taken.
    let kept = set.rules.iter().enumerate();
    let kept = kept.filter(|(at, _)| !rejected.contains(&(*at as u32)));
    let kept: HashSet<u32> = match rejected.is_empty() {
        true => HashSet::new(),
        false => kept.map(|(_, rule)| rule.class).collect(),
    };
    let answers = engine.answers();
    let (mut tally, mut first) = (Tally::default(), None);
    for ask in asks {
        let found = engine.which(ask);
        tally.taken += usize::from(found.is_some());
        let is_right = match answers {
            Answers::Nothing => continue,
            Answers::Presence => found.is_some() == ask.want.is_some(),
            Answers::Rule => found.and_then(class) == ask.want,
        };
        let is_lost = !rejected.is_empty() && ask.want.is_some_and(|want| !kept.contains(&want));
        if is_lost {
            tally.rejected += 1;
        } else if is_right {
            tally.right += 1;
        } else {
            tally.wrong += 1;
            first.get_or_insert_with(|| {
                let text = |rule: Option<u32>| match rule.and_then(|at| set.rules.get(at as usize))
                {
                    Some(rule) => format!("{rule:?}"),
                    None => "no rule".to_string(),
                };
                let (method, host, path) = (ask.method, ask.host, ask.path);
                format!(
                    "{method} {host}{path}: wanted {}, found {}",
                    text(ask.want),
                    text(found)
                )
            });
        }
    }
    (tally, first)
}
