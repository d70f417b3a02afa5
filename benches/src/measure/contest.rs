//! Engines and requests of one route set, asked in turn.

use std::hint::black_box;
use std::io;
use std::time::{Duration, Instant};

use super::clock::nanoseconds;
use super::{Chase, Clock, Record, Tally, tally};
use crate::engines::{self, Engine};
use crate::mix::{Mix, Prepared, Workload};
use crate::routes::Set;

/// How much is measured.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Depth {
    /// Small sizes, one round for the sake of its answers: no time is written down.
    Answers,
    /// Small and middle sizes, few rounds.
    Quick,
    /// Everything.
    Full,
}

impl Depth {
    /// How often each engine is asked; the least of the rounds counts.
    fn rounds(self) -> usize {
        match self {
            Self::Answers => 1,
            Self::Quick => 9,
            Self::Full => 15,
        }
    }

    /// The largest route set that is made.
    pub fn most_rules(self) -> usize {
        match self {
            Self::Answers => 1_024,
            Self::Quick => 16_384,
            Self::Full => usize::MAX,
        }
    }
}

/// An engine that takes part.
#[derive(Clone, Copy, Debug)]
pub struct Contender {
    /// The adapter's name.
    pub engine: &'static str,
    /// The most rules that it is made of; above, it takes too long to be made or
    /// asked.
    pub most_rules: usize,
    /// How many rules it may look at in one pass: one whose cost grows with the rules
    /// is asked fewer requests. `None` asks all.
    pub budget: Option<usize>,
    /// What it is known not to do; anything else that it does not do is a fault of the
    /// measurement.
    pub known: Known,
}

/// What an engine is known not to do.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Known {
    /// Rules that it does not take.
    pub rejected: usize,
}

/// Route sets of one kind, and who is asked.
#[derive(Clone, Copy, Debug)]
pub struct Contest {
    /// Its name.
    pub name: &'static str,
    /// Makes a route set of a size.
    pub make: fn(usize) -> Set,
    /// Sizes as `make` takes them.
    pub sizes: &'static [usize],
    /// Whether engines of all sizes are asked in turn, so that sizes can be compared.
    pub together: bool,
    /// Who is asked.
    pub contenders: &'static [Contender],
    /// What is asked.
    pub mixes: &'static [Mix],
    /// Whether the cost of a dependent cache miss is measured beside.
    pub chase: bool,
}

/// Reads what the allocator has been asked for: calls, and bytes that are in use.
pub type Meter = dyn Fn() -> (usize, isize);

/// One engine of one size.
struct Seat<'s> {
    contender: Contender,
    /// Index of the set.
    set: usize,
    engine: Box<dyn Engine + 's>,
}

/// One engine under one mix, and its rounds.
struct Run<'p, 'a> {
    seat: usize,
    mix: &'static str,
    asks: &'p [&'p Prepared<'a>],
    /// Whether a request costs so much that only some are asked.
    is_costly: bool,
    /// How many of the requests are taken; the same in every pass.
    taken: usize,
    /// How long all rounds took.
    spent: Duration,
    /// The least time of each batch.
    least: Vec<Duration>,
    touched: Vec<f64>,
    plain: Vec<f64>,
}

impl Contest {
    /// Checks and times; writes what it finds.
    ///
    /// # Errors
    ///
    /// A wrong answer, an engine that cannot be made, a record that cannot be written.
    pub fn time(&self, depth: Depth, record: &mut Record<'_>) -> Result<(), String> {
        self.each_group(depth, |sets| self.time_group(depth, sets, record))
    }

    /// Counts allocations and bytes; writes what it finds.
    ///
    /// # Errors
    ///
    /// An engine that cannot be made, a record that cannot be written.
    pub fn count(
        &self,
        depth: Depth,
        record: &mut Record<'_>,
        meter: &Meter,
    ) -> Result<(), String> {
        self.each_group(depth, |sets| {
            for set in sets {
                let workloads: Vec<Workload> = self
                    .mixes
                    .iter()
                    .map(|&mix| Workload::new(set, mix))
                    .collect();
                for contender in self.contenders_of(set) {
                    self.count_one(contender, set, &workloads, record, meter)?;
                }
            }
            Ok(())
        })
    }

    fn each_group(
        &self,
        depth: Depth,
        mut run: impl FnMut(&[Set]) -> Result<(), String>,
    ) -> Result<(), String> {
        let sets = self.sizes.iter().map(|&size| (self.make)(size));
        let mut sets = sets.take_while(|set| set.size() <= depth.most_rules());
        if self.together {
            return run(&sets.collect::<Vec<Set>>());
        }
        sets.try_for_each(|set| run(&[set]))
    }

    fn contenders_of(&self, set: &Set) -> impl Iterator<Item = &'static Contender> + use<> {
        let size = set.size();
        let contenders = self.contenders.iter();
        contenders.filter(move |contender| size <= contender.most_rules)
    }

    fn time_group(
        &self,
        depth: Depth,
        sets: &[Set],
        record: &mut Record<'_>,
    ) -> Result<(), String> {
        let problem = |error: io::Error| error.to_string();
        let mut seats = Vec::new();
        for (at, set) in sets.iter().enumerate() {
            for contender in self.contenders_of(set) {
                seats.push(self.seat(contender, set, at)?);
            }
        }
        let workloads: Vec<Vec<Workload>> = sets
            .iter()
            .map(|set| {
                let mixes = self.mixes.iter();
                mixes.map(|&mix| Workload::new(set, mix)).collect()
            })
            .collect();
        let prepared: Vec<Vec<Vec<Prepared<'_>>>> = workloads
            .iter()
            .map(|mixes| mixes.iter().map(Workload::prepare).collect())
            .collect();
        let asks: Vec<Vec<Vec<&Prepared<'_>>>> = workloads
            .iter()
            .zip(&prepared)
            .map(|(mixes, prepared)| {
                let both = mixes.iter().zip(prepared);
                both.map(|(mix, prepared)| mix.in_order(prepared)).collect()
            })
            .collect();

        let mut runs = Vec::new();
        for (at_mix, mix) in self.mixes.iter().enumerate() {
            for (at, seat) in seats.iter_mut().enumerate() {
                let set = &sets[seat.set];
                let asks = &asks[seat.set][at_mix];
                let asks = &asks[..seat.contender.limit(set, asks.len())];
                let (found, wrong) = tally(set, &mut *seat.engine, asks);
                let engine = seat.contender.engine;
                if let Some(wrong) = wrong {
                    let (name, size, mix) = (self.name, set.size(), mix.name());
                    return Err(format!("{name} {size} {mix} {engine}: {wrong}"));
                }
                write_tally(record, set.size(), mix.name(), engine, found).map_err(problem)?;
                runs.push(Run {
                    seat: at,
                    mix: mix.name(),
                    asks,
                    is_costly: seat.contender.budget.is_some(),
                    taken: found.taken,
                    spent: Duration::ZERO,
                    least: Vec::new(),
                    touched: Vec::new(),
                    plain: Vec::new(),
                });
            }
        }

        let clock = Clock::new();
        let chase = (self.chase && depth != Depth::Answers).then(Chase::new);
        let mut loads = Vec::new();
        for _ in 0..depth.rounds() {
            loads.extend(chase.as_ref().map(Chase::load));
            for run in &mut runs {
                let seat = &mut seats[run.seat];
                let (set, engine) = (&sets[seat.set], seat.contender.engine);
                run.round(&clock, &mut *seat.engine).map_err(|why| {
                    let (name, size, mix) = (self.name, set.size(), run.mix);
                    format!("{name} {size} {mix} {engine}: {why}")
                })?;
            }
        }
        if depth == Depth::Answers {
            return Ok(());
        }
        if let Some(load) = loads.into_iter().reduce(f64::min) {
            let size = sets.first().map_or(0, Set::size);
            record
                .value(size, "-", "-", "dependent-load", format!("{load:.1}"))
                .map_err(problem)?;
        }
        for run in runs {
            let seat = &seats[run.seat];
            let size = sets[seat.set].size();
            run.write(record, size, seat.contender.engine)
                .map_err(problem)?;
        }
        Ok(())
    }

    fn seat<'s>(&self, contender: &Contender, set: &'s Set, at: usize) -> Result<Seat<'s>, String> {
        let name = contender.engine;
        let adapter = engines::find(name).ok_or_else(|| format!("there is no engine {name}"))?;
        let wrong = |why: String| format!("{} {} {name}: {why}", self.name, set.size());
        let engine = (adapter.build)(set).map_err(wrong)?;
        let rejected = engine.rejected().len();
        if rejected != contender.known.rejected {
            let known = contender.known.rejected;
            return Err(wrong(format!("it rejects {rejected} rules, not {known}")));
        }
        Ok(Seat {
            contender: *contender,
            set: at,
            engine,
        })
    }

    fn count_one(
        &self,
        contender: &Contender,
        set: &Set,
        workloads: &[Workload],
        record: &mut Record<'_>,
        meter: &Meter,
    ) -> Result<(), String> {
        let problem = |error: io::Error| error.to_string();
        let (size, name) = (set.size(), contender.engine);
        let before = meter().1;
        let mut seat = self.seat(contender, set, 0)?;
        let heap = meter().1 - before;
        record
            .value(size, "-", name, "heap-bytes", heap)
            .map_err(problem)?;
        let rejected = seat.engine.rejected().len();
        record
            .value(size, "-", name, "rules-rejected", rejected)
            .map_err(problem)?;
        if seat.engine.is_lifted() {
            record
                .value(size, "-", name, "limits-lifted", 1)
                .map_err(problem)?;
        }
        if let Some(bytes) = seat.engine.structure_bytes() {
            record
                .value(size, "-", name, "structure-bytes", bytes)
                .map_err(problem)?;
        }
        let (mut calls, mut most) = (0, 0.0);
        for workload in workloads {
            let prepared = workload.prepare();
            let asks = workload.in_order(&prepared);
            let asks = &asks[..contender.limit(set, asks.len())];
            let before = meter().0;
            black_box(seat.engine.pass(asks));
            let between = meter().0;
            black_box(seat.engine.pass(asks));
            let after = meter().0;
            calls += after - before;
            // What is made once, with the first match, is no cost of a match.
            let each = (after - between) as f64 / asks.len().max(1) as f64;
            most = each.max(most);
        }
        record
            .value(size, "-", name, "allocator-calls", calls)
            .map_err(problem)?;
        // With all of its digits: what is not nothing must not look like it.
        record
            .value(size, "-", name, "allocations", most)
            .map_err(problem)
    }
}

fn write_tally(
    record: &mut Record<'_>,
    size: usize,
    mix: &str,
    engine: &str,
    tally: Tally,
) -> io::Result<()> {
    record.value(size, mix, engine, "right", tally.right)?;
    match tally.rejected {
        0 => Ok(()),
        rejected => record.value(size, mix, engine, "rejected", rejected),
    }
}

impl Contender {
    /// Requests that an engine is asked, however much each costs.
    const FEWEST: usize = 16;

    /// How many of so many requests are asked.
    fn limit(&self, set: &Set, requests: usize) -> usize {
        match self.budget {
            Some(budget) => requests.min((budget / set.size().max(1)).max(Self::FEWEST)),
            None => requests,
        }
    }
}

impl Run<'_, '_> {
    /// Requests that are asked before the clock starts, where the mix is too long to be
    /// asked whole.
    const WARM: usize = 256;
    /// A mix as short as this is asked whole, if all of it is asked at all.
    const SHORT: usize = 4_096;
    /// Requests that an engine is asked beforehand whose requests are limited: each
    /// costs so much that what is cold when it begins does not matter.
    const COSTLY: usize = 4;
    /// Rounds of an engine that takes this long or longer.
    const ROUNDS: usize = 3;
    const ENOUGH: Duration = Duration::from_secs(10);

    fn round(&mut self, clock: &Clock, engine: &mut dyn Engine) -> Result<(), String> {
        if self.touched.len() >= Self::ROUNDS && self.spent > Self::ENOUGH {
            return Ok(());
        }
        let start = Instant::now();
        let asks = self.asks;
        let warm = match asks.len() {
            _ if self.is_costly => &asks[..asks.len().min(Self::COSTLY)],
            ..=Self::SHORT => asks,
            more => &asks[more - Self::WARM..],
        };
        engine.pass(warm);
        let (touched, taken) = clock.touched(engine, asks, &mut self.least);
        engine.pass(warm);
        let (plain, again) = clock.plain(engine, asks);
        for taken in [taken, again] {
            if taken != self.taken {
                let first = self.taken;
                return Err(format!("it took {taken} requests, and {first} before"));
            }
        }
        self.spent += start.elapsed();
        self.touched.push(touched);
        self.plain.push(plain);
        Ok(())
    }

    fn write(mut self, record: &mut Record<'_>, size: usize, engine: &str) -> io::Result<()> {
        self.touched.sort_by(f64::total_cmp);
        self.plain.sort_by(f64::total_cmp);
        let median = self.touched[self.touched.len() / 2];
        let mut value = |metric, value: f64| {
            record.value(size, self.mix, engine, metric, format!("{value:.2}"))
        };
        value("ns", nanoseconds(self.least.iter().sum(), self.asks.len()))?;
        value("ns-median", median)?;
        value("ns-plain", self.plain[0])
    }
}
