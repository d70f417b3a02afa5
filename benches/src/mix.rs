//! Mixes: which requests are asked, how often, in what order.
//!
//! | mix | requests |
//! |---|---|
//! | `uniform` | hits; every rule is as likely as every other, few are asked twice |
//! | `zipf` | hits; the rule of rank r is drawn in proportion to 1/r, ranks are shuffled |
//! | `hot` | 256 different requests of `uniform`, again and again in random order |
//! | `miss` | requests that no rule takes |
//! | `worst` | what the set's maker could think of: near misses, long paths |
//!
//! A mix is a list in an order that is drawn once. The order is longer than a branch
//! predictor remembers, and where the table is large so are the requests: `uniform`
//! over a large table finds most of what it touches in no cache.

use crate::Random;
use crate::routes::{Ask, Set};

/// Different requests of the mix `hot`.
pub const HOT: usize = 256;
/// Requests of a mix, at least: more than the branch predictor learns.
const FEW: usize = 4_096;
/// Requests of a mix, at most: what they touch of a large table is more than the
/// caches hold.
const MANY: usize = 65_536;

/// Which requests.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Mix {
    /// Every rule as often.
    Uniform,
    /// By rank.
    Zipf,
    /// A few, again and again.
    Hot,
    /// None that a rule takes.
    Miss,
    /// As much work as may be.
    Worst,
}

impl Mix {
    /// All of them.
    pub const ALL: [Self; 5] = [
        Self::Uniform,
        Self::Zipf,
        Self::Hot,
        Self::Miss,
        Self::Worst,
    ];

    /// Its name in the record.
    pub fn name(self) -> &'static str {
        match self {
            Self::Uniform => "uniform",
            Self::Zipf => "zipf",
            Self::Hot => "hot",
            Self::Miss => "miss",
            Self::Worst => "worst",
        }
    }
}

/// The requests of a mix, and the order in which they are asked.
#[derive(Debug)]
pub struct Workload {
    /// Which mix it is.
    pub mix: Mix,
    asks: Vec<Ask>,
    keys: Vec<String>,
    order: Vec<u32>,
}

/// A request as engines are given it: borrowed, headers as pairs.
#[derive(Debug)]
pub struct Prepared<'a> {
    /// The method.
    pub method: &'a str,
    /// The authority; empty where the set has no hosts.
    pub host: &'a str,
    /// The path, and the query where there is one.
    pub path: &'a str,
    /// Headers, names in lower case.
    pub headers: Vec<(&'a [u8], &'a [u8])>,
    /// What its rule is found under, for the floor: [`Set::key`].
    pub key: &'a str,
    /// The class of the rule that takes it.
    pub want: Option<u32>,
}

impl Workload {
    /// Draws the requests of a mix.
    pub fn new(set: &Set, mix: Mix) -> Self {
        let mut random = Random::new(0x5eed ^ (set.size() as u64) << 8 ^ mix as u64);
        let count = (set.size() * 2).clamp(FEW, MANY);
        let asks: Vec<Ask> = match mix {
            Mix::Uniform => spread(set.size(), count, &mut random)
                .into_iter()
                .map(|rule| set.hit(rule, &mut random))
                .collect(),
            Mix::Zipf => {
                let zipf = Zipf::new(set.size(), &mut random);
                let drawn = (0..count).map(|_| zipf.draw(&mut random));
                let rules: Vec<usize> = drawn.collect();
                rules
                    .into_iter()
                    .map(|rule| set.hit(rule, &mut random))
                    .collect()
            }
            Mix::Hot => (0..HOT)
                .map(|_| {
                    let rule = random.below(set.size());
                    set.hit(rule, &mut random)
                })
                .collect(),
            Mix::Miss => (0..count).map(|_| set.miss(&mut random)).collect(),
            Mix::Worst => (0..FEW).map(|_| set.worst(&mut random)).collect(),
        };
        let order = match mix {
            Mix::Hot => (0..FEW).map(|_| random.below(HOT) as u32).collect(),
            _ => (0..asks.len() as u32).collect(),
        };
        let key = |ask: &Ask| match ask.want {
            Some(rule) => set.key(rule as usize),
            None => format!("{}{}", ask.host, ask.path),
        };
        Self {
            mix,
            keys: asks.iter().map(key).collect(),
            asks,
            order,
        }
    }

    /// The different requests.
    pub fn prepare(&self) -> Vec<Prepared<'_>> {
        self.asks
            .iter()
            .zip(&self.keys)
            .map(|(ask, key)| Prepared {
                method: ask.method,
                host: &ask.host,
                path: &ask.path,
                headers: ask
                    .headers
                    .iter()
                    .map(|(name, value)| (name.as_bytes(), value.as_bytes()))
                    .collect(),
                key,
                want: ask.want,
            })
            .collect()
    }

    /// The requests in the order in which they are asked.
    pub fn in_order<'p, 'a>(&self, prepared: &'p [Prepared<'a>]) -> Vec<&'p Prepared<'a>> {
        let asked = self
            .order
            .iter()
            .filter_map(|&at| prepared.get(at as usize));
        asked.collect()
    }
}

impl Prepared<'_> {
    /// Bytes of the request.
    pub fn bytes(&self) -> usize {
        let headers = self
            .headers
            .iter()
            .map(|(name, value)| name.len() + value.len());
        self.method.len() + self.host.len() + self.path.len() + headers.sum::<usize>()
    }

    /// Reads a byte of every cache line of it, so that only the table is cold.
    pub fn touch(&self) -> usize {
        let headers = self.headers.iter();
        touch(self.method.as_bytes())
            + touch(self.host.as_bytes())
            + touch(self.path.as_bytes())
            + touch(self.key.as_bytes())
            + headers
                .map(|(name, value)| touch(name) + touch(value))
                .sum::<usize>()
    }
}

/// Reads a byte of every cache line.
fn touch(bytes: &[u8]) -> usize {
    // The last byte is on a line of its own where the text does not begin with one.
    let lines = bytes.iter().step_by(64).chain(bytes.last());
    lines.map(|&byte| usize::from(byte)).sum()
}

/// So many numbers below a limit, each as often as every other, in random order.
fn spread(limit: usize, count: usize, random: &mut Random) -> Vec<usize> {
    let mut numbers: Vec<usize> = match count < limit {
        // Drawing all and taking some would shuffle a million numbers for a few.
        true => (0..count).map(|_| random.below(limit)).collect(),
        false => (0..count).map(|at| at % limit).collect(),
    };
    random.shuffle(&mut numbers);
    numbers
}

/// Ranks drawn in proportion to 1/rank.
struct Zipf {
    /// Sums of 1/rank. Additions and divisions of floats are the same everywhere.
    sums: Vec<f64>,
    ranked: Vec<usize>,
}

impl Zipf {
    fn new(items: usize, random: &mut Random) -> Self {
        let mut sum = 0.0;
        let sums = (1..=items).map(|rank| {
            sum += 1.0 / rank as f64;
            sum
        });
        let sums = sums.collect();
        let mut ranked: Vec<usize> = (0..items).collect();
        random.shuffle(&mut ranked);
        Self { sums, ranked }
    }

    fn draw(&self, random: &mut Random) -> usize {
        let total = self.sums.last().copied().unwrap_or(0.0);
        let at = (random.draw() >> 11) as f64 / (1_u64 << 53) as f64 * total;
        let rank = self.sums.partition_point(|&sum| sum <= at);
        self.ranked[rank.min(self.ranked.len() - 1)]
    }
}

#[cfg(test)]
mod tests {
    use super::{Mix, Workload, Zipf};
    use crate::Random;
    use crate::routes::full;

    #[test]
    fn the_same_set_gives_the_same_requests() {
        let set = full::set(100);
        for mix in Mix::ALL {
            let asks = |_| format!("{:?}", Workload::new(&set, mix).prepare());
            assert_eq!(asks(0), asks(1));
        }
    }

    #[test]
    fn the_first_rank_is_drawn_as_often_as_it_should_be() {
        let mut random = Random::new(7);
        let zipf = Zipf::new(1000, &mut random);
        let first = zipf.ranked[0];
        let drawn = (0..100_000).filter(|_| zipf.draw(&mut random) == first);
        // 1 / (1 + 1/2 + … + 1/1000) is 0.1336.
        let share = drawn.count() as f64 / 100_000.0;
        assert!((0.128..0.139).contains(&share), "{share}");
    }

    #[test]
    fn uniform_asks_for_every_rule() {
        let set = full::set(100);
        let workload = Workload::new(&set, Mix::Uniform);
        let mut asked = vec![0; 100];
        for ask in workload.prepare() {
            asked[ask.want.unwrap() as usize] += 1;
        }
        assert!(asked.iter().all(|&times| times == 40 || times == 41));
    }
}
