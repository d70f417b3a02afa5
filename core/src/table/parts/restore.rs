//! What follows from the parts of a table that was read.

use alloc::vec::Vec;

use crate::table::automaton::Automaton;
use crate::table::method;
use crate::table::predicate::{FactTest, Predicate, Predicates};
use crate::table::section::Section;
use crate::table::text::TextPool;
use crate::table::texts::{Place, TextSet, text_of};
use crate::table::{NONE, Sections};

impl Sections {
    /// Makes what is not written, since it follows from what is.
    pub(crate) fn restore(&mut self) {
        let methods = self.methods.iter();
        let words = methods.map(|&text| method::word(self.text.get(text)));
        self.method_words = words.collect();
        self.predicates.restore(&self.text);
    }
}

impl Predicates {
    /// Makes the automata of texts.
    fn restore(&mut self, text: &TextPool) {
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
                        *texts.of_mut(place) = TextSet::new(&keys, marks, (place, fold));
                    }
                }
            }
        }
        self.automata = Section::new(automata);
    }
}
