//! Small route sets by hand: matches in written order, each with a backend named after
//! its place.
#![allow(dead_code)]

use fingerpost::compile::Compiler;
use fingerpost::compile::limits::Limits;
use fingerpost::diagnostic::Diagnostic;
use fingerpost::model::{
    Action, Attachment, Backend, Gateway, HostBinding, HostForm, HostMatch, Listener, ObjectRef,
    PathMatch, Precedence, Protocol, Route, RouteMatch, RouteSet, Rule, Stage, Target,
    WeightedTarget,
};
use fingerpost::{Draws, Normalization, Outcome, Request, Scratch, Table};

/// A rule that forwards to a backend of this name.
pub(crate) fn rule(name: &str, one: RouteMatch) -> Rule {
    let backend = Backend {
        kind: "Service".into(),
        name: name.into(),
        ..Backend::default()
    };
    let target = WeightedTarget::new(Target::Backend(backend), 1);
    let mut rule = Rule::new(Action::Forward(vec![target]));
    rule.matches = vec![one];
    rule
}

/// A match on a path alone.
pub(crate) fn path(path: PathMatch) -> RouteMatch {
    RouteMatch {
        path,
        ..RouteMatch::default()
    }
}

/// The same without regard to case.
pub(crate) fn folded(path: PathMatch) -> RouteMatch {
    RouteMatch {
        path,
        path_ignore_case: true,
        ..RouteMatch::default()
    }
}

/// The same on the path as it came.
pub(crate) fn raw(path: PathMatch) -> RouteMatch {
    RouteMatch {
        path,
        path_raw: true,
        ..RouteMatch::default()
    }
}

pub(crate) fn template(text: &str) -> PathMatch {
    PathMatch::Template(text.into())
}

pub(crate) fn glob(text: &str) -> PathMatch {
    PathMatch::Glob(text.into())
}

pub(crate) fn regex(text: &str) -> PathMatch {
    PathMatch::Regex(text.into())
}

pub(crate) fn host(host: HostMatch) -> HostBinding {
    HostBinding {
        written: host.clone(),
        host,
        port: None,
    }
}

/// What a set is made of besides its rules.
pub(crate) struct Shape {
    pub(crate) precedence: Precedence,
    pub(crate) fallthrough: bool,
    pub(crate) form: HostForm,
    pub(crate) normalization: Normalization,
}

impl Default for Shape {
    fn default() -> Self {
        Self {
            precedence: Precedence::FirstMatch,
            fallthrough: true,
            form: HostForm::Name,
            normalization: Normalization::BASE,
        }
    }
}

impl Shape {
    /// A set of routes under their hosts.
    pub(crate) fn set(&self, routes: Vec<(Vec<HostBinding>, Vec<Rule>)>) -> RouteSet {
        let mut set = RouteSet::new();
        let mut stage = Stage::new(ObjectRef::new("Listener", "", "http"), self.precedence);
        stage.host_fallthrough = self.fallthrough;
        stage.host_form = self.form;
        for (at, (hosts, rules)) in routes.into_iter().enumerate() {
            let object = ObjectRef::new("Route", "", format!("route-{at}"));
            let route = set.add_route(Route::new(object, rules));
            stage.attachments.push(Attachment { route, hosts });
        }
        let stage = set.add_stage(stage);
        let mut gateway = Gateway::new(ObjectRef::new("Gateway", "", "public"));
        gateway.normalization = self.normalization;
        let listener = Listener::new("http", Protocol::AnyHttp, stage);
        gateway.listeners.push(listener);
        set.gateways.push(gateway);
        set
    }

    /// A table of rules that ask of every host, the first that matches first.
    pub(crate) fn table(&self, matches: Vec<(&str, RouteMatch)>) -> Asked {
        let rules = matches.into_iter().map(|(name, one)| rule(name, one));
        Asked::new(&self.set(vec![(vec![], rules.collect())]))
    }

    /// A table of one rule under each host.
    pub(crate) fn hosts(&self, hosts: Vec<(&str, HostBinding)>) -> Asked {
        let routes = hosts.into_iter();
        let routes =
            routes.map(|(name, host)| (vec![host], vec![rule(name, path(PathMatch::Any))]));
        Asked::new(&self.set(routes.collect()))
    }
}

/// A table and its scratch.
pub(crate) struct Asked {
    pub(crate) table: Table,
    pub(crate) diagnostics: Vec<Diagnostic>,
    scratch: Scratch,
}

impl Asked {
    pub(crate) fn new(set: &RouteSet) -> Self {
        Self::with_limits(set, Limits::default())
    }

    pub(crate) fn with_limits(set: &RouteSet, limits: Limits) -> Self {
        let compiled = Compiler::new().with_limits(limits).compile(set);
        let scratch = compiled.table.create_scratch();
        Self {
            table: compiled.table,
            diagnostics: compiled.diagnostics,
            scratch,
        }
    }

    /// The backend of a request, `-` where no rule takes it, `!` where it is refused.
    pub(crate) fn ask(&mut self, request: &Request<'_>) -> String {
        let decision = self
            .table
            .decide_with(&mut self.scratch, request, Draws::fixed(0));
        match decision.outcome() {
            Outcome::Forward => decision.backend().unwrap().name.to_string(),
            Outcome::Reject => "!".to_string(),
            _ => "-".to_string(),
        }
    }

    pub(crate) fn path(&mut self, path: impl AsRef<[u8]>) -> String {
        self.ask(&Request::new(b"GET", path.as_ref()).with_authority(b"shop.example"))
    }

    pub(crate) fn host(&mut self, authority: impl AsRef<[u8]>) -> String {
        self.ask(&Request::new(b"GET", b"/").with_authority(authority.as_ref()))
    }

    /// The captures of a path, as `name=value` with spaces between.
    pub(crate) fn captures(&mut self, path: impl AsRef<[u8]>) -> String {
        let request = Request::new(b"GET", path.as_ref()).with_authority(b"shop.example");
        let decision = self
            .table
            .decide_with(&mut self.scratch, &request, Draws::fixed(0));
        let captures = decision
            .captures()
            .map(|(name, value)| format!("{name}={}", value.escape_ascii()));
        captures.collect::<Vec<_>>().join(" ")
    }
}
