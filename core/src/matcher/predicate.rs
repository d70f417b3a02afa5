//! Tests asked of a request.
//!
//! A slot with few tests is asked directly: the value is found and compared. A slot
//! with an automaton is answered as a whole when one of its tests is first asked:
//! the automaton runs over the value and marks what holds with the number of the
//! run, so that nothing has to be cleared before the next one. A later question
//! compares two numbers.
//!
//! Path and host can be others in the next stage; what is asked of them is answered
//! anew there, under the stage's number in place of the request's.

use super::facts::{self, Seen};
use super::fields::{Fields, Found, Place};
use crate::decision::draw::scale;
use crate::table::hash::is_same;
use crate::table::predicate::{FactTest, Literal, Predicate, Slot, Step, ValueTest};
use crate::table::regex::RegexScratch;
use crate::table::text::Range32;
use crate::table::{NONE, Sections};
use crate::vocabulary::RepeatedValues;

/// What is known of one slot.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Answer {
    /// Number of the request or stage that the automaton ran for.
    epoch: u64,
    /// Number of the run, for marks.
    run: u64,
    /// Whether there is a value.
    is_there: bool,
    /// Number of the request whose values are joined, and where.
    joined: u64,
    start: usize,
    len: usize,
}

/// The values of a slot.
enum Values {
    Missing,
    One(Found),
    /// Several, each to be asked.
    Several,
    /// One at most, of a fact without a name.
    Plain,
}

impl Fields {
    /// Whether a match's predicates hold. Takes each step at most once.
    pub(crate) fn program_holds(
        &mut self,
        sections: &Sections,
        seen: Seen<'_>,
        regex: &mut RegexScratch,
        program: Range32,
    ) -> bool {
        let steps = program.of(&sections.predicates.steps);
        if steps.is_empty() {
            return true;
        }
        let mut at = 0;
        while let Some(step) = steps.get(at as usize) {
            let holds = self.holds(sections, seen, regex, step.predicate);
            at = if holds { step.yes } else { step.no };
        }
        at == Step::HOLDS
    }

    /// Walks a program, calls `taken` with every step and whether it held, and gives
    /// where it ends.
    #[cfg(feature = "explain")]
    pub(crate) fn walk(
        &mut self,
        sections: &Sections,
        seen: Seen<'_>,
        regex: &mut RegexScratch,
        program: Range32,
        mut taken: impl FnMut(&Step, bool),
    ) -> u32 {
        let steps = program.of(&sections.predicates.steps);
        if steps.is_empty() {
            return Step::HOLDS;
        }
        let mut at = 0;
        while let Some(step) = steps.get(at as usize) {
            let holds = self.holds_apart(sections, seen, regex, step.predicate);
            taken(step, holds);
            at = if holds { step.yes } else { step.no };
        }
        at
    }

    /// [`Fields::holds`] where it is not the search that asks.
    #[cfg(feature = "explain")]
    #[inline(never)]
    fn holds_apart(
        &mut self,
        sections: &Sections,
        seen: Seen<'_>,
        regex: &mut RegexScratch,
        predicate: u32,
    ) -> bool {
        self.holds(sections, seen, regex, predicate)
    }

    /// Whether a predicate holds.
    #[inline(always)]
    fn holds(
        &mut self,
        sections: &Sections,
        seen: Seen<'_>,
        regex: &mut RegexScratch,
        predicate: u32,
    ) -> bool {
        match sections.predicates.tests.get(predicate as usize) {
            None => false,
            Some(Predicate::Fact(test)) => match self.ask(sections, seen, regex, test) {
                // SPEC: `FactMatch::missing_matches`: before anything else is asked.
                None => test.missing,
                Some(holds) => holds != test.invert,
            },
            // SPEC: `PredicateKind::Fraction`: the number, scaled, is below the numerator.
            Some(&Predicate::Fraction {
                numerator,
                denominator,
            }) => {
                let random = seen.request.random().unwrap_or(0);
                scale(random, u64::from(denominator)) < u64::from(numerator)
            }
        }
    }

    /// The one value of a slot; `None` where there is none, or there are several.
    pub(crate) fn value<'f>(
        &'f mut self,
        sections: &Sections,
        seen: Seen<'f>,
        slot: u32,
    ) -> Option<&'f [u8]> {
        let entry = sections.predicates.slots.get(slot as usize)?;
        match self.values(sections, seen, slot, entry) {
            Values::Missing | Values::Several => None,
            Values::One(found) => Some(self.bytes_of(seen.request, found)),
            Values::Plain => match facts::borrowed(seen, entry.fact) {
                Some(value) => value,
                None => {
                    let Self {
                        buffer, written, ..
                    } = self;
                    written.clear();
                    facts::append_first(sections, seen, entry.fact, buffer, written)
                        .then_some(written)
                }
            },
        }
    }

    /// Whether a test holds, before it is inverted; `None` where there is no value.
    #[inline(always)]
    fn ask(
        &mut self,
        sections: &Sections,
        seen: Seen<'_>,
        regex: &mut RegexScratch,
        test: &FactTest,
    ) -> Option<bool> {
        // The usual test: one value, compared as it is.
        if test.mark == NONE
            && let ValueTest::Exact(Literal { text, fold: false }) = test.test
            && let Some(slot) = sections.predicates.slots.get(test.slot as usize)
            && let Some(value) = self.one_header(sections, seen.request, slot)
        {
            return value.map(|value| is_same(sections.text.get(text), value));
        }
        self.ask_any(sections, seen, regex, test)
    }

    /// The same for every kind of test.
    #[inline(never)]
    fn ask_any(
        &mut self,
        sections: &Sections,
        seen: Seen<'_>,
        regex: &mut RegexScratch,
        test: &FactTest,
    ) -> Option<bool> {
        let slot = sections.predicates.slots.get(test.slot as usize)?;
        if test.mark != NONE {
            let answer = self.answer(sections, seen, test.slot, slot);
            let mark = self.marks.get(test.mark as usize).copied();
            return answer.is_there.then_some(mark == Some(answer.run));
        }
        let predicates = &sections.predicates;
        if let ValueTest::Cidr(blocks) = test.test
            && facts::is_address(slot.fact)
        {
            let address = facts::address(seen.request, slot.fact)?;
            return Some(predicates.is_within(blocks, address));
        }
        let mut holds =
            |value: &[u8]| predicates.value_holds(&sections.text, regex, test.test, value);
        match self.values(sections, seen, test.slot, slot) {
            Values::Missing => None,
            Values::One(found) => Some(holds(self.bytes_of(seen.request, found))),
            Values::Plain | Values::Several => {
                let mut last = None;
                facts::visit(sections, seen, slot.fact, &mut self.buffer, |value| {
                    let holds = holds(value);
                    last = Some(holds);
                    is_open(slot.repeated, holds)
                });
                last
            }
        }
    }

    /// The answer of a slot's automaton, run if it was not yet.
    fn answer(&mut self, sections: &Sections, seen: Seen<'_>, id: u32, slot: &Slot) -> Answer {
        let now = match facts::is_staged(slot.fact) {
            true => self.stage,
            false => self.epoch,
        };
        let known = self.answers.get(id as usize).copied().unwrap_or_default();
        let automaton = sections.predicates.automata.get(slot.automaton as usize);
        let Some(automaton) = automaton.filter(|_| known.epoch != now) else {
            return known;
        };
        let values = self.values(sections, seen, id, slot);
        // Taken out, since the value can be in memory of the fields too.
        let mut marks = core::mem::take(&mut self.marks);
        let known_address = facts::address(seen.request, slot.fact);
        let mut run = self.clock;
        let mut is_there = false;
        let mut one = |value: &[u8]| {
            // Of all values, a test must be marked by each run before.
            let before = (is_there && slot.repeated == RepeatedValues::All).then_some(run);
            if !is_there || before.is_some() {
                run += 1;
            }
            is_there = true;
            automaton.run(&sections.text, value, known_address, |mark| {
                if let Some(mark) = marks.get_mut(mark as usize)
                    && before.is_none_or(|before| *mark == before)
                {
                    *mark = run;
                }
            });
            slot.repeated != RepeatedValues::First
        };
        match values {
            Values::Missing => {}
            Values::One(found) => {
                one(self.bytes_of(seen.request, found));
            }
            Values::Plain | Values::Several => {
                facts::visit(sections, seen, slot.fact, &mut self.buffer, one);
            }
        }
        self.marks = marks;
        self.clock = run;
        // Joining may have noted something meanwhile.
        let Some(answer) = self.answers.get_mut(id as usize) else {
            return known;
        };
        answer.epoch = now;
        answer.run = run;
        answer.is_there = is_there;
        *answer
    }

    fn values(&mut self, sections: &Sections, seen: Seen<'_>, id: u32, slot: &Slot) -> Values {
        let found = match self.find(sections, seen.request, slot) {
            None => return Values::Missing,
            Some(None) => return Values::Plain,
            Some(Some(found)) => found,
        };
        if found.count == 1 {
            return Values::One(found);
        }
        match slot.repeated {
            RepeatedValues::First => Values::One(found),
            RepeatedValues::Joined => Values::One(self.join(sections, seen, id, slot)),
            RepeatedValues::Any | RepeatedValues::All => Values::Several,
        }
    }

    /// Joins the values of a slot that is no header.
    fn join(&mut self, sections: &Sections, seen: Seen<'_>, id: u32, slot: &Slot) -> Found {
        let Self {
            answers,
            lists,
            buffer,
            overflow,
            epoch,
            ..
        } = self;
        let mut place = Found {
            place: Place::List,
            count: 1,
            ..Found::default()
        };
        let Some(answer) = answers.get_mut(id as usize) else {
            return place;
        };
        if answer.joined != *epoch {
            let limit = sections.limits.repeated_header as usize;
            let start = lists.len();
            let mut is_first = true;
            facts::visit(sections, seen, slot.fact, buffer, |value| {
                let comma = usize::from(!is_first);
                if lists.len() + comma + value.len() > limit {
                    *overflow = true;
                    return false;
                }
                if !is_first {
                    lists.push(b',');
                }
                is_first = false;
                lists.extend_from_slice(value);
                true
            });
            answer.joined = *epoch;
            (answer.start, answer.len) = (start, lists.len() - start);
        }
        (place.start, place.len) = (answer.start, answer.len);
        place
    }
}

/// Whether the next value is to be asked after one that holds, or does not.
fn is_open(repeated: RepeatedValues, holds: bool) -> bool {
    match repeated {
        RepeatedValues::Any => !holds,
        RepeatedValues::All => holds,
        RepeatedValues::First | RepeatedValues::Joined => false,
    }
}
