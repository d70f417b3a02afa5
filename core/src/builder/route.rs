//! Routes: hosts and the rules under them.

use alloc::borrow::ToOwned;
use alloc::string::String;
use alloc::vec::Vec;

use super::{BuildFault, Rule, check};
use crate::model::{self, HostBinding, HostForm, HostMatch, ObjectRef};

/// A named resource: hosts, and rules for them.
#[derive(Clone, Debug)]
#[must_use]
pub struct Route {
    model: model::Route,
    hosts: Vec<HostBinding>,
    rules: Vec<Rule>,
}

/// A route of the model, and what remains to be filled in.
pub(super) struct Finished {
    pub(super) route: model::Route,
    pub(super) hosts: Vec<HostBinding>,
    /// Stages given by name: index of the target, index of the rule, name.
    pub(super) stages: Vec<(usize, usize, String)>,
}

impl Route {
    /// A route for one host: `shop.example`, or `*.example` for every host below it.
    /// Its name is the host. A URL or a host with a port is a fault, unless hosts are
    /// compared with their port ([`Routes::host_form`](super::Routes::host_form)).
    ///
    /// ```
    /// use fingerpost::builder::{Route, Routes, any};
    ///
    /// let route = Route::host("*.shop.example").rule(any().to("shop"));
    /// # Routes::new().route(route).build()?;
    /// # Ok::<(), fingerpost::builder::BuildError>(())
    /// ```
    pub fn host(host: &str) -> Self {
        Self::empty(host).or_host(host)
    }

    /// A route for several hosts. Its name is the first.
    ///
    /// ```
    /// use fingerpost::builder::{Route, any};
    ///
    /// let route = Route::hosts(["shop.example", "www.shop.example"]).rule(any().to("shop"));
    /// ```
    pub fn hosts<'h>(hosts: impl IntoIterator<Item = &'h str>) -> Self {
        let hosts: Vec<&str> = hosts.into_iter().collect();
        let route = Self::empty(hosts.first().copied().unwrap_or("*"));
        hosts.into_iter().fold(route, Self::or_host)
    }

    /// A route for every host, and for requests without one. Its name is `*`.
    ///
    /// ```
    /// use fingerpost::builder::{Route, any};
    ///
    /// let route = Route::any_host().rule(any().respond(404));
    /// ```
    pub fn any_host() -> Self {
        Self::empty("*")
    }

    /// Adds a host.
    ///
    /// ```
    /// use fingerpost::builder::Route;
    ///
    /// let route = Route::host("shop.example").or_host("*.shop.example");
    /// ```
    pub fn or_host(self, host: &str) -> Self {
        self.host_match(HostMatch::parse(host))
    }

    /// Adds a host of any kind that the model has.
    ///
    /// ```
    /// use fingerpost::builder::Route;
    /// use fingerpost::model::HostMatch;
    ///
    /// let route = Route::any_host().host_match(HostMatch::OneLabel("shop.example".into()));
    /// ```
    pub fn host_match(self, host: HostMatch) -> Self {
        self.host_binding(HostBinding {
            written: host.clone(),
            host,
            port: None,
        })
    }

    /// Adds a host with the port that the authority must state.
    ///
    /// ```
    /// use fingerpost::builder::Route;
    /// use fingerpost::model::{HostBinding, HostMatch};
    ///
    /// let host = HostMatch::parse("shop.example");
    /// let route = Route::any_host().host_binding(HostBinding {
    ///     written: host.clone(),
    ///     host,
    ///     port: Some(8443),
    /// });
    /// ```
    pub fn host_binding(mut self, host: HostBinding) -> Self {
        self.hosts.push(host);
        self
    }

    /// Names the route, for decisions and explanations.
    ///
    /// ```
    /// use fingerpost::builder::Route;
    ///
    /// let route = Route::host("shop.example").named("shop");
    /// ```
    pub fn named(mut self, name: impl Into<String>) -> Self {
        self.model.object.name = name.into();
        self
    }

    /// Adds a rule.
    ///
    /// ```
    /// use fingerpost::builder::{Route, any, segments};
    ///
    /// let route = Route::host("shop.example")
    ///     .rule(segments("/cart").to("cart"))
    ///     .rule(any().respond(404));
    /// ```
    pub fn rule(mut self, rule: impl Into<Rule>) -> Self {
        self.rules.push(rule.into());
        self
    }

    /// Changes the model's route, for what no call here says. Rules that were added
    /// with [`Route::rule`] are not in it yet; they come after those that are.
    ///
    /// ```
    /// use fingerpost::builder::Route;
    ///
    /// let route = Route::host("shop.example").with(|route| route.created = Some(1_700_000_000));
    /// ```
    pub fn with(mut self, edit: impl FnOnce(&mut model::Route)) -> Self {
        edit(&mut self.model);
        self
    }

    fn empty(name: &str) -> Self {
        model::Route::new(ObjectRef::new("Route", "", name.to_owned()), Vec::new()).into()
    }

    pub(super) fn finish(self, form: HostForm, faults: &mut Vec<BuildFault>) -> Finished {
        let mut route = self.model;
        let mut stages = Vec::new();
        let hosts = self.hosts.iter();
        let of_hosts = hosts.filter_map(|binding| check::host(&binding.host, form));
        faults.extend(of_hosts.map(|kind| BuildFault::of_route(&route.object.name, kind)));
        for rule in self.rules {
            let at = route.rules.len();
            let found = rule.faults.into_iter().chain(check::rule(&rule.model));
            faults.extend(found.map(|kind| BuildFault::of_rule(&route.object.name, at, kind)));
            let named = rule.stages.into_iter();
            stages.extend(named.map(|(target, name)| (target, at, name)));
            route.rules.push(rule.model);
        }
        Finished {
            route,
            hosts: self.hosts,
            stages,
        }
    }
}

/// A route of the model, for every host unless more is said.
impl From<model::Route> for Route {
    fn from(model: model::Route) -> Self {
        Self {
            model,
            hosts: Vec::new(),
            rules: Vec::new(),
        }
    }
}
