//! Gateways, listeners and stages, and which of them a route is found in.

use alloc::collections::BTreeMap;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use crate::diagnostic::codes::native as codes;
use crate::import::document::Node;
use crate::model::{
    Attachment, Gateway, HeaderRules, HostForm, Listener, Normalization, ObjectRef, Precedence,
    Protocol, RouteId, RouteSet, Stage, StageId,
};

use super::hosts::Host;
use super::names::{ByName, Stages, lookup};
use super::reader::{Reader, flag, items, number, owned, text};
use super::schema::gateways::LISTENER;
use super::schema::patterns;
use super::schema::routes::{REFERENCES, ROUTE};
use super::units::{header_rules, host_form, normalization, precedence, protocol};

/// What a gateway, listener or stage takes over from what it is in.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(super) struct Settings {
    pub(super) normalization: Option<Normalization>,
    pub(super) headers: Option<HeaderRules>,
    pub(super) precedence: Option<Precedence>,
    pub(super) host_fallthrough: Option<bool>,
    pub(super) host_form: Option<HostForm>,
}

impl Settings {
    /// What is written at a node, and where nothing is, in `outer`.
    pub(super) fn read(node: Node<'_>, outer: Self) -> Self {
        let own = Self {
            normalization: node.get("normalization").map(normalization),
            headers: node.get("header_rules").map(header_rules),
            precedence: text(node, "precedence").and_then(precedence),
            host_fallthrough: flag(node, "host_fallthrough"),
            host_form: text(node, "host_form").and_then(host_form),
        };
        own.or(outer)
    }

    /// These, and where nothing is said, others.
    pub(super) fn or(self, other: Self) -> Self {
        Self {
            normalization: self.normalization.or(other.normalization),
            headers: self.headers.or(other.headers),
            precedence: self.precedence.or(other.precedence),
            host_fallthrough: self.host_fallthrough.or(other.host_fallthrough),
            host_form: self.host_form.or(other.host_form),
        }
    }

    /// A stage with these settings.
    fn stage(self, object: ObjectRef) -> Stage {
        // SPEC: docs/dialects/native.md: the most specific rule wins.
        let precedence = self.precedence.unwrap_or(Precedence::Specific);
        let mut stage = Stage::new(object, precedence);
        stage.host_fallthrough = self.host_fallthrough.unwrap_or(true);
        stage.host_form = self.host_form.unwrap_or_default();
        stage
    }

    /// A gateway with these settings.
    fn gateway(self, object: ObjectRef) -> Gateway {
        let mut gateway = Gateway::new(object);
        // SPEC: docs/dialects/native.md: the safe profile.
        gateway.normalization = self.normalization.unwrap_or(Normalization::MERGE_SLASHES);
        gateway.headers = self.headers.unwrap_or_default();
        gateway
    }
}

/// How often routes are put into listeners and stages altogether: a route that names
/// none is put into every listener, and the input states how many there are of both.
const ATTACHMENTS: usize = 4_000_000;

/// A listener's place, for routes to be put into it.
struct Place {
    gateway: usize,
    is_http: bool,
    stage: StageId,
}

/// Where routes can be put.
#[derive(Default)]
pub(super) struct Places {
    /// Those of one gateway stand together.
    listeners: Vec<Place>,
    /// Listeners by name, and by gateway.
    by_name: BTreeMap<String, Vec<usize>>,
    by_gateway: BTreeMap<usize, Vec<usize>>,
    by_both: BTreeMap<(usize, String), usize>,
    /// Gateways in the route set, by namespace and name.
    gateways: ByName<usize>,
    pub(super) stages: Stages,
    attachments: usize,
}

impl Places {
    /// Adds a gateway of one listener that takes everything.
    pub(super) fn add_default(&mut self, settings: Settings, set: &mut RouteSet) {
        let object = ObjectRef::new("Gateway", "", "default");
        let mut gateway = settings.gateway(object.clone());
        let listener = self.default_listener(&object, settings, set);
        gateway.listeners.push(listener);
        self.gateways.insert(name_of(&object), set.gateways.len());
        set.gateways.push(gateway);
    }

    /// Adds a gateway as it is written.
    pub(super) fn add_gateway(
        &mut self,
        (index, node): (usize, Node<'_>),
        outer: Settings,
        reader: &mut Reader<'_>,
        set: &mut RouteSet,
    ) {
        let name = text(node, "name").unwrap_or("");
        let object = ObjectRef::new("Gateway", reader.namespace.clone(), name);
        reader.name_subject(&object, "gateways", index);
        if self.gateways.contains_key(&name_of(&object)) {
            let says = "another gateway has this name already, and this one is left out";
            return reader.error(codes::REPEATED_NAME, node, says);
        }
        let settings = Settings::read(node, outer);
        let mut gateway = settings.gateway(object.clone());
        gateway.origin = node.origin();
        for node in items(node, "listeners") {
            let listener = self.listener(node, &object, settings, reader, set);
            gateway.listeners.extend(listener);
        }
        if node.key("listeners").is_none() {
            let listener = self.default_listener(&object, settings, set);
            gateway.listeners.push(listener);
        }
        self.gateways.insert(name_of(&object), set.gateways.len());
        set.gateways.push(gateway);
    }

    /// Adds a stage as it is written.
    pub(super) fn add_stage(
        &mut self,
        (index, node): (usize, Node<'_>),
        outer: Settings,
        reader: &mut Reader<'_>,
        set: &mut RouteSet,
    ) {
        let name = text(node, "name").unwrap_or("");
        let object = ObjectRef::new("Stage", reader.namespace.clone(), name);
        reader.name_subject(&object, "stages", index);
        let key = name_of(&object);
        if self.stages.by_name.contains_key(&key) {
            let says = "another stage has this name already, and this one is left out";
            return reader.error(codes::REPEATED_NAME, node, says);
        }
        let mut stage = Settings::read(node, outer).stage(object);
        stage.origin = node.origin();
        self.stages.by_name.insert(key, set.add_stage(stage));
    }

    fn default_listener(
        &mut self,
        gateway: &ObjectRef,
        settings: Settings,
        set: &mut RouteSet,
    ) -> Listener {
        let stage = set.add_stage(settings.stage(stage_name(gateway, "default")));
        self.add_place(
            "default",
            Place {
                gateway: set.gateways.len(),
                is_http: true,
                stage,
            },
        );
        Listener::new("default", Protocol::AnyHttp, stage)
    }

    fn add_place(&mut self, name: &str, place: Place) {
        let index = self.listeners.len();
        self.by_both
            .insert((place.gateway, name.to_string()), index);
        self.by_name
            .entry(name.to_string())
            .or_default()
            .push(index);
        self.by_gateway
            .entry(place.gateway)
            .or_default()
            .push(index);
        self.listeners.push(place);
    }

    /// A listener; nothing where it cannot be told what it takes.
    fn listener(
        &mut self,
        node: Node<'_>,
        object: &ObjectRef,
        outer: Settings,
        reader: &mut Reader<'_>,
        set: &mut RouteSet,
    ) -> Option<Listener> {
        let name = text(node, "name").unwrap_or("");
        let is_sound = reader.has_sound_fields(node, &LISTENER, &["hosts"]);
        let hosts: Vec<_> = items(node, "hosts")
            .filter_map(|node| reader.listener_host(node))
            .collect();
        let has_hosts = !hosts.is_empty() || node.key("hosts").is_none();
        let key = (set.gateways.len(), name.to_string());
        let is_new = !self.by_both.contains_key(&key);
        if !is_sound || !has_hosts || !is_new {
            let says = match is_new {
                true => format!("the listener '{name}' is left out for the errors in it"),
                false => format!("another listener is named '{name}', and this one is left out"),
            };
            reader.cost(codes::LEFT_OUT, node.origin(), &says);
            return None;
        }
        let protocol = text(node, "protocol").and_then(protocol);
        let protocol = protocol.unwrap_or(Protocol::AnyHttp);
        let mut stage = Settings::read(node, outer).stage(stage_name(object, name));
        stage.origin = node.origin();
        let stage = set.add_stage(stage);
        let is_http = !matches!(protocol, Protocol::Tcp | Protocol::Tls | Protocol::Udp);
        self.add_place(
            name,
            Place {
                gateway: set.gateways.len(),
                is_http,
                stage,
            },
        );
        let mut listener = Listener::new(name, protocol, stage);
        listener.port = number(node, "port");
        listener.hosts = hosts;
        listener.client_namespace = owned(node, "client_namespace");
        listener.detect_misdirected = flag(node, "detect_misdirected").unwrap_or(false);
        listener.origin = node.origin();
        Some(listener)
    }

    /// Puts a route where it says that it belongs.
    pub(super) fn attach(
        &mut self,
        node: Node<'_>,
        route: RouteId,
        hosts: &[Host],
        reader: &mut Reader<'_>,
        set: &mut RouteSet,
    ) {
        let before = reader.errors;
        let mut stages = self.stages_of_listeners(node, reader);
        for reference in references(node, "stages") {
            let text = reference.as_str().unwrap_or("");
            match reader.stage(text) {
                Some(stage) => stages.push(stage),
                None => reader.no_stage(reference, text, ""),
            }
        }
        stages.sort_unstable();
        stages.dedup();
        // Where a name is of nothing or cannot be read, that is why.
        let others = ["name", "namespace", "created", "hosts", "rules"];
        let is_told =
            || reader.errors > before || reader.first_fault(node, &ROUTE, &others).is_some();
        if stages.is_empty() && !is_told() {
            let says = "no listener and no stage has the route, so that no request reaches it";
            reader.warn(codes::NOT_REACHED, node, says);
        }
        self.attachments = self.attachments.saturating_add(stages.len());
        if self.attachments > ATTACHMENTS {
            let says = format!(
                "routes are put into listeners and stages more than {ATTACHMENTS} times, and this \
                 one is left out; name the listeners of routes"
            );
            return reader.error(codes::TOO_MANY, node, &says);
        }
        for id in stages {
            let Some(stage) = set.stages.get_mut(id.0 as usize) else {
                continue;
            };
            let form = stage.host_form;
            stage.attachments.push(Attachment {
                route,
                hosts: hosts.iter().map(|host| host.binding(form)).collect(),
            });
        }
    }

    /// The stages of the listeners that a route names, or does not have to name.
    fn stages_of_listeners(&self, node: Node<'_>, reader: &mut Reader<'_>) -> Vec<StageId> {
        let names = |key: &str| node.key(key).is_some();
        let gateways = match names("gateways") {
            true => Some(self.named_gateways(node, reader)),
            // SPEC: docs/dialects/native.md: a route of stages is reached through them.
            false if names("stages") && !names("listeners") => return Vec::new(),
            false => None,
        };
        let places = match names("listeners") {
            true => self.named_listeners(node, gateways.as_deref(), reader),
            // SPEC: docs/dialects/native.md: connections are not requests, and a route gets
            // them only where it says so.
            false => {
                let of_gateways = |gateways: Vec<usize>| {
                    let places = gateways.into_iter();
                    let places = places.filter_map(|gateway| self.by_gateway.get(&gateway));
                    places.flatten().copied().collect()
                };
                let all = || (0..self.listeners.len()).collect();
                let mut places: Vec<usize> = gateways.map_or_else(all, of_gateways);
                places.retain(|&place| self.listeners.get(place).is_some_and(|one| one.is_http));
                places
            }
        };
        let stage = |place: usize| self.listeners.get(place).map(|place| place.stage);
        places.into_iter().filter_map(stage).collect()
    }

    fn named_gateways(&self, node: Node<'_>, reader: &mut Reader<'_>) -> Vec<usize> {
        let mut gateways = Vec::new();
        for reference in references(node, "gateways") {
            let text = reference.as_str().unwrap_or("");
            match lookup(&self.gateways, text, &reader.namespace) {
                Some(&gateway) => gateways.push(gateway),
                // What is no name at all was reported with the document's shape.
                None if !(patterns::REFERENCE.matches)(text) => {}
                None => {
                    let says = format!("there is no gateway '{text}'");
                    let advice = &reader.stages.advice;
                    let help =
                        advice.instead_of("gateway", text, &reader.namespace, &self.gateways);
                    reader.error_with_help(codes::NOT_FOUND, reference, &says, help);
                }
            }
        }
        gateways
    }

    fn named_listeners(
        &self,
        node: Node<'_>,
        gateways: Option<&[usize]>,
        reader: &mut Reader<'_>,
    ) -> Vec<usize> {
        let mut places = Vec::new();
        for reference in references(node, "listeners") {
            let name = reference.as_str().unwrap_or("");
            let before = places.len();
            match gateways {
                None => places.extend(self.by_name.get(name).into_iter().flatten()),
                Some(gateways) => {
                    let of = |&gateway: &usize| self.by_both.get(&(gateway, name.to_string()));
                    places.extend(gateways.iter().filter_map(of));
                }
            }
            // Of gateways that are not there it was said already.
            let has_gateways = gateways.is_none_or(|gateways| !gateways.is_empty());
            if places.len() == before && has_gateways && (patterns::NAME.matches)(name) {
                let (says, help) = self.no_listener(name, gateways, reader);
                reader.error_with_help(codes::NOT_FOUND, reference, &says, help);
            }
        }
        places
    }

    /// What to say of a listener that gateways, or all of them, do not have.
    fn no_listener(
        &self,
        name: &str,
        gateways: Option<&[usize]>,
        reader: &Reader<'_>,
    ) -> (String, Option<String>) {
        let advice = &reader.stages.advice;
        let all = self.by_name.keys().map(String::as_str);
        let Some(gateways) = gateways else {
            let says = format!("no gateway has a listener '{name}'");
            return (says, advice.instead("listener", name, all));
        };
        let of_gateways = self.by_both.keys();
        let of_gateways = of_gateways.filter(|(gateway, _)| gateways.contains(gateway));
        let of_gateways = of_gateways.map(|(_, name)| name.as_str());
        let says = format!("the route's gateways have no listener '{name}'");
        (says, advice.instead("listener", name, of_gateways))
    }
}

/// The names in a list, of which the schema takes so many.
fn references<'d>(node: Node<'d>, key: &str) -> impl Iterator<Item = Node<'d>> + use<'d> {
    items(node, key).take(REFERENCES as usize)
}

fn name_of(object: &ObjectRef) -> (String, String) {
    (object.namespace.clone(), object.name.clone())
}

fn stage_name(gateway: &ObjectRef, listener: &str) -> ObjectRef {
    ObjectRef::new(
        "Listener",
        gateway.namespace.clone(),
        format!("{}/{listener}", gateway.name),
    )
}
