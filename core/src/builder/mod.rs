//! Builder: a table from a few lines of Rust.
//!
//! A layer over [`model`](crate::model) for programs that know their routes: each
//! value here holds a value of the model and fills it in, call by call. It knows
//! the model's defaults and the short texts that stand for its parts (`/users/{id}`,
//! `cart:8080`), and nothing about matching.
//!
//! ```
//! use fingerpost::builder::{Route, Routes, any, path, segments};
//! use fingerpost::{Draws, Request};
//!
//! let table = Routes::new()
//!     .route(Route::host("shop.example")
//!         .rule(segments("/cart").method("GET").header("x-env", "canary").to("cart-v2:8080"))
//!         .rule(segments("/cart").to("cart:8080"))
//!         .rule(path("/old").redirect(301, "https://www.shop.example/new"))
//!         .rule(any().respond(404)))
//!     .build()?;
//!
//! let mut scratch = table.create_scratch();
//! let request = Request::new(b"GET", b"/cart/42").with_authority(b"shop.example");
//! let decision = table.decide_with(&mut scratch, &request, Draws::fixed(0));
//! assert_eq!(decision.backend().unwrap().name, "cart");
//! # Ok::<(), fingerpost::builder::BuildError>(())
//! ```
//!
//! # Shape
//!
//! ```text
//! any() path() segments() matching()  ─►  Match ──to, split, respond, redirect, …──►  Rule
//!                                          Rule ──►  Route  ──►  Routes  ──build──►  Table
//! ```
//!
//! A [`Match`] becomes a [`Rule`] by the call that says what is done, so that a rule
//! without an action cannot be written. `with` on each of them hands out the model's
//! value, and [`Routes::into_route_set`] the whole: what no call here says, the model
//! says.
//!
//! # Invariants
//!
//! 1. No call fails or panics. What cannot be read or is hardly meant is kept as a
//!    [`BuildFault`], with the place it belongs to, and [`Routes::build`] gives all
//!    of them at once, with what the compiler refuses of the other rules.
//! 2. Nothing is left out silently: a table is given only where the compiler
//!    reports no error either.
//! 3. The order of rules decides only where [`Precedence::Specific`] finds them
//!    equal, unless [`Routes::precedence`] says otherwise.

mod check;
mod error;
mod location;
mod matches;
mod route;
mod rule;
mod share;
mod value;

use alloc::string::String;
use alloc::vec::Vec;

use crate::compile::limits::Limits;
use crate::compile::{Compiled, Compiler};
use crate::diagnostic::Severity;
use crate::model::{
    Action, Gateway, HeaderRules, HostForm, Listener, Normalization, ObjectRef, Precedence,
    Protocol, RouteId, RouteSet, Stage, StageId, Target,
};
use crate::table::Table;

pub use error::{BuildError, BuildFault, BuildFaultKind};
pub use matches::{Match, any, matching, path, segments};
pub use route::Route;
pub use rule::Rule;
pub use share::Share;

/// Everything that becomes one table.
///
/// Unless told otherwise there is one gateway, with one listener that takes HTTP
/// and HTTPS on every port; the most specific rule wins; dot segments and runs of
/// slashes are resolved before a path is matched, rewritten and sent on.
#[derive(Clone, Debug)]
#[must_use]
pub struct Routes {
    name: String,
    routes: Vec<Route>,
    stages: Vec<(String, Vec<Route>)>,
    listeners: Vec<(String, Option<u16>, Protocol)>,
    precedence: Precedence,
    host_fallthrough: bool,
    host_form: HostForm,
    normalization: Normalization,
    headers: HeaderRules,
    limits: Limits,
}

impl Routes {
    /// No routes yet.
    ///
    /// ```
    /// let table = fingerpost::builder::Routes::new().build()?;
    /// assert_eq!(table.stats().rules, 0);
    /// # Ok::<(), fingerpost::builder::BuildError>(())
    /// ```
    pub fn new() -> Self {
        Self {
            name: String::from("default"),
            routes: Vec::new(),
            stages: Vec::new(),
            listeners: Vec::new(),
            precedence: Precedence::Specific,
            host_fallthrough: true,
            host_form: HostForm::Name,
            // Two spellings of one path would otherwise be two paths, and a rule
            // that guards one would not see the other.
            normalization: Normalization::MERGE_SLASHES,
            headers: HeaderRules::default(),
            limits: Limits::default(),
        }
    }

    /// Adds a route.
    ///
    /// ```
    /// use fingerpost::builder::{Route, Routes, any};
    ///
    /// let table = Routes::new()
    ///     .route(Route::host("a.example").rule(any().to("a")))
    ///     .route(Route::host("b.example").rule(any().to("b")))
    ///     .build()?;
    /// assert_eq!(table.stats().rules, 2);
    /// # Ok::<(), fingerpost::builder::BuildError>(())
    /// ```
    pub fn route(mut self, route: impl Into<Route>) -> Self {
        self.routes.push(route.into());
        self
    }

    /// Adds a stage: routes that are searched only for requests which a rule hands
    /// on with [`Match::to_stage`]. Of several with one name, the first counts.
    ///
    /// ```
    /// use fingerpost::builder::{Route, Routes, any, path, segments};
    ///
    /// let table = Routes::new()
    ///     .route(Route::host("shop.example").rule(segments("/api").to_stage("api")))
    ///     .stage("api", [Route::any_host().rule(path("/api/users").to("users"))])
    ///     .build()?;
    /// # Ok::<(), fingerpost::builder::BuildError>(())
    /// ```
    pub fn stage<R: Into<Route>>(
        mut self,
        name: impl Into<String>,
        routes: impl IntoIterator<Item = R>,
    ) -> Self {
        let routes = routes.into_iter().map(Into::into).collect();
        self.stages.push((name.into(), routes));
        self
    }

    /// Adds a listener; the first one replaces the one there is by itself. A port
    /// of `None` takes any.
    ///
    /// ```
    /// use fingerpost::Protocol;
    /// use fingerpost::builder::Routes;
    ///
    /// let set = Routes::new()
    ///     .listener("plain", Some(8080), Protocol::Http)
    ///     .listener("tls", Some(8443), Protocol::Https)
    ///     .into_route_set()?;
    /// assert_eq!(set.gateways[0].listeners.len(), 2);
    /// # Ok::<(), fingerpost::builder::BuildError>(())
    /// ```
    pub fn listener(
        mut self,
        name: impl Into<String>,
        port: Option<u16>,
        protocol: Protocol,
    ) -> Self {
        self.listeners.push((name.into(), port, protocol));
        self
    }

    /// Names the gateway, for explanations. Default: `default`.
    ///
    /// ```
    /// let set = fingerpost::builder::Routes::new().named("edge").into_route_set()?;
    /// assert_eq!(set.gateways[0].object.name, "edge");
    /// # Ok::<(), fingerpost::builder::BuildError>(())
    /// ```
    pub fn named(mut self, name: impl Into<String>) -> Self {
        self.name = name.into();
        self
    }

    /// Sets the order between rules that match the same request. Default:
    /// [`Precedence::Specific`].
    ///
    /// ```
    /// use fingerpost::builder::Routes;
    /// use fingerpost::Precedence;
    ///
    /// let routes = Routes::new().precedence(Precedence::FirstMatch);
    /// # routes.build()?;
    /// # Ok::<(), fingerpost::builder::BuildError>(())
    /// ```
    pub fn precedence(mut self, precedence: Precedence) -> Self {
        self.precedence = precedence;
        self
    }

    /// Sets whether a request that no rule of its most specific host takes is tried
    /// against less specific hosts. Default: yes.
    ///
    /// ```
    /// let set = fingerpost::builder::Routes::new().host_fallthrough(false).into_route_set()?;
    /// assert!(!set.stages[0].host_fallthrough);
    /// # Ok::<(), fingerpost::builder::BuildError>(())
    /// ```
    pub fn host_fallthrough(mut self, tried: bool) -> Self {
        self.host_fallthrough = tried;
        self
    }

    /// Sets what hosts are compared with. Default: [`HostForm::Name`].
    ///
    /// ```
    /// use fingerpost::HostForm;
    /// use fingerpost::builder::Routes;
    ///
    /// let set = Routes::new().host_form(HostForm::Authority).into_route_set()?;
    /// assert_eq!(set.stages[0].host_form, HostForm::Authority);
    /// # Ok::<(), fingerpost::builder::BuildError>(())
    /// ```
    pub fn host_form(mut self, form: HostForm) -> Self {
        self.host_form = form;
        self
    }

    /// Sets how a path is made canonical before anything looks at it. Default:
    /// [`Normalization::MERGE_SLASHES`].
    ///
    /// ```
    /// use fingerpost::{EscapedSlashes, Normalization};
    /// use fingerpost::builder::Routes;
    ///
    /// let routes = Routes::new().normalization(Normalization {
    ///     escaped_slashes: EscapedSlashes::Reject,
    ///     ..Normalization::MERGE_SLASHES
    /// });
    /// # routes.build()?;
    /// # Ok::<(), fingerpost::builder::BuildError>(())
    /// ```
    pub fn normalization(mut self, normalization: Normalization) -> Self {
        self.normalization = normalization;
        self
    }

    /// Sets what is done to headers before anything looks at them. Default: nothing.
    ///
    /// ```
    /// use fingerpost::builder::Routes;
    /// use fingerpost::model::HeaderRules;
    ///
    /// let rules = HeaderRules { reject_underscores: true, ..HeaderRules::default() };
    /// let set = Routes::new().header_rules(rules).into_route_set()?;
    /// assert!(set.gateways[0].headers.reject_underscores);
    /// # Ok::<(), fingerpost::builder::BuildError>(())
    /// ```
    pub fn header_rules(mut self, rules: HeaderRules) -> Self {
        self.headers = rules;
        self
    }

    /// Sets the compiler's limits.
    ///
    /// ```
    /// use fingerpost::builder::Routes;
    /// use fingerpost::compile::limits::Limits;
    ///
    /// let mut limits = Limits::default();
    /// limits.request_target = 8 << 10;
    /// let table = Routes::new().limits(limits).build()?;
    /// # Ok::<(), fingerpost::builder::BuildError>(())
    /// ```
    pub fn limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }

    /// The table.
    ///
    /// The compiler's warnings are dropped; [`Routes::compile`] gives them beside the
    /// table. Takes time and memory in proportion to the routes.
    ///
    /// # Errors
    ///
    /// Everything that is wrong: each text that cannot be read; a path without a slash
    /// at its beginning, a host that is a URL, a response's status outside of 200 to
    /// 599, a split in which nothing has a weight; and what the compiler refuses. A
    /// rule that has one of the first kinds is compiled for its matches alone: what else
    /// it says, the compiler is not asked.
    ///
    /// ```
    /// use fingerpost::builder::{Route, Routes, any, path};
    ///
    /// let error = Routes::new()
    ///     .route(Route::host("shop.example")
    ///         .rule(any().to("cart:port"))
    ///         .rule(path("/users/{id").to("users")))
    ///     .build()
    ///     .unwrap_err();
    /// let lines: Vec<String> = error.to_string().lines().map(String::from).collect();
    /// assert_eq!(lines.len(), 2);
    /// assert_eq!(
    ///     lines[0],
    ///     "route shop.example, rule 0: \"cart:port\" names no backend: a port is a number from 1 to 65535",
    /// );
    /// assert!(lines[1].starts_with("error[FP"), "{}", lines[1]);
    /// ```
    pub fn build(self) -> Result<Table, BuildError> {
        self.compile().map(|compiled| compiled.table)
    }

    /// The table, and what the compiler has to say besides errors.
    ///
    /// # Errors
    ///
    /// As for [`Routes::build`].
    ///
    /// ```
    /// use fingerpost::Normalization;
    /// use fingerpost::builder::{Route, Routes, segments};
    ///
    /// let compiled = Routes::new()
    ///     .normalization(Normalization::NONE)
    ///     .route(Route::any_host().rule(segments("/admin").respond(403)))
    ///     .compile()?;
    /// for warning in &compiled.diagnostics {
    ///     eprintln!("{warning}"); // `/x/../admin` is another path here
    /// }
    /// assert_eq!(compiled.diagnostics.len(), 1);
    /// # Ok::<(), fingerpost::builder::BuildError>(())
    /// ```
    pub fn compile(self) -> Result<Compiled, BuildError> {
        let compiler = Compiler::new().with_limits(self.limits.clone());
        let Read {
            mut set,
            faults,
            faulty,
        } = self.read();
        for (RouteId(route), rule) in faulty {
            let route = set.routes.get_mut(route as usize);
            if let Some(rule) = route.and_then(|route| route.rules.get_mut(rule)) {
                // What stands for a text that cannot be read must not be told of again.
                let matches = core::mem::take(&mut rule.matches);
                *rule = crate::model::Rule::new(Action::Forward(Vec::new()));
                rule.matches = matches;
            }
        }
        let compiled = compiler.compile(&set);
        let is_error = |severity| severity == Severity::Error;
        let mut severities = compiled.diagnostics.iter().map(|found| found.severity);
        match faults.is_empty() && !severities.any(is_error) {
            true => Ok(compiled),
            false => Err(BuildError::new(faults, compiled.diagnostics)),
        }
    }

    /// The model: for what no call here says, and for compiling it oneself.
    ///
    /// # Errors
    ///
    /// Everything that [`Routes::build`] refuses without asking the compiler.
    ///
    /// ```
    /// use fingerpost::builder::{Route, Routes, any};
    ///
    /// let mut set = Routes::new()
    ///     .route(Route::host("shop.example").rule(any().respond(404)))
    ///     .into_route_set()?;
    /// set.gateways[0].listeners[0].detect_misdirected = true;
    /// let compiled = fingerpost::compile::Compiler::new().compile(&set);
    /// assert!(compiled.diagnostics.is_empty());
    /// # Ok::<(), fingerpost::builder::BuildError>(())
    /// ```
    pub fn into_route_set(self) -> Result<RouteSet, BuildError> {
        let Read { set, faults, .. } = self.read();
        match faults.is_empty() {
            true => Ok(set),
            false => Err(BuildError::new(faults, Vec::new())),
        }
    }

    /// The model, as far as it can be read.
    fn read(self) -> Read {
        let mut faults = Vec::new();
        let mut faulty = Vec::new();
        let mut set = RouteSet::new();
        let names: Vec<String> = self.stages.iter().map(|(name, _)| name.clone()).collect();

        let entry = (self.name.clone(), self.routes);
        for (name, routes) in [entry].into_iter().chain(self.stages) {
            let mut stage = Stage::new(ObjectRef::new("Stage", "", name), self.precedence);
            stage.host_fallthrough = self.host_fallthrough;
            stage.host_form = self.host_form;
            for route in routes {
                let before = faults.len();
                let mut finished = route.finish(self.host_form, &mut faults);
                for (at, rule, name) in &finished.stages {
                    let known = names.iter().position(|known| known == name);
                    let Some(known) = known else {
                        let route = &finished.route.object.name;
                        let kind = BuildFaultKind::UnknownStage(name.clone());
                        faults.push(BuildFault::of_rule(route, *rule, kind));
                        continue;
                    };
                    // The first stage is where requests come in.
                    let id = StageId(known as u32 + 1);
                    point_at(&mut finished.route, *rule, *at, id);
                }
                let id = set.add_route(finished.route);
                let found = faults.iter().skip(before);
                faulty.extend(found.filter_map(|fault| Some((id, fault.rule?))));
                stage.attachments.push(crate::model::Attachment {
                    route: id,
                    hosts: finished.hosts,
                });
            }
            set.add_stage(stage);
        }

        let mut gateway = Gateway::new(ObjectRef::new("Gateway", "", self.name));
        gateway.normalization = self.normalization;
        gateway.headers = self.headers;
        let by_itself = (String::from("http"), None, Protocol::AnyHttp);
        let listeners = match self.listeners.is_empty() {
            true => Vec::from([by_itself]),
            false => self.listeners,
        };
        for (name, port, protocol) in listeners {
            let mut listener = Listener::new(name, protocol, StageId(0));
            listener.port = port;
            gateway.listeners.push(listener);
        }
        set.gateways.push(gateway);
        Read {
            set,
            faults,
            faulty,
        }
    }
}

/// A route set, and what is wrong with it.
struct Read {
    set: RouteSet,
    faults: Vec<BuildFault>,
    /// Rules that a fault is in; a rule is there once for each.
    faulty: Vec<(RouteId, usize)>,
}

impl Default for Routes {
    fn default() -> Self {
        Self::new()
    }
}

/// Fills in the stage that a target was given by name.
fn point_at(route: &mut crate::model::Route, rule: usize, at: usize, id: StageId) {
    let Some(rule) = route.rules.get_mut(rule) else {
        return;
    };
    if let Action::Forward(targets) = &mut rule.action
        && let Some(target) = targets.get_mut(at)
        && let Target::Stage { stage, .. } = &mut target.target
    {
        *stage = id;
    }
}
