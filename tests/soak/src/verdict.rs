//! What a soak found, and whether that is what is promised.
//!
//! Every check says in a test of its own what it fails for: a soak whose checks cannot
//! fail is a long way to print numbers. What was not measured has failed.

use std::time::Duration;

use crate::{PAUSE, THREADS};

/// Memory may vary by so many KiB: what the allocator keeps, not growth.
const SLACK_KIB: u64 = 1 << 10;
/// What the slowest match of a thousand may take, in those without replacements.
const SLOWER: f64 = 2.0;
/// A thread that sleeps wakes late on a busy machine: of the replacements that there was
/// time for, one in so many is made at least.
const LATE: u128 = 4;
/// And one that matches has no processor most of the time, and misses what is replaced
/// meanwhile: of the replacements, it sees one in so many at least.
const MISSED: u64 = 100;

/// What a soak found.
pub(crate) struct Findings {
    /// Matches that were asked for, and that were made.
    pub(crate) asked: u64,
    pub(crate) matches: u64,
    pub(crate) wrong: u64,
    pub(crate) replacements: u64,
    /// For how long tables were replaced.
    pub(crate) replacing: Duration,
    /// How often answers of one table followed those of the other, in the thread that saw
    /// it least.
    pub(crate) changes: u64,
    /// The same where nothing was replaced, in all threads.
    pub(crate) changes_when_still: u64,
    /// The most tables that were kept for readers at once, and those kept when there was
    /// no reader any more.
    pub(crate) kept: usize,
    pub(crate) left: usize,
    /// The most memory in use in the first rounds, and in all later ones. `None` where it
    /// could not be read.
    pub(crate) warm_kib: Option<u64>,
    pub(crate) later_kib: Option<u64>,
    /// The 99.9th percentile of all rounds without replacements, and of those with.
    pub(crate) still_ns: Option<f64>,
    pub(crate) swapped_ns: Option<f64>,
}

impl Findings {
    /// By how much memory grew.
    pub(crate) fn growth_kib(&self) -> Option<u64> {
        Some(self.later_kib?.saturating_sub(self.warm_kib?))
    }

    /// How many times as long a match takes while tables are replaced.
    pub(crate) fn ratio(&self) -> Option<f64> {
        Some(self.swapped_ns? / self.still_ns?)
    }

    /// What is wrong with the answers, and with how they were come by.
    pub(crate) fn breaches(&self) -> Vec<String> {
        let mut breaches = Vec::new();
        let mut hold = |holds: bool, breach: String| {
            if !holds {
                breaches.push(breach);
            }
        };
        let wrong = self.wrong;
        hold(wrong == 0, format!("{wrong} wrong answers"));
        let (matches, asked) = (self.matches, self.asked);
        hold(
            matches >= asked && matches > 0,
            format!("{matches} matches of {asked}"),
        );
        let (made, time) = (self.replacements, self.replacing);
        hold(
            made > 0 && u128::from(made) * LATE >= time.as_nanos() / PAUSE.as_nanos(),
            format!("{made} replacements in {:.1} s", time.as_secs_f64()),
        );
        let changes = self.changes;
        hold(
            changes > 0 && changes * MISSED >= made,
            format!("a thread saw the table change {changes} times in {made} replacements"),
        );
        let still = self.changes_when_still;
        hold(
            still == 0,
            format!("{still} changes of the table while nothing was replaced"),
        );
        let (kept, left) = (self.kept, self.left);
        hold(
            kept as u64 <= THREADS && left == 0,
            format!("{kept} tables kept for {THREADS} readers, {left} for none"),
        );
        breaches
    }

    /// What is wrong with what it took, which a sanitizer changes.
    pub(crate) fn costs(&self) -> Vec<String> {
        let mut breaches = Vec::new();
        match self.growth_kib() {
            None => breaches.push("memory could not be read: growth is not measured".to_string()),
            Some(kib) if kib > SLACK_KIB => breaches.push(format!("memory grew by {kib} KiB")),
            Some(_) => {}
        }
        match self.ratio() {
            // Whatever is no number is no success either.
            Some(ratio) if ratio <= SLOWER => {}
            Some(ratio) => breaches.push(format!(
                "the 99.9th percentile is {ratio:.2} of that without replacements"
            )),
            None => breaches.push("no time was measured".to_string()),
        }
        breaches
    }
}

#[cfg(test)]
mod tests {
    use super::Findings;
    use std::time::Duration;

    fn sound() -> Findings {
        Findings {
            asked: 1_000,
            matches: 1_024,
            wrong: 0,
            replacements: 900,
            replacing: Duration::from_secs(1),
            changes: 800,
            changes_when_still: 0,
            kept: 2,
            left: 0,
            warm_kib: Some(10_000),
            later_kib: Some(10_100),
            still_ns: Some(200.0),
            swapped_ns: Some(300.0),
        }
    }

    /// How many breaches of either kind one change makes.
    fn breaches(change: impl Fn(&mut Findings)) -> (usize, usize) {
        let mut findings = sound();
        change(&mut findings);
        (findings.breaches().len(), findings.costs().len())
    }

    #[test]
    fn a_sound_run_has_no_breach() {
        assert_eq!(breaches(|_| {}), (0, 0));
    }

    #[test]
    fn every_check_can_fail() {
        let answers: [fn(&mut Findings); 10] = [
            |run| run.wrong = 1,
            |run| run.matches = 999,
            |run| (run.asked, run.matches) = (0, 0),
            |run| run.replacing = Duration::from_secs(10),
            |run| (run.replacements, run.replacing) = (0, Duration::ZERO),
            |run| run.changes = 0,
            |run| run.changes = 8,
            |run| run.changes_when_still = 1,
            |run| run.kept = 3,
            |run| run.left = 1,
        ];
        for (at, change) in answers.into_iter().enumerate() {
            assert_eq!(breaches(change), (1, 0), "check {at}");
        }
        let costs: [fn(&mut Findings); 8] = [
            |run| run.warm_kib = None,
            |run| run.later_kib = None,
            |run| run.later_kib = Some(11_025),
            |run| run.still_ns = None,
            |run| run.swapped_ns = None,
            |run| run.swapped_ns = Some(401.0),
            |run| run.still_ns = Some(0.0),
            |run| (run.still_ns, run.swapped_ns) = (Some(0.0), Some(0.0)),
        ];
        for (at, change) in costs.into_iter().enumerate() {
            assert_eq!(breaches(change), (0, 1), "check {at}");
        }
    }
}
