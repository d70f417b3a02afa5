//! What is chosen on a request's way: targets, backends, mirrors.
//!
//! A target is chosen by weight: by a hash of the request where the rule asks for it
//! and the request has what is hashed, else by chance. Both are scaled to the sum of
//! the weights, so that a change of one weight moves as few requests as it can.

use super::Reason;
use super::decide::{Way, seen, writer};
use super::draw::scale;
use crate::matcher::output::Span;
use crate::matcher::scratch::Scratch;
use crate::table::fact::FactEntry;
use crate::table::rule::TargetEntry;
use crate::table::text::Range32;

/// A target that was chosen.
#[derive(Clone, Copy)]
pub(super) struct Chosen {
    pub(super) index: usize,
    pub(super) draw: Option<u64>,
    pub(super) sticky: bool,
}

impl Way<'_, '_> {
    /// Chooses a target; `None` where none has a share.
    pub(super) fn choose(
        &mut self,
        scratch: &mut Scratch,
        targets: &[TargetEntry],
        sticky: Range32,
    ) -> Option<Chosen> {
        let total = targets.last().map_or(0, |last| last.cumulative);
        if total == 0 {
            return None;
        }
        if let [_] = targets {
            return Some(Chosen {
                index: 0,
                draw: None,
                sticky: false,
            });
        }
        let with_share = targets.iter().filter(|target| target.weight > 0);
        let is_open = with_share.take(2).count() > 1;
        let Scratch {
            paths,
            host,
            buffer,
            ..
        } = scratch;
        let seen = seen(&self.seen, paths, host);
        let hash = match is_open {
            true => super::hash::hash(self.sections, seen, sticky, buffer),
            false => None,
        };
        let draw = (is_open && hash.is_none()).then(|| self.draws.next());
        let point = scale(hash.or(draw).unwrap_or(0), total);
        // The first whose cumulative weight is above the point; zero weights add
        // nothing, so they are never it.
        Some(Chosen {
            index: targets.partition_point(|target| target.cumulative <= point),
            draw,
            sticky: hash.is_some(),
        })
    }

    /// The name of a backend that the request gives; `None` where it gives none that
    /// can be one.
    pub(super) fn name_of_backend(
        &self,
        scratch: &mut Scratch,
        fact: FactEntry,
    ) -> Result<Option<Span>, Reason> {
        let (mut writer, ..) = writer(self.sections, scratch, &self.seen);
        let Some(span) = writer.fact(fact)? else {
            return Ok(None);
        };
        Ok(is_name(writer.rendered.get(span)).then_some(span))
    }

    /// Draws the mirrors on the way, in order.
    pub(super) fn draw_mirrors(&mut self, scratch: &mut Scratch) {
        let actions = &self.sections.actions;
        if actions.most.mirrors == 0 {
            return;
        }
        let Scratch { trail, output, .. } = scratch;
        for step in trail.get() {
            for effects in self.sections.effects_of(step).into_iter().flatten() {
                for mirror in effects.mirrors.of(&actions.mirrors) {
                    let is_drawn = self.draws.share(mirror.numerator, mirror.denominator);
                    if output.mirrored.len() < output.mirrored.capacity() {
                        output.mirrored.push(is_drawn);
                    }
                }
            }
        }
    }
}

/// Whether a text from the request may name a backend. Whoever makes a file, an address or
/// a key of the name must not be led elsewhere by it.
// SPEC: `Target::FromRequest`.
fn is_name(text: &[u8]) -> bool {
    let is_sound = |&byte: &u8| byte.is_ascii_graphic() && byte != b'/';
    !matches!(text, b"" | b"." | b"..") && text.iter().all(is_sound)
}
