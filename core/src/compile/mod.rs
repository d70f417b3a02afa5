//! Compiling: from a [`RouteSet`] to a [`Table`].
//!
//! # Phases
//!
//! 1. `action`: every rule's filters, targets and policies are digested, texts
//!    interned, weights summed.
//! 2. `path_match`, `predicate`, `value`, `program` and `regex`: every match becomes an
//!    entry; equal predicates and patterns are stored once. `automaton` then puts the
//!    tests of one slot together.
//! 3. `stage` and `rank`: in each stage, every match under every host gets a place in a
//!    total order by the stage's preset, first to last. `space` makes of it ranks among
//!    those that a request can meet.
//! 4. `segment`, `path` and `path_group`: each host scope's matches become a
//!    trie of segments, what ends within a segment a byte trie below it, and patterns
//!    that hang at one node share automata.
//! 5. `host`: hosts become indexes of scopes and of listeners.
//! 6. `index`: long candidate lists are split by the value that tells them apart.
//!
//! Beside these, `check`, `lint`, `denial`, `cycle` and `unknown_capture` tell what is
//! allowed and seldom meant; nothing that decides depends on them.
//!
//! A match whose path cannot be compiled (an invalid regular expression) is left out
//! and reported; everything else goes on. Where it is another test that cannot be
//! compiled, the match stays without it and answers 500: what it takes must not fall to
//! a broader rule, unless the route says so (`Route::drops_faulty_matches`). The rule's
//! other matches do what the rule says.
//!
//! Compiling takes time in proportion to the input, each route once for each of its
//! hosts, times the logarithm of the largest stage for sorting, and does not depend on the
//! input's order. Beyond that go only tries that are merged (`segment`): the nodes that
//! stand for others can be many times as many, up to a budget for each node. The same
//! input gives the same table on every machine.

pub(crate) mod action;
pub(crate) mod automaton;
pub(crate) mod check;
pub(crate) mod cycle;
pub(crate) mod denial;
pub(crate) mod fact;
pub(crate) mod host;
pub(crate) mod index;
pub mod limits;
pub(crate) mod lint;
pub(crate) mod numbers;
pub(crate) mod path;
pub(crate) mod path_group;
pub(crate) mod path_match;
pub(crate) mod pattern;
pub(crate) mod predicate;
pub(crate) mod program;
pub(crate) mod rank;
pub(crate) mod regex;
pub(crate) mod seeds;
pub(crate) mod segment;
pub(crate) mod shared;
pub(crate) mod slots;
pub(crate) mod space;
pub(crate) mod stage;
pub(crate) mod text;
pub(crate) mod unknown_capture;
pub(crate) mod value;

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

use crate::diagnostic::Diagnostic;
use crate::diagnostic::codes::compile as codes;
use crate::model::{HostForm, HostMatch, Origin, RouteSet, StageId};
use crate::table::entry::{Common, Entry};
use crate::table::fact::FactEntry;
use crate::table::names::{EntryName, ObjectEntry, PathName, RuleName};
use crate::table::predicate::Block;
use crate::table::rule::RuleEntry;
use crate::table::text::{Range32, Text};
use crate::table::{GatewayEntry, ListenerEntry, NONE, RequestLimits, Sections, Table};
use crate::vocabulary::{Protocol, RepeatedValues, Scheme};

use action::Place;
use limits::Limits;

/// Maps used while compiling: seeded anew each time, since tenants choose the keys.
pub(crate) type HashMap<K, V> = hashbrown::HashMap<K, V, foldhash::fast::RandomState>;
pub(crate) type HashSet<K> = hashbrown::HashSet<K, foldhash::fast::RandomState>;

use text::Interner;

/// Compiles route sets.
///
/// ```
/// use fingerpost::compile::Compiler;
/// use fingerpost::model::RouteSet;
///
/// let compiled = Compiler::new().compile(&RouteSet::new());
/// assert!(compiled.diagnostics.is_empty());
/// assert_eq!(compiled.table.stats().rules, 0);
/// ```
#[derive(Clone, Debug, Default)]
pub struct Compiler {
    limits: Limits,
}

/// What compiling gives.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Compiled {
    /// The table.
    pub table: Table,
    /// What was left out or answers 500, and why.
    pub diagnostics: Vec<Diagnostic>,
}

impl Compiled {
    pub(crate) fn new(table: Table, diagnostics: Vec<Diagnostic>) -> Self {
        Self { table, diagnostics }
    }
}

impl Compiler {
    /// A compiler with the default limits.
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets the limits.
    #[must_use]
    pub fn with_limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }

    pub(crate) fn limits(&self) -> &Limits {
        &self.limits
    }

    /// Compiles a route set. What cannot be compiled is reported, and left out of the
    /// table or answered with 500: a table is always given, and whether to use it where
    /// [`Severity::Error`](crate::diagnostic::Severity::Error) is among the diagnostics
    /// is the caller's to say. Time and memory grow with the set, within the limits.
    ///
    /// ```
    /// use fingerpost::builder::{Route, Routes, matching, any};
    /// use fingerpost::compile::Compiler;
    /// use fingerpost::diagnostic::Severity;
    /// use fingerpost::model::PathMatch;
    ///
    /// let broken = PathMatch::Regex("/a(".into());
    /// let set = Routes::new()
    ///     .route(Route::any_host().rule(matching(broken).to("a")).rule(any().to("rest")))
    ///     .into_route_set()?;
    /// let compiled = Compiler::new().compile(&set);
    /// assert_eq!(compiled.diagnostics[0].severity, Severity::Error);
    /// assert_eq!(compiled.table.stats().rules, 2); // the other rule is there
    /// # Ok::<(), fingerpost::builder::BuildError>(())
    /// ```
    pub fn compile(&self, routes: &RouteSet) -> Compiled {
        let (sections, diagnostics, _) = self.sections(routes);
        Compiled::new(Table::new(sections), diagnostics)
    }

    /// The sections of a table, what was found, and what was used of the limits on whole
    /// tables.
    pub(crate) fn sections(&self, routes: &RouteSet) -> (Sections, Vec<Diagnostic>, Spent) {
        let mut build = Build::new(&self.limits, routes);
        build.rules();
        build.stages();
        build.gateways();
        build.lint_paths();
        build.lint_cycles();
        build.lint_captures();
        let spent = build.spent();
        let Build {
            mut sections,
            interner,
            name_texts,
            diagnostics,
            ..
        } = build;
        let text = interner.into_pool();
        index::build(&mut sections, &text, self.limits.unindexed_candidates);
        sections.text = text;
        sections.names.text = name_texts.into_pool();
        sections.seal();
        (sections, diagnostics, spent)
    }
}

/// What a compilation used of the limits on whole tables that refuse what goes over them.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Spent {
    pub(crate) candidates: usize,
    pub(crate) programs: usize,
    pub(crate) host_automata: usize,
    /// Of automata that show how far searches read ahead: where they have no room, fewer
    /// places are replaced.
    pub(crate) ahead: usize,
    /// Whether something was refused.
    pub(crate) is_short: bool,
}

/// A compilation under way.
pub(crate) struct Build<'m> {
    pub(crate) limits: &'m Limits,
    pub(crate) set: &'m RouteSet,
    pub(crate) sections: Sections,
    pub(crate) interner: Interner,
    /// Texts that only names refer to, and keys of tries.
    pub(crate) name_texts: Interner,
    pub(crate) diagnostics: Vec<Diagnostic>,
    pub(crate) index: Index,
    pub(crate) drafts: segment::Drafts,
    /// What rules refer to, by content.
    known: action::Known,
    /// What matches became, those of each route adjacent, rule by rule.
    matches: Vec<CompiledMatch>,
    /// The run of each route's matches.
    of_route: Vec<Range32>,
    /// What matches are ranked by, by content.
    match_keys: shared::Shared,
    /// Candidates so far, as the limit on them counts.
    weighed: usize,
    /// Whether something was refused that one of fewer rules would have had room for.
    is_short: bool,
    /// Captures that the formats of a rule name, and that none of its paths has.
    unknown_captures: Vec<unknown_capture::UnknownCapture>,
    /// Captures that the formats of the rule under way name, each with what names it.
    named_captures: Vec<(Text, String)>,
    /// Holes of the formats of the list of filters under way.
    holes: usize,
    /// Object index of each route.
    route_objects: Vec<u32>,
    /// Stages that rules delegate to, each with the rule's route, in order of the routes.
    delegates: Vec<(u32, StageId)>,
    /// For each route, whether a gateway that normalises paths has nothing to say of it.
    is_plain: Vec<bool>,
}

/// What was stored already, by content.
#[derive(Default)]
pub(crate) struct Index {
    pub(crate) predicates: HashMap<crate::table::predicate::Predicate, u32>,
    pub(crate) steps: shared::Shared,
    pub(crate) regex: regex::RegexIndex,
    pub(crate) groups: path_group::Known,
    pub(crate) slots: HashMap<(FactEntry, RepeatedValues), u32>,
    /// Numbers of names, each kind counted for itself.
    pub(crate) names: HashMap<FactEntry, u32>,
    pub(crate) members: HashMap<Vec<Text>, Range32>,
    pub(crate) blocks: HashMap<Vec<Block>, Range32>,
    pub(crate) borders: HashMap<Text, u32>,
    pub(crate) commons: HashMap<Common, u32>,
    /// Programs by their steps.
    pub(crate) programs: HashMap<Range32, u32>,
    pub(crate) automata_bytes: usize,
    /// Bytes of the automata of hosts.
    pub(crate) host_automata: usize,
    pub(crate) methods: HashMap<Text, u32>,
    /// Slots of the names of edited request headers.
    pub(crate) edit_names: HashMap<Text, u32>,
}

/// A match as it is found in path tries.
#[derive(Clone, Copy, Debug)]
pub(crate) struct CompiledMatch {
    pub(crate) entry: u32,
    /// What it asks: numbers of [`Entries`](crate::table::entry::Entries).
    pub(crate) program: u32,
    pub(crate) common: u32,
    pub(crate) kind: path::PathKind,
    pub(crate) key: Text,
    /// Whether segments of the key that are [`segment::HOLE`] are holes.
    pub(crate) has_holes: bool,
    /// Whether the key is in the trie of folded paths.
    pub(crate) folded: bool,
    /// Number of the pattern, for [`path::PathKind::Pattern`].
    pub(crate) pattern: u32,
    /// What it is ranked by, an index into
    /// [`Names::match_keys`](crate::table::names::Names::match_keys).
    pub(crate) rank_key: u32,
    /// Whether all that is asked could be compiled; else it answers 500.
    pub(crate) is_sound: bool,
}

/// What the matches of one rule became.
pub(crate) struct CompiledRule {
    route: usize,
    rule: usize,
    /// Index of the first in [`Build::matches`].
    first: usize,
    /// Whether all of them could be compiled.
    is_sound: bool,
}

impl<'m> Build<'m> {
    fn new(limits: &'m Limits, set: &'m RouteSet) -> Self {
        let mut name_texts = Interner::default();
        let mut sections = Sections {
            limits: RequestLimits {
                target: limits.request_target,
                repeated_header: limits.repeated_header,
                captured: limits.captured,
                rendered: limits.rendered,
                headers: limits.request_headers,
                parameters: limits.request_parameters,
            },
            ..Sections::default()
        };
        let sources = set.sources.iter();
        let sources = sources.map(|name| name_texts.add(name.as_bytes()));
        sections.names.sources.extend(sources);
        Self {
            limits,
            set,
            sections,
            interner: Interner::default(),
            name_texts,
            diagnostics: Vec::new(),
            index: Index::default(),
            drafts: segment::Drafts::default(),
            known: action::Known::default(),
            matches: Vec::new(),
            of_route: Vec::with_capacity(set.routes.len()),
            match_keys: shared::Shared::default(),
            weighed: 0,
            is_short: false,
            unknown_captures: Vec::new(),
            named_captures: Vec::new(),
            holes: 0,
            route_objects: Vec::with_capacity(set.routes.len()),
            delegates: Vec::new(),
            is_plain: Vec::with_capacity(set.routes.len()),
        }
    }

    fn spent(&self) -> Spent {
        Spent {
            candidates: self.weighed,
            programs: self.index.regex.programs,
            host_automata: self.index.host_automata,
            ahead: self.index.regex.spent_ahead,
            is_short: self.is_short,
        }
    }

    pub(crate) fn text(&mut self, text: &str) -> Text {
        self.interner.add(text.as_bytes())
    }

    /// A text that only names refer to.
    pub(crate) fn name_text(&mut self, text: &str) -> Text {
        self.name_texts.add(text.as_bytes())
    }

    pub(crate) fn object(&mut self, object: &crate::model::ObjectRef, origin: Origin) -> u32 {
        let entry = ObjectEntry {
            kind: self.name_text(&object.kind),
            namespace: self.name_text(&object.namespace),
            name: self.name_text(&object.name),
            origin: origin.into(),
        };
        self.sections.names.objects.push(entry);
        self.sections.names.objects.len() as u32 - 1
    }

    /// Every rule and every match of it.
    fn rules(&mut self) {
        let set = self.set;
        let everything = [crate::model::RouteMatch::default()];
        for (route_id, route) in set.routes.iter().enumerate() {
            let object = self.object(&route.object, route.origin);
            self.route_objects.push(object);
            let start = self.matches.len();
            let mut is_plain = true;
            for (index, rule) in route.rules.iter().enumerate() {
                self.check_filters(route, rule);
                is_plain &= lint::is_plain(rule);
                let delegates = lint::delegates(rule).map(|stage| (route_id as u32, stage));
                self.delegates.extend(delegates);
                let entry = self.rule(route, rule);
                let id = self.add_rule(entry);
                let name = rule.name.as_deref().map(|name| self.name_text(name));
                let name = name.unwrap_or(Text::NONE);
                let name = RuleName {
                    route: object,
                    index: index as u32,
                    name,
                    origin: rule.origin.into(),
                };
                self.sections.names.rules.push(name);
                let mut ids = RuleIds {
                    own: id,
                    name,
                    failing: None,
                };
                let place = &Place { route, rule };
                let matches = if rule.matches.is_empty() {
                    &everything[..]
                } else {
                    &rule.matches[..]
                };
                let mut compiled = CompiledRule {
                    route: route_id,
                    rule: index,
                    first: self.matches.len(),
                    is_sound: true,
                };
                for (at, one) in (0..).zip(matches) {
                    let one = self.one_match(place, &mut ids, at, one);
                    compiled.is_sound &= one.is_some_and(|one| one.is_sound);
                    self.matches.extend(one);
                }
                self.check_prefix(route, rule, &compiled);
                self.note_unknown_captures(&compiled);
            }
            self.is_plain.push(is_plain);
            self.of_route.push(Range32 {
                start: start as u32,
                len: (self.matches.len() - start) as u32,
            });
        }
        self.finish_predicates();
        self.finish_edits();
    }

    fn add_rule(&mut self, entry: RuleEntry) -> u32 {
        self.sections.actions.rules.add(entry)
    }

    fn one_match(
        &mut self,
        place: &Place<'_>,
        ids: &mut RuleIds,
        index: u32,
        one: &crate::model::RouteMatch,
    ) -> Option<CompiledMatch> {
        let origin = if one.origin.is_known() {
            one.origin
        } else {
            place.rule.origin
        };
        let subject = Subject {
            place: *place,
            origin,
        };
        let of_path = subject.at(one.path_origin);
        self.check_path(&of_path, &one.path);
        let before = self.diagnostics.len();
        let path = self.path(&of_path, one);
        // What else is wrong with the match is told with the first fault.
        let methods = self.methods(&subject, &one.methods);
        let (program, has_all) = self.predicates(&subject, one);
        let Some(path) = path else {
            self.say_what_it_costs(before, "mend it; until then the match is left out");
            return None;
        };
        let is_sound = path.is_sound && methods.is_some() && has_all;
        // SPEC: `Route::drops_faulty_matches`.
        if !is_sound && place.route.drops_faulty_matches {
            self.say_what_it_costs(before, "mend it; until then the match is left out");
            return None;
        }
        let mut flags = path.flags;
        if one.grpc_only {
            flags |= Entry::GRPC_ONLY;
        }
        if [path.regex, path.test, path.grpc]
            .iter()
            .any(|&id| id != NONE)
        {
            flags |= Entry::PATH_TEST;
        }
        match one.scheme {
            Some(Scheme::Http) => flags |= Entry::HTTP_SCHEME,
            Some(Scheme::Https) => flags |= Entry::HTTPS_SCHEME,
            None => {}
        }
        let rule = match is_sound {
            true => ids.own,
            false => {
                self.say_what_it_costs(before, "mend it; until then the match answers 500");
                self.failing_id(ids)
            }
        };
        let common = self.common(Common {
            methods: methods.unwrap_or(0),
            index,
            prefix_len: path.prefix_len,
            path_regex: path.regex,
            path_test: path.test,
            grpc: path.grpc,
            captures: path.captures,
            flags,
            unused: [0; 7],
        });
        let entry = self.sections.entries.add(rule);
        let name = EntryName::new(path.name, origin);
        self.sections.names.entries.push(name);
        let rank_key = rank::match_key(place.rule, one, path.literal);
        let names = &mut self.sections.names;
        let rank_key = self.match_keys.one(&mut names.match_keys, rank_key);
        names.ranked.push(rank_key);
        Some(CompiledMatch {
            entry,
            program,
            common,
            kind: path.kind,
            key: path.key,
            has_holes: path.has_holes,
            folded: path.folded,
            pattern: path.regex,
            rank_key,
            is_sound,
        })
    }

    /// The number of what matches have in common.
    fn common(&mut self, common: Common) -> u32 {
        let entries = &mut self.sections.entries;
        let known = self.index.commons.entry(common);
        *known.or_insert_with(|| entries.add_common(common))
    }

    /// Says what those diagnostics cost that have no help, from a number on.
    fn say_what_it_costs(&mut self, from: usize, help: &str) {
        for found in self.diagnostics.iter_mut().skip(from) {
            found.help.get_or_insert_with(|| String::from(help));
        }
    }

    /// The rule that answers 500 for the matches of one that cannot be asked as
    /// written. It goes by the same name.
    // SPEC: docs/dialects/native.md, "What is wrong": a match with an error keeps its
    // requests, so that they do not fall to a broader rule.
    fn failing_id(&mut self, ids: &mut RuleIds) -> u32 {
        if let Some(known) = ids.failing {
            return known;
        }
        let entry = self.failing_rule();
        let id = self.add_rule(entry);
        self.sections.names.rules.push(ids.name);
        ids.failing = Some(id);
        id
    }

    /// Every gateway and its listeners.
    fn gateways(&mut self) {
        let set = self.set;
        for (id, gateway) in set.gateways.iter().enumerate() {
            let object = self.object(&gateway.object, gateway.origin);
            self.sections.names.gateways.push(object);
            let first = self.sections.listeners.len() as u32;
            let mut hosts: Vec<(host::HostItem<'_>, Vec<u32>)> = Vec::new();
            let mut known: HashMap<&HostMatch, usize> = HashMap::default();
            for listener in &gateway.listeners {
                let listener_id = self.sections.listeners.len() as u32;
                if listener.stage.0 as usize >= set.stages.len() {
                    let message = format!(
                        "{}: listener {} leads nowhere",
                        gateway.object, listener.name
                    );
                    self.diagnostics.push(Diagnostic::error(
                        codes::BROKEN_REFERENCE,
                        listener.origin,
                        message,
                    ));
                }
                let name = self.name_text(&listener.name);
                self.sections.names.listeners.push((name, listener.origin));
                let client_namespace = listener
                    .client_namespace
                    .as_deref()
                    .map(|name| self.text(name));
                self.sections.listeners.push(ListenerEntry {
                    gateway: id as u32,
                    port: listener.port.unwrap_or(0),
                    protocol: listener.protocol,
                    client_namespace,
                    detect_misdirected: listener.detect_misdirected,
                    stage: listener.stage.0,
                });
                const ANY: &[HostMatch] = &[HostMatch::Any];
                let own = if listener.hosts.is_empty() {
                    ANY
                } else {
                    &listener.hosts
                };
                for host in own {
                    self.check_host(&listener.name, listener.origin, host, HostForm::Name);
                    let at = *known.entry(host).or_insert_with(|| {
                        let item = host::HostItem {
                            host,
                            value: hosts.len() as u32,
                            what: &listener.name,
                            origin: listener.origin,
                        };
                        hosts.push((item, Vec::new()));
                        hosts.len() - 1
                    });
                    if let Some((_, bucket)) = hosts.get_mut(at) {
                        bucket.push(listener_id);
                    }
                }
            }
            let mut buckets = Vec::with_capacity(hosts.len());
            for (_, bucket) in &hosts {
                buckets.push(self.sections.listener_buckets.push_run(bucket));
            }
            let items: Vec<_> = hosts.iter().map(|(item, _)| *item).collect();
            let index = self.host_index(&items);
            let count = self.sections.listeners.len() as u32 - first;
            let has_port = |scheme: Scheme, protocols: &[Protocol]| {
                gateway.listeners.iter().any(|listener| {
                    listener.port == Some(scheme.default_port())
                        && protocols.contains(&listener.protocol)
                })
            };
            let is_sole = count == 1
                && matches!(hosts.as_slice(), [(item, _)] if *item.host == HostMatch::Any);
            self.sections.gateways.push(GatewayEntry {
                sole: if is_sole { first } else { NONE },
                has_http_port: has_port(Scheme::Http, &[Protocol::AnyHttp, Protocol::Http]),
                has_https_port: has_port(Scheme::Https, &[Protocol::AnyHttp, Protocol::Https]),
                has_tls_port: has_port(Scheme::Https, &[Protocol::Tls]),
                normalization: gateway.normalization,
                reject_underscores: gateway.headers.reject_underscores,
                trim_values: gateway.headers.trim_values,
                listeners: Range32 {
                    start: first,
                    len: count,
                },
                hosts: index,
                buckets,
            });
        }
    }
}

/// A rule among those of the table.
struct RuleIds {
    own: u32,
    name: RuleName,
    /// The one that answers 500 in its place, once there is one.
    failing: Option<u32>,
}

/// What a diagnostic is about.
pub(crate) struct Subject<'m> {
    place: Place<'m>,
    pub(crate) origin: Origin,
}

/// The rule: what is wrong may stand in any of its matches.
impl fmt::Display for Subject<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.place.fmt(f)
    }
}

impl<'m> Subject<'m> {
    /// The same object, at a narrower place where that is known.
    pub(crate) fn at(&self, origin: Origin) -> Subject<'m> {
        let origin = if origin.is_known() {
            origin
        } else {
            self.origin
        };
        Subject {
            place: self.place,
            origin,
        }
    }
}

/// A path predicate, compiled.
#[derive(Clone, Copy)]
pub(crate) struct CompiledPath {
    pub(crate) kind: path::PathKind,
    pub(crate) key: Text,
    /// Whether segments of the key that are [`segment::HOLE`] are holes.
    pub(crate) has_holes: bool,
    /// Whether the key is in the trie of folded paths.
    pub(crate) folded: bool,
    pub(crate) prefix_len: u32,
    pub(crate) regex: u32,
    pub(crate) test: u32,
    pub(crate) grpc: u32,
    pub(crate) captures: u32,
    pub(crate) flags: u8,
    /// Bytes of text that every path taken has.
    pub(crate) literal: u32,
    /// Whether its captures could be compiled, where it has any.
    pub(crate) is_sound: bool,
    pub(crate) name: PathName,
}
