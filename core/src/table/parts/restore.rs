//! What follows from the parts of a table that was read.

use alloc::borrow::Cow;
use alloc::vec::Vec;

use crate::table::automaton::Automaton;
use crate::table::method;
use crate::table::predicate::{FactTest, Predicate, Predicates};
use crate::table::section::Section;
use crate::table::text::TextPool;
use crate::table::texts::{Place, SMALL, TextSet, text_of};
use crate::table::{NONE, Sections};

/// Bytes that all automata of texts may take. Their texts can lie over each other, so the
/// snapshot's length says little of how many bytes they have together.
const TEXTS: usize = 256 << 20;
/// Bytes of a state: those of the automaton of which the others are made, in which a
/// folded text has two ways on.
const STATE: usize = 64;

impl Sections {
    /// Makes what is not written, since it follows from what is; `None` where that would
    /// take more memory than any compiler gives it.
    pub(crate) fn restore(&mut self) -> Option<()> {
        let methods = self.methods.iter();
        let words = methods.map(|&text| method::word(self.text.get(text)));
        self.method_words = words.collect();
        self.predicates.restore(&self.text)
    }
}

impl Predicates {
    /// Makes the automata of texts.
    fn restore(&mut self, text: &TextPool) -> Option<()> {
        let mut room = TEXTS;
        let mut of_slot: Vec<Vec<&FactTest>> = alloc::vec![Vec::new(); self.slots.len()];
        for test in self.tests.iter() {
            if let Predicate::Fact(test) = test
                && test.mark != NONE
                && let Some(tests) = of_slot.get_mut(test.slot as usize)
            {
                tests.push(test);
            }
        }
        let mut automata: Vec<Automaton> = self.automata.all().to_vec();
        for (slot, mut tests) in self.slots.iter().zip(of_slot) {
            let Some(automaton) = automata.get_mut(slot.automaton as usize) else {
                continue;
            };
            // Inverted or not, a test has one mark.
            tests.sort_by_key(|test| test.mark);
            tests.dedup_by_key(|test| test.mark);
            for fold in [false, true] {
                for place in Place::ALL {
                    let texts = match fold {
                        false => &mut automaton.texts,
                        true => &mut automaton.folded_texts,
                    };
                    let own = tests.iter().filter_map(|test| {
                        let text = text.get(text_of(&test.test, (place, fold))?);
                        Some((place.key(text), test.mark))
                    });
                    let (keys, marks): (Vec<_>, Vec<u32>) = own.unzip();
                    if !keys.is_empty() {
                        room = room.checked_sub(weight(&keys, room)?)?;
                        *texts.of_mut(place) = TextSet::new(&keys, marks, (place, fold));
                    }
                }
            }
        }
        self.automata = Section::new(automata);
        Some(())
    }
}

/// Bytes that the automaton of these texts may take; `None` where that is over `room`,
/// which is found out before much is done.
fn weight(keys: &[Cow<'_, [u8]>], room: usize) -> Option<usize> {
    let bytes = keys.iter().map(|key| key.len());
    let bytes = bytes.fold(0, usize::saturating_add);
    if bytes > room / 4 {
        return None;
    }
    let mut sorted: Vec<&[u8]> = keys.iter().map(|key| &**key).collect();
    sorted.sort_unstable();
    let mut before: &[u8] = &[];
    let mut states = 2;
    let mut seen = [false; 256];
    for &key in &sorted {
        let pairs = key.iter().zip(before);
        states += key.len() - pairs.take_while(|(one, other)| one == other).count();
        for &byte in key {
            for byte in [byte.to_ascii_lowercase(), byte.to_ascii_uppercase()] {
                if let Some(seen) = seen.get_mut(usize::from(byte)) {
                    *seen = true;
                }
            }
        }
        before = key;
    }
    // A row of the small automaton has a place for each byte that is told apart.
    let row = match keys.len() <= SMALL {
        true => seen.iter().filter(|seen| **seen).count() * 2 + 2,
        false => 0,
    };
    let state = row.next_power_of_two().min(256) * size_of::<u32>() + STATE;
    states.checked_mul(state).filter(|&weight| weight <= room)
}
