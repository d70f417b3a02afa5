//! The parts, in their order.

use alloc::vec::Vec;

use super::Each;
use crate::table::action::Actions;
use crate::table::host::HostIndex;
use crate::table::index::ListIndexes;
use crate::table::names::Names;
use crate::table::path::PathTrie;
use crate::table::path_group::PathGroups;
use crate::table::predicate::Predicates;
use crate::table::segment::SegmentTries;
use crate::table::{GatewayEntry, Sections, StageEntry};

impl Sections {
    /// Every part but the names, and what follows from others.
    pub(crate) fn each<E: Each>(&mut self, each: &mut E) -> Result<(), E::Fault> {
        each.value("limits", &mut self.limits)?;
        each.section("text", &mut self.text.bytes)?;
        many(each, "gateways", &mut self.gateways, GatewayEntry::each)?;
        each.value("listeners", &mut self.listeners)?;
        each.section("listener buckets", &mut self.listener_buckets)?;
        many(each, "stages", &mut self.stages, StageEntry::each)?;
        each.section("scopes", &mut self.scopes)?;
        each.section("bars", &mut self.bars)?;
        self.segments.each(each)?;
        self.paths.each(each)?;
        self.path_groups.each(each)?;
        self.lists.each(each)?;
        self.entries.each(each)?;
        each.section("path tests", &mut self.path_tests)?;
        self.predicates.each(each)?;
        each.section("group patterns", &mut self.group_regexes)?;
        each.value("methods", &mut self.methods)?;
        self.actions.each(each)
    }
}

/// So many of one structure, each of which has parts.
fn many<T: Default, E: Each>(
    each: &mut E,
    name: &'static str,
    items: &mut Vec<T>,
    parts: impl Fn(&mut T, &mut E) -> Result<(), E::Fault>,
) -> Result<(), E::Fault> {
    let mut count = items.len() as u32;
    each.value(name, &mut count)?;
    for at in 0..count as usize {
        // One after the other: where there are fewer, that is noticed before they take
        // memory.
        if at == items.len() {
            items.push(T::default());
        }
        if let Some(item) = items.get_mut(at) {
            parts(item, each)?;
        }
    }
    Ok(())
}

impl GatewayEntry {
    fn each<E: Each>(&mut self, each: &mut E) -> Result<(), E::Fault> {
        each.value("gateway normalization", &mut self.normalization)?;
        each.value("gateway underscores", &mut self.reject_underscores)?;
        each.value("gateway trims", &mut self.trim_values)?;
        each.value("gateway HTTP port", &mut self.has_http_port)?;
        each.value("gateway HTTPS port", &mut self.has_https_port)?;
        each.value("gateway TLS port", &mut self.has_tls_port)?;
        each.value("gateway sole listener", &mut self.sole)?;
        each.value("gateway listeners", &mut self.listeners)?;
        self.hosts.each(each)?;
        each.value("gateway buckets", &mut self.buckets)
    }
}

impl StageEntry {
    fn each<E: Each>(&mut self, each: &mut E) -> Result<(), E::Fault> {
        each.value("stage precedence", &mut self.precedence)?;
        each.value("stage host fall-through", &mut self.host_fallthrough)?;
        each.value("stage host form", &mut self.host_form)?;
        each.value("stage scopes", &mut self.scopes)?;
        each.value("stage bars", &mut self.bars)?;
        self.hosts.each(each)
    }
}

impl HostIndex {
    fn each<E: Each>(&mut self, each: &mut E) -> Result<(), E::Fault> {
        each.value("host seed", &mut self.seed)?;
        each.section("host slots", &mut self.slots)?;
        each.value("host kinds", &mut self.kinds)?;
        each.value("host tails", &mut self.tail_lengths)?;
        each.value("host heads", &mut self.head_lengths)?;
        each.value("host patterns", &mut self.regexes)?;
        each.value("any host", &mut self.any)
    }
}

impl SegmentTries {
    fn each<E: Each>(&mut self, each: &mut E) -> Result<(), E::Fault> {
        each.section("segment slots", &mut self.slots)?;
        each.section("segment ends", &mut self.ends)?;
        each.section("segment references", &mut self.refs)?;
        each.section("folded tries", &mut self.folded)?;
        each.value("most segment nodes", &mut self.worst_steps)
    }
}

impl PathTrie {
    fn each<E: Each>(&mut self, each: &mut E) -> Result<(), E::Fault> {
        each.section("path nodes", &mut self.nodes)?;
        each.section("path first bytes", &mut self.first_bytes)?;
        each.section("path ends", &mut self.ends)?;
        each.section("candidates", &mut self.candidates)?;
        each.value("most path hits", &mut self.worst_hits)?;
        each.value("most candidates", &mut self.worst_candidates)
    }
}

impl PathGroups {
    fn each<E: Each>(&mut self, each: &mut E) -> Result<(), E::Fault> {
        each.section("pattern groups", &mut self.groups)?;
        each.section("grouped patterns", &mut self.patterns)?;
        each.section("group automata", &mut self.automata)
    }
}

impl ListIndexes {
    fn each<E: Each>(&mut self, each: &mut E) -> Result<(), E::Fault> {
        each.value("lists without index", &mut self.unindexed)?;
        each.section("list indexes", &mut self.indexes)?;
        each.section("list slots", &mut self.slots)?;
        each.section("list groups", &mut self.groups)?;
        each.section("list members", &mut self.members)
    }
}

impl Predicates {
    fn each<E: Each>(&mut self, each: &mut E) -> Result<(), E::Fault> {
        each.section("steps", &mut self.steps)?;
        each.section("tests", &mut self.tests)?;
        each.section("facts", &mut self.slots)?;
        each.section("fact automata", &mut self.automata)?;
        each.value("marks", &mut self.marks)?;
        each.value("fact names", &mut self.names)?;
        each.section("set members", &mut self.members)?;
        each.section("text borders", &mut self.borders)?;
        each.section("address blocks", &mut self.blocks)?;
        each.section("patterns", &mut self.regexes)?;
        each.section("gRPC tests", &mut self.grpc)
    }
}

impl Actions {
    fn each<E: Each>(&mut self, each: &mut E) -> Result<(), E::Fault> {
        self.rules.each(each)?;
        each.section("edits", &mut self.edits)?;
        each.section("rewrites", &mut self.rewrites)?;
        each.section("redirects", &mut self.redirects)?;
        each.section("responses", &mut self.responds)?;
        each.section("mirrors", &mut self.mirrors)?;
        each.section("CORS policies", &mut self.cors)?;
        each.section("CORS origins", &mut self.cors_origins)?;
        each.section("faults", &mut self.faults)?;
        each.section("timeouts", &mut self.timeouts)?;
        each.section("retries", &mut self.retries)?;
        each.section("sessions", &mut self.sessions)?;
        each.section("metadata", &mut self.metadata)?;
        each.section("words", &mut self.words)?;
        each.section("parts", &mut self.parts)?;
        each.section("query edits", &mut self.query_edits)?;
        each.section("failovers", &mut self.failovers)?;
        each.section("hash keys", &mut self.hash_keys)?;
        each.value("edited names", &mut self.edit_names)?;
        each.value("most edits", &mut self.most)
    }
}

impl Names {
    /// Every part of the names.
    pub(crate) fn each<E: Each>(&mut self, each: &mut E) -> Result<(), E::Fault> {
        each.section("name text", &mut self.text.bytes)?;
        each.section("objects", &mut self.objects)?;
        each.section("gateway names", &mut self.gateways)?;
        each.section("stage names", &mut self.stages)?;
        each.section("listener names", &mut self.listeners)?;
        each.section("rule names", &mut self.rules)?;
        each.section("match names", &mut self.entries)?;
        each.section("match keys of matches", &mut self.ranked)?;
        each.section("match keys", &mut self.match_keys)?;
        each.section("bounds of candidates", &mut self.candidates)?;
        each.section("orders of candidates", &mut self.orders)?;
        each.section("bounds", &mut self.bounds)?;
        each.section("scope names", &mut self.scopes)?;
        each.section("pattern texts", &mut self.regexes)?;
        each.section("sources", &mut self.sources)
    }
}
