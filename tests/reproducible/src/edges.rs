//! Patterns and texts of many sizes, under limits of many sizes.
//!
//! A decision on a size falls between two sizes. Where machines count differently, it
//! falls elsewhere; what is counted in words of a machine is up to twice as large on one
//! as on another. So sizes and limits grow by a few percent here, and some of them lie
//! between what one machine counts and what the other does.

use fingerpost::builder::{Route, Routes, any, matching, segments};
use fingerpost::compile::limits::Limits;
use fingerpost::model::{Filter, HostMatch, PathMatch, PathRewrite, RouteSet, ValueMatch};

/// What a text is looked for as.
type Value = fn(String) -> ValueMatch;

/// Limits of automata in bytes: the least, and one after the most.
const BUDGETS: std::ops::Range<usize> = 1 << 10..256 << 10;

/// Limits under which whatever can share an automaton does.
pub(super) fn every_automaton() -> Limits {
    let mut limits = Limits::default();
    limits.ungrouped_patterns = 1;
    limits.direct_tests = 0;
    limits.path_steps = 0;
    limits
}

/// Limits under which nothing becomes an automaton.
pub(super) fn no_automaton() -> Limits {
    let mut limits = Limits::default();
    limits.regex_automata = 0;
    limits.ungrouped_patterns = u32::MAX;
    limits.direct_tests = u32::MAX;
    limits.automata = 0;
    limits.path_steps = u32::MAX;
    limits
}

/// Every set, with its name and limits.
pub(super) fn all() -> Vec<(String, RouteSet, Limits)> {
    let mut all = vec![
        ("edge-programs".into(), programs(), Limits::default()),
        ("edge-automata".into(), automata(), Limits::default()),
        ("edge-searches".into(), searches(), Limits::default()),
    ];
    let set = everything();
    for budget in steps(BUDGETS) {
        let mut one = every_automaton();
        let mut sum = one.clone();
        let mut program = one.clone();
        // Of each automaton, of all together, of programs.
        one.regex_automaton = budget;
        one.group_automaton = budget;
        one.host_automaton = budget;
        one.automaton = budget;
        sum.regex_automata = budget;
        sum.host_automata = budget;
        sum.automata = budget;
        sum.regex_programs = budget;
        program.regex_program = budget / 8;
        // Automata are for the others.
        program.regex_automaton = 2 << 10;
        program.group_automaton = 2 << 10;
        program.automaton = 2 << 10;
        for (kind, limits) in [("one", one), ("sum", sum), ("program", program)] {
            all.push((format!("edge-{kind}-{budget}"), set.clone(), limits));
        }
    }
    all
}

/// From the first to the last, each larger by a fifth.
fn steps(range: std::ops::Range<usize>) -> impl Iterator<Item = usize> {
    let next = |at: &usize| Some(at + at.div_ceil(5));
    std::iter::successors(Some(range.start), next).take_while(move |at| range.contains(at))
}

/// A set with a rule for each path.
fn paths(paths: impl Iterator<Item = PathMatch>) -> RouteSet {
    let mut route = Route::any_host();
    for (at, path) in paths.enumerate() {
        route = route.rule(matching(path).to(format!("to-{at}").as_str()));
    }
    finish(Routes::new().route(route))
}

/// Patterns whose programs are about as long as one may be.
fn programs() -> RouteSet {
    let patterns = steps(1_000..5_000).flat_map(|count| {
        // Of one state a byte, of two, of states that take nothing, with groups.
        let few = count / 4;
        [
            format!("/one/[a-z]{{{count}}}"),
            format!("/two/[a-cx-z]{{{count}}}"),
            format!("/maybe/(?:[a-z]?){{{few}}}"),
            format!("/or/(?:a|bc|){{{few}}}"),
            format!("/empty/(?:()()a){{{few}}}"),
        ]
    });
    paths(patterns.map(PathMatch::Regex))
}

/// Patterns whose automata are about as large as one may be.
fn automata() -> RouteSet {
    let patterns = (4..15).flat_map(|count| {
        [
            format!("/{count}/[ab]*a[ab]{{{count}}}"),
            format!("/{count}/[a-z]*a[a-d]{{0,{}}}/x", count * 4),
            format!("/{count}/(?:[ab]{{0,{}}}b){{2}}", count * 30),
        ]
    });
    paths(patterns.map(PathMatch::Regex))
}

/// Patterns to search for, of which it is found out how far a search reads.
fn searches() -> RouteSet {
    let mut route = Route::any_host();
    for count in 3..24 {
        for pattern in [
            format!("a[ab]{{{count}}}"),
            format!("/(?:[ab]{{0,{}}}b){{2}}", count * 10),
        ] {
            let path = format!("/search/{count}/{}", pattern.len());
            let rule = segments(path).to("found");
            // All of them are replaced, so that it matters.
            let rule = rule.rewrite_regex(pattern, "-").with(|rule| {
                for filter in &mut rule.filters {
                    if let Filter::Rewrite(rewrite) = filter
                        && let Some(PathRewrite::Regex(found)) = &mut rewrite.path
                    {
                        found.all = true;
                    }
                }
            });
            route = route.rule(rule);
        }
    }
    finish(Routes::new().route(route))
}

/// Everything that is compiled into an automaton, in sizes that differ.
fn everything() -> RouteSet {
    let mut route = Route::any_host();
    for count in 2..9 {
        for path in [
            PathMatch::Regex(format!("/p/[ab]*a[ab]{{{count}}}")),
            // Of few states, each of which takes much to be told from the others.
            PathMatch::Regex(format!("/q(?:[ab]{{0,{}}}b){{2}}", count * 8)),
            PathMatch::Regex(format!("/p/([a-z]{{0,{}}})x([a-z]+)y", count * 4)),
            PathMatch::Template(format!("/{}/{{name}}.{{kind}}", "t".repeat(count))),
            PathMatch::Glob(format!("/g/*{}*/?{count}*", "ab".repeat(count))),
        ] {
            route = route.rule(matching(path).to("path"));
        }
    }
    let texts: [(&str, u32, Value); 3] = [
        ("prefix", 30, ValueMatch::Prefix),
        ("suffix", 110, ValueMatch::Suffix),
        ("contained", 60, ValueMatch::Contains),
    ];
    for (header, count, of) in texts {
        for at in 0..count {
            let text = format!("{}-{at:04x}", "abcdefgh".repeat(at as usize % 5));
            route = route.rule(any().header(header, of(text)).to("text"));
        }
    }
    for count in 2..8 {
        for pattern in [
            format!("[ab]*a[ab]{{{count}}}"),
            format!("(?:[ab]{{0,{}}}b){{2}}", count * 8),
        ] {
            let value = ValueMatch::Regex(pattern);
            // Each alone, and some that share one.
            let header = format!("pattern-{}", count / 3);
            route = route.rule(any().header(&header, value).to("pattern"));
        }
    }
    let mut routes = Routes::new().route(route);
    for count in 3..9 {
        let host = match count % 2 {
            0 => format!("[ab]*a[ab]{{{count}}}\\.example"),
            _ => format!("(?:[ab]{{0,{}}}b){{2}}\\.example", count * 8),
        };
        let host = HostMatch::Regex(host);
        let route = Route::host("any.example").host_match(host);
        routes = routes.route(route.rule(any().to("host")));
    }
    finish(routes)
}

fn finish(routes: Routes) -> RouteSet {
    routes.into_route_set().expect("sound as written")
}
