//! The PikeVM's cache with room for any search.
//!
//! A cache made by the PikeVM itself has an empty stack, which grows in the first
//! searches: they would allocate.

use alloc::vec::Vec;

use regex_automata::nfa::thompson::pikevm::{Cache, PikeVM};
use regex_automata::nfa::thompson::{Builder, NFA, State};
use regex_automata::{Anchored, Input};

/// A cache for one PikeVM.
pub(crate) fn roomy_cache(vm: &PikeVM) -> Cache {
    shared_cache([vm]).unwrap_or_else(|| vm.create_cache())
}

/// A cache that each of these PikeVMs can use after a reset for it, which does not
/// allocate; `None` where there are none.
pub(crate) fn shared_cache<'v>(vms: impl IntoIterator<Item = &'v PikeVM> + Clone) -> Option<Cache> {
    // A search visits each state once for each byte, and leaves at most its
    // further ways on the stack.
    let ways = |state: &State| match state {
        State::Union { alternates } => alternates.len(),
        State::BinaryUnion { .. } => 2,
        State::Capture { .. } => 1,
        _ => 0,
    };
    let room = |vm: &PikeVM| vm.get_nfa().states().iter().map(ways).sum();
    let room = vms.clone().into_iter().map(room).max()?;
    let mut cache = match fork(room).and_then(|nfa| PikeVM::new_from_nfa(nfa).ok()) {
        Some(primer) => {
            let mut cache = primer.create_cache();
            primer.is_match(&mut cache, Input::new(b"").anchored(Anchored::Yes));
            cache
        }
        None => vms.clone().into_iter().next()?.create_cache(),
    };
    // Each part keeps the size of the largest, and the stack what the primer gave it.
    for vm in vms {
        cache.reset(vm);
    }
    Some(cache)
}

/// An automaton that leaves `room` ways on the stack in its first step.
fn fork(room: usize) -> Option<NFA> {
    let mut builder = Builder::new();
    builder.start_pattern().ok()?;
    let end = builder.add_match().ok()?;
    let ways = Vec::from_iter(core::iter::repeat_n(end, room + 3));
    let start = builder.add_union(ways).ok()?;
    builder.finish_pattern(start).ok()?;
    builder.build(start, start).ok()
}
