//! What an engine answers, against what is right.

use std::collections::HashSet;

use crate::engines::{Engine, Extent};
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

/// Asks each request once, all of them in one pass, and holds the answers against what
/// is wanted. Gives the first wrong one in words.
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
    let mut answers = Vec::with_capacity(asks.len());
    engine.answers(asks, &mut answers);
    let (mut tally, mut first) = (Tally::default(), None);
    if answers.len() != asks.len() {
        let (asks, answers) = (asks.len(), answers.len());
        first = Some(format!("{asks} requests have {answers} answers"));
    }
    let extent = engine.extent();
    for (ask, found) in asks.iter().zip(answers) {
        tally.taken += usize::from(found.is_some());
        let is_right = match extent {
            Extent::Nothing => continue,
            Extent::Rule => found.and_then(class) == ask.want,
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

#[cfg(test)]
mod tests {
    use super::tally;
    use crate::engines::{Engine, FindMany, Fingerpost, Search, Sink};
    use crate::mix::{Mix, Prepared, Workload};
    use crate::routes::microservice;

    /// Gives, of each group of requests, the answers of another engine one place on.
    struct Rotated<'s> {
        engine: Box<dyn Engine + 's>,
        group: usize,
    }

    impl Search for Rotated<'_> {
        fn search(&mut self, asks: &[&Prepared<'_>], sink: &mut impl Sink) {
            for asks in asks.chunks(self.group) {
                let mut answers = Vec::new();
                self.engine.answers(asks, &mut answers);
                answers.rotate_right(1);
                for answer in answers {
                    sink.answer(answer.is_some(), || answer);
                }
            }
        }
    }

    /// Gives no answer to the last request.
    struct Short<'s>(Box<dyn Engine + 's>);

    impl Search for Short<'_> {
        fn search(&mut self, asks: &[&Prepared<'_>], sink: &mut impl Sink) {
            let mut answers = Vec::new();
            self.0.answers(asks, &mut answers);
            answers.pop();
            for answer in answers {
                sink.answer(answer.is_some(), || answer);
            }
        }
    }

    #[test]
    fn answers_are_held_against_their_own_requests() {
        let set = microservice::set(100);
        let workload = Workload::new(&set, Mix::Uniform);
        let prepared = workload.prepare();
        // The last batch is not full.
        let asks = &workload.in_order(&prepared)[..FindMany::BATCH * 2 + 1];
        let many = || Box::new(FindMany(Fingerpost::new(&set).unwrap()));
        let (right, wrong) = tally(&set, &mut *many(), asks);
        assert_eq!((right.right, wrong), (asks.len(), None));

        let (engine, group) = (many(), FindMany::BATCH);
        let (rotated, wrong) = tally(&set, &mut Rotated { engine, group }, asks);
        assert!(rotated.wrong > FindMany::BATCH, "{rotated:?}");
        assert!(wrong.is_some());

        let (_, wrong) = tally(&set, &mut Short(many()), asks);
        assert_eq!(wrong.unwrap(), "65 requests have 64 answers");
    }
}
