//! Every combination of text and hole over `k` segments: 2^k rules.
//!
//! A trie that goes back where it went wrong tries all of them before it gives up on a
//! path whose last segment is wrong.

use super::{Ask, Path, Rule, Set};
use crate::Random;

/// All combinations over so many segments.
pub fn set(segments: usize) -> Set {
    let rules = (0..1_usize << segments).map(|at| Rule {
        host: None,
        path: Path::Template(template(segments, at)),
        method: None,
        header: None,
        class: at as u32,
    });
    Set::new(
        "adversarial",
        rules.collect(),
        move |_, rule, random| Ask {
            want: Some(rule as u32),
            ..Ask::get(path(segments, rule, random) + "/end")
        },
        move |_, random| Ask::get(path(segments, random.below(1 << segments), random) + "/nowhere"),
        move |_, random| Ask::get(path(segments, 0, random) + "/ene"),
    )
}

/// Bit by bit: a hole where it is set, text where it is not.
fn template(segments: usize, rule: usize) -> String {
    let mut text = String::new();
    for segment in 0..segments {
        match rule >> segment & 1 {
            0 => text.push_str("/a"),
            _ => text.push_str(&format!("/{{p{segment}}}")),
        }
    }
    text + "/end"
}

fn path(segments: usize, rule: usize, random: &mut Random) -> String {
    let mut text = String::new();
    for segment in 0..segments {
        match rule >> segment & 1 {
            0 => text.push_str("/a"),
            _ => text.push_str(["/b", "/c", "/d", "/e"][random.below(4)]),
        }
    }
    text
}
