//! Rules, and where they lead.
//!
//! Most rules send every request to one backend and do nothing else, and the backends
//! of a table differ in little but their names. So a rule is two numbers: its action,
//! and its *extras*, which is everything else and [`NONE`] for most, so that it has a
//! column of its own. Extras, lists of targets and the *families* of backends are stored
//! once, however many rules have them.
//!
//! # Invariants
//!
//! 1. Equal extras, lists of targets, families and backends have one number.
//! 2. Names of backends follow each other in the order of the backends, so that where
//!    one ends the next begins.

use super::NONE;
use super::action::{Actions, Effects};
use super::column::Column;
use super::fact::FactEntry;
use super::parts::Each;
use super::section::Section;
use super::text::{Range32, Text, TextPool};

/// A rule.
#[derive(Clone, Copy, Debug)]
pub(crate) struct RuleEntry {
    /// Kind of the action in the two highest bits, and its number.
    action: u32,
    /// Index into [`Rules::extras`], or [`NONE`].
    extras: u32,
}

/// What a rule does with a request.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum ActionEntry {
    /// Sends it to this backend; as a target it has the weight 1 and no extras.
    Backend(u32),
    /// Sends it to one of a list of targets, an index into [`Rules::lists`].
    Forward(u32),
    /// Index into [`Actions::redirects`].
    Redirect(u32),
    /// Index into [`Actions::responds`].
    Respond(u32),
}

/// What a rule does besides its action.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub(crate) struct RuleExtras {
    pub(crate) effects: Effects,
    /// Index into [`Actions::timeouts`], or [`NONE`]; the next two likewise.
    pub(crate) timeouts: u32,
    pub(crate) retry: u32,
    pub(crate) session: u32,
    pub(crate) metadata: Range32,
    /// What chooses among the targets.
    pub(crate) sticky: Range32,
    /// What a load balancer chooses an endpoint by.
    pub(crate) hash: Range32,
}

/// A target of a rule that has more than one, or one with a weight or extras.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub(crate) struct TargetEntry {
    pub(crate) kind: TargetKind,
    /// Sum of the weights of its list up to and including this one.
    pub(crate) cumulative: u64,
    pub(crate) weight: u32,
    /// Index into [`Rules::target_extras`], or [`NONE`].
    pub(crate) extras: u32,
}

/// Where a target leads.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub(crate) enum TargetKind {
    Backend(u32),
    Stage(u32),
    /// A backend that the request names, an index into [`Rules::from_request`].
    FromRequest(u32),
    /// Index into [`Rules::invalid`].
    Invalid(u32),
}

/// What a target does besides taking requests.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub(crate) struct TargetExtras {
    pub(crate) effects: Effects,
    pub(crate) metadata: Range32,
    pub(crate) failover: Range32,
}

/// A backend that the request names.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub(crate) struct FromRequestEntry {
    pub(crate) kind: Text,
    pub(crate) fact: FactEntry,
    pub(crate) status: u16,
}

/// A reference that leads nowhere.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub(crate) struct InvalidEntry {
    pub(crate) backend: u32,
    pub(crate) status: u16,
    pub(crate) reason: Text,
}

/// Backends that differ in nothing but their names.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub(crate) struct FamilyEntry {
    pub(crate) kind: Text,
    pub(crate) namespace: Text,
    pub(crate) port: Option<u16>,
    pub(crate) subset: Option<Text>,
    pub(crate) protocol: Option<Text>,
}

/// All rules of a table.
#[derive(Clone, Debug)]
pub(crate) struct Rules {
    /// Of each rule, as [`RuleEntry`] has it.
    actions: Section<u32>,
    /// Of each rule, an index into [`Rules::extras`] or [`NONE`].
    extras_of: Column,
    pub(crate) extras: Section<RuleExtras>,
    /// Runs of [`Rules::targets`].
    pub(crate) lists: Section<Range32>,
    pub(crate) targets: Section<TargetEntry>,
    pub(crate) target_extras: Section<TargetExtras>,
    pub(crate) from_request: Section<FromRequestEntry>,
    pub(crate) invalid: Section<InvalidEntry>,
    /// Of each backend, where its name ends in [`Rules::backend_names`].
    name_ends: Section<u32>,
    /// Of each backend, an index into [`Rules::families`].
    families_of: Column,
    backend_names: TextPool,
    pub(crate) families: Section<FamilyEntry>,
}

impl Default for Rules {
    fn default() -> Self {
        Self {
            actions: Section::default(),
            extras_of: Column::same(NONE),
            extras: Section::default(),
            lists: Section::default(),
            targets: Section::default(),
            target_extras: Section::default(),
            from_request: Section::default(),
            invalid: Section::default(),
            name_ends: Section::default(),
            families_of: Column::same(0),
            backend_names: TextPool::default(),
            families: Section::default(),
        }
    }
}

/// The targets of one rule.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Targets<'t> {
    /// The backend of a rule without a list.
    Only([TargetEntry; 1]),
    /// A list, and the index of its first target.
    List(u32, &'t [TargetEntry]),
}

impl RuleEntry {
    /// Bits of the action's number. That many redirects, backends or lists fit in no
    /// memory.
    const NUMBER: u32 = u32::MAX >> 2;

    pub(crate) fn new(action: ActionEntry, extras: u32) -> Self {
        let (kind, number) = match action {
            ActionEntry::Backend(number) => (0, number),
            ActionEntry::Forward(number) => (1, number),
            ActionEntry::Redirect(number) => (2, number),
            ActionEntry::Respond(number) => (3, number),
        };
        Self {
            action: kind << 30 | number & Self::NUMBER,
            extras,
        }
    }

    pub(crate) fn action(self) -> ActionEntry {
        let number = self.action & Self::NUMBER;
        match self.action >> 30 {
            0 => ActionEntry::Backend(number),
            1 => ActionEntry::Forward(number),
            2 => ActionEntry::Redirect(number),
            _ => ActionEntry::Respond(number),
        }
    }
}

impl RuleExtras {
    /// Nothing.
    pub(crate) const NONE: Self = Self {
        effects: Effects::NONE,
        timeouts: NONE,
        retry: NONE,
        session: NONE,
        metadata: Range32::EMPTY,
        sticky: Range32::EMPTY,
        hash: Range32::EMPTY,
    };
}

impl TargetExtras {
    /// Nothing.
    pub(crate) const NONE: Self = Self {
        effects: Effects::NONE,
        metadata: Range32::EMPTY,
        failover: Range32::EMPTY,
    };
}

impl TargetEntry {
    /// The number of the target that a rule without a list has.
    const ONLY: u32 = NONE - 1;

    /// The target of a rule without a list.
    pub(crate) fn only(backend: u32) -> Self {
        Self {
            kind: TargetKind::Backend(backend),
            cumulative: 1,
            weight: 1,
            extras: NONE,
        }
    }
}

impl Targets<'_> {
    /// In written order.
    pub(crate) fn entries(&self) -> &[TargetEntry] {
        match self {
            Self::Only(target) => target,
            Self::List(_, targets) => targets,
        }
    }

    /// What [`Actions::target`] finds one by.
    pub(crate) fn number(&self, index: usize) -> u32 {
        match self {
            Self::Only(_) => TargetEntry::ONLY,
            Self::List(first, _) => first + index as u32,
        }
    }
}

impl Actions {
    /// What a rule does besides its action.
    pub(crate) fn extras(&self, rule: RuleEntry) -> &RuleExtras {
        let extras = self.rules.extras.optional(rule.extras);
        extras.unwrap_or(&RuleExtras::NONE)
    }

    /// What a target does besides taking requests.
    pub(crate) fn target_extras(&self, target: TargetEntry) -> &TargetExtras {
        let extras = self.rules.target_extras.optional(target.extras);
        extras.unwrap_or(&TargetExtras::NONE)
    }

    /// The targets of a rule; none where it forwards nothing.
    pub(crate) fn targets(&self, rule: RuleEntry) -> Targets<'_> {
        match rule.action() {
            ActionEntry::Backend(backend) => Targets::Only([TargetEntry::only(backend)]),
            ActionEntry::Forward(list) => {
                let list = self.rules.lists.get(list as usize);
                let list = list.copied().unwrap_or(Range32::EMPTY);
                Targets::List(list.start, list.of(&self.rules.targets))
            }
            ActionEntry::Redirect(_) | ActionEntry::Respond(_) => Targets::List(NONE, &[]),
        }
    }

    /// The target of a rule that has this number.
    pub(crate) fn target(&self, rule: RuleEntry, number: u32) -> Option<TargetEntry> {
        match (number, rule.action()) {
            (TargetEntry::ONLY, ActionEntry::Backend(backend)) => Some(TargetEntry::only(backend)),
            _ => self.rules.targets.get(number as usize).copied(),
        }
    }
}

impl Rules {
    /// The rule of a number.
    pub(crate) fn get(&self, rule: u32) -> Option<RuleEntry> {
        Some(RuleEntry {
            action: *self.actions.get(rule as usize)?,
            extras: self.extras_of.get(rule)?,
        })
    }

    /// A backend's family and name.
    pub(crate) fn backend(&self, backend: u32) -> Option<(&FamilyEntry, &str)> {
        let at = backend as usize;
        let end = *self.name_ends.get(at)?;
        let before = at.checked_sub(1);
        let start = before.and_then(|before| self.name_ends.get(before));
        let start = start.copied().unwrap_or(0);
        let name = Text {
            start,
            len: end.saturating_sub(start),
        };
        let family = self.families.get(self.family(backend)? as usize)?;
        Some((family, self.backend_names.str(name)))
    }

    /// Its parts.
    pub(crate) fn each<E: Each>(&mut self, each: &mut E) -> Result<(), E::Fault> {
        each.section("rule actions", &mut self.actions)?;
        self.extras_of.each(each, "extras of rules")?;
        each.section("rule extras", &mut self.extras)?;
        each.section("target lists", &mut self.lists)?;
        each.section("targets", &mut self.targets)?;
        each.section("target extras", &mut self.target_extras)?;
        each.section("backends from requests", &mut self.from_request)?;
        each.section("invalid backends", &mut self.invalid)?;
        each.section("ends of backend names", &mut self.name_ends)?;
        self.families_of.each(each, "families of backends")?;
        each.section("backend names", &mut self.backend_names.bytes)?;
        each.section("families", &mut self.families)
    }

    /// The number of a backend's family.
    pub(crate) fn family(&self, backend: u32) -> Option<u32> {
        self.families_of.get(backend)
    }

    pub(crate) fn bytes(&self) -> usize {
        self.actions.bytes()
            + self.name_ends.bytes()
            + self.extras_of.bytes()
            + self.families_of.bytes()
            + self.extras.bytes()
            + self.lists.bytes()
            + self.targets.bytes()
            + self.target_extras.bytes()
            + self.from_request.bytes()
            + self.invalid.bytes()
            + self.backend_names.len()
            + self.families.bytes()
    }
}

#[cfg(feature = "compile")]
impl Rules {
    /// Adds a rule, and gives its number.
    pub(crate) fn add(&mut self, rule: RuleEntry) -> u32 {
        self.actions.push(rule.action);
        self.extras_of.push(rule.extras);
        self.actions.len() as u32 - 1
    }

    /// Adds a backend, and gives its number.
    pub(crate) fn add_backend(&mut self, family: u32, name: &str) -> u32 {
        let names = &mut self.backend_names.bytes;
        names.push_run(name.as_bytes());
        self.name_ends.push(names.len() as u32);
        self.families_of.push(family);
        self.name_ends.len() as u32 - 1
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn actions_are_what_they_were_made_of() {
        for number in [0, 1, RuleEntry::NUMBER] {
            for action in [
                ActionEntry::Backend(number),
                ActionEntry::Forward(number),
                ActionEntry::Redirect(number),
                ActionEntry::Respond(number),
            ] {
                assert_eq!(RuleEntry::new(action, 7).action(), action);
            }
        }
    }

    #[test]
    fn entries_are_small() {
        assert_eq!(size_of::<TargetEntry>(), 24);
    }
}
