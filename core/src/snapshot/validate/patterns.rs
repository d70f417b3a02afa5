//! Patterns: that each search with one ends, in memory that is its own.
//!
//! The engines of patterns trust what they are given:
//!
//! * a cache must be the pattern's own, so caches are numbered as the patterns come;
//! * what is searched for at every place of a text must stop soon after what it finds, or
//!   be bounded: otherwise replacing takes time that is quadratic in the text;
//! * an engine for patterns that match at the first byte alone must have such a pattern;
//! * a pattern has the groups that it says, which a scratch has room for.

use super::{Sound, sound};
use crate::table::Sections;
#[cfg(feature = "compile")]
use crate::table::action::{HostRewriteEntry, PathRewriteEntry};
#[cfg(feature = "compile")]
use crate::table::format::SubstitutionEntry;
#[cfg(feature = "compile")]
use crate::table::read_ahead::stops_soon;
#[cfg(feature = "compile")]
use crate::table::regex::Regex;
use crate::table::regex::{GroupEngine, SegmentHole};

/// Most segments that a template may have.
const SEGMENTS: u32 = 1 << 20;

/// Looks over all patterns.
pub(super) fn all(sections: &Sections) -> Sound {
    caches(sections)?;
    groups(sections)?;
    searches(sections)
}

/// The caches of each kind are numbered from 0 on.
#[cfg(feature = "compile")]
fn caches(sections: &Sections) -> Sound {
    let (mut onepass, mut pike, mut groups) = (0.., 0.., 0..);
    for regex in sections.predicates.regexes.iter() {
        let is_next = match regex {
            Regex::Dense(_) => true,
            Regex::OnePass { cache, .. } => onepass.next() == Some(*cache),
            Regex::Pike { cache, .. } => pike.next() == Some(*cache),
        };
        sound(is_next, "patterns")?;
    }
    for (regex, number) in sections.group_regexes.iter().zip(0..) {
        let is_own = match &regex.engine {
            GroupEngine::Whole | GroupEngine::Segments(_) => true,
            GroupEngine::OnePass { cache, .. } => groups.next() == Some(*cache),
            GroupEngine::Pike { id, .. } => *id == number,
        };
        sound(is_own, "group patterns")?;
    }
    Ok(())
}

#[cfg(not(feature = "compile"))]
fn caches(_: &Sections) -> Sound {
    Ok(())
}

fn groups(sections: &Sections) -> Sound {
    for regex in sections.group_regexes.iter() {
        let groups = match &regex.engine {
            GroupEngine::Whole => 1,
            GroupEngine::Segments(holes) => {
                let is_near = |hole: &SegmentHole| hole.segment < SEGMENTS;
                sound(holes.iter().all(is_near), "group patterns")?;
                holes.len() + 1
            }
            #[cfg(feature = "compile")]
            GroupEngine::OnePass { dfa, .. } => {
                let nfa = dfa.get_nfa();
                sound(nfa.is_always_start_anchored(), "group patterns")?;
                nfa.group_info().all_group_len()
            }
            #[cfg(feature = "compile")]
            GroupEngine::Pike { vm, .. } => vm.get_nfa().group_info().all_group_len(),
        };
        sound(regex.groups as usize == groups, "group patterns")?;
    }
    Ok(())
}

/// Where every place may be replaced, searches stop soon.
#[cfg(feature = "compile")]
fn searches(sections: &Sections) -> Sound {
    let actions = &sections.actions;
    let of_path = |path: Option<PathRewriteEntry>| match path {
        Some(PathRewriteEntry::Regex(substitution)) => Some(substitution),
        _ => None,
    };
    let of_host = |host: Option<HostRewriteEntry>| match host {
        Some(HostRewriteEntry::FromPath(substitution)) => Some(substitution),
        _ => None,
    };
    let rewrites = actions.rewrites.iter();
    let rewrites = rewrites.flat_map(|one| [of_path(one.path), of_host(one.host)]);
    let redirects = actions.redirects.iter().map(|one| of_path(one.path));
    let mut known = alloc::vec![None; sections.group_regexes.len()];
    let mut spent = 0;
    for substitution in rewrites.chain(redirects).flatten() {
        let SubstitutionEntry {
            regex, all, most, ..
        } = substitution;
        let (Some(GroupEngine::Pike { vm, .. }), Some(stops)) = (
            sections
                .group_regexes
                .get(regex as usize)
                .map(|one| &one.engine),
            known.get_mut(regex as usize),
        ) else {
            continue;
        };
        if all && most > SEARCHED {
            let stops = stops.get_or_insert_with(|| stops_soon(vm.get_nfa(), &mut spent));
            sound(*stops, "rewrites")?;
        }
    }
    Ok(())
}

/// Places of a text that are searched for whatever each search costs: many times more
/// than the compiler allows unless it is asked for.
#[cfg(feature = "compile")]
const SEARCHED: u32 = 1 << 10;

#[cfg(not(feature = "compile"))]
fn searches(_: &Sections) -> Sound {
    Ok(())
}
