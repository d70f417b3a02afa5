//! Small changes to large tables.
//!
//! [`Compiler::compile_for_updates`] compiles a route set that will change, and
//! [`Table::updated`] gives the table of the changed set, in time that depends on what
//! requests to the changed hosts can come by, on how many routes have changed before, and
//! on listeners, but not on how many rules there are.
//!
//! ```
//! use fingerpost::compile::Compiler;
//! use fingerpost::model::*;
//! use fingerpost::update::Changes;
//! use fingerpost::{Draws, Request, Table};
//!
//! let rule = |name: &str| {
//!     let backend = Backend { name: name.into(), ..Backend::default() };
//!     Rule::new(Action::Forward(vec![WeightedTarget::new(Target::Backend(backend), 1)]))
//! };
//! let name = |name: &str| ObjectRef::new("Route", "shop", name);
//! let mut set = RouteSet::new();
//! let mut stage = Stage::new(ObjectRef::new("Listener", "", "http"), Precedence::GatewayApi);
//! for host in ["cart", "web"] {
//!     let route = set.add_route(Route::new(name(host), vec![rule(host)]));
//!     stage.attach(route, [HostMatch::Exact(format!("{host}.example"))]);
//! }
//! let stage = set.add_stage(stage);
//! let mut gateway = Gateway::new(ObjectRef::new("Gateway", "", "public"));
//! gateway.listeners.push(Listener::new("http", Protocol::AnyHttp, stage));
//! set.gateways.push(gateway);
//!
//! let backend = |table: &Table, host: &str| {
//!     let request = Request::new(b"GET", b"/").with_authority(host.as_bytes());
//!     table.decide(&request, |decision| decision.backend().map(|one| one.name.to_string()))
//! };
//! let table = Compiler::new().compile_for_updates(set).table;
//! assert_eq!(backend(&table, "cart.example").as_deref(), Some("cart"));
//!
//! let mut changes = Changes::new();
//! changes.replace(Route::new(name("cart"), vec![rule("cart-v2")]));
//! changes.remove(name("web"));
//! let help = HostMatch::Exact("help.example".into());
//! changes.put(Route::new(name("help"), vec![rule("help")]), [(stage, vec![help.into()])]);
//!
//! let changed = table.updated(&changes)?.table; // `table` is as it was
//! assert_eq!(backend(&changed, "cart.example").as_deref(), Some("cart-v2"));
//! assert_eq!(backend(&changed, "web.example"), None);
//! assert_eq!(backend(&changed, "help.example").as_deref(), Some("help"));
//! # Ok::<(), fingerpost::update::UpdateError>(())
//! ```
//!
//! # How
//!
//! What is decided of a request follows from the rules under its very host, from those
//! under hosts that take many, and from the stages that these lead to. So a change touches
//! hosts, and what requests to these can come by is compiled by itself, as any route set
//! is, into a *layer* in front of the table (`table/layer.rs`). Where a route changes in a
//! stage that others lead to, the hosts of these are touched.
//!
//! Layers are merged as they grow: one that is not much larger than what comes before it
//! is compiled again together with it, so that there are few, and each rule is compiled
//! again a few times for each doubling of what has changed. Once a layer would be a fourth
//! of the table, rules under each of their hosts, or one of 32 routes has changed and more
//! than 1,024, or 8,192 have, everything is compiled.
//!
//! Everything is also compiled anew where a change touches a host that takes many
//! (`*.example.com`, any host), since every request may come by it; and where limits on the
//! whole table might be reached (`Limits::candidates`, `regex_programs`, `host_automata`, 63
//! methods), since what those refuse depends on the whole; so it is where a route changes that
//! no request can come by.
//!
//! * `changes`: what a change says, and what it makes of a route set.
//! * `index`: where things are in the set that was compiled first.
//! * `source`: that set with the changes since, as they are kept with a table.
//! * `select`: what requests to some hosts can come by.

mod changes;
mod index;
mod select;
mod source;

use alloc::boxed::Box;
use alloc::collections::BTreeSet;
use alloc::sync::Arc;
use alloc::vec::Vec;

use crate::compile::{Compiled, Compiler};
use crate::model::RouteSet;
use crate::table::Table;
use crate::table::layer::{DEPTH, Hosts, Layer};

pub use changes::{Changes, UpdateError};
use source::Source;

/// A layer at most so many times as large as what comes before it is merged with that.
const RATIO: usize = 4;
/// What a layer may weigh up to which it is not held against the size of the table.
const FEW: usize = 256;
/// A layer of the table's weight divided by this is no small change any more.
const SHARE: usize = 4;

impl Compiler {
    /// Compiles a route set that will be changed by [`Table::updated`]. The table keeps
    /// the set, and an index of its routes' names, hosts and attachments. Everything else is
    /// as [`compile`](Self::compile) has it; decisions take a comparison more.
    pub fn compile_for_updates(&self, routes: impl Into<Arc<RouteSet>>) -> Compiled {
        let routes = routes.into();
        let (mut sections, diagnostics, spent) = self.sections(&routes);
        let source = Source::new(self.clone(), routes, spent, &sections);
        sections.layer = Some(Arc::new(Layer {
            source: Arc::new(source),
            hosts: Hosts::default(),
            older: None,
            weight: 0,
        }));
        Compiled::new(Table::new(sections), diagnostics)
    }
}

impl Table {
    /// The table of the changed route set: what it decides is what a table decides that is
    /// compiled from that set anew. This table stays as it is, and most of it is shared.
    ///
    /// Takes time in proportion to the rules under the hosts that the changes touch, under
    /// hosts that take many, and in the stages that these lead to, and to the gateways,
    /// their listeners and stages, and goes through the routes that changed since all was
    /// compiled; each such rule is compiled again some more times as changes add up. Everything is compiled anew where a route changes under a host that
    /// takes many, where a fourth of the rules is touched, or where a limit on the whole
    /// table might be reached; that takes longer than compiling, since the set is copied
    /// too. See the [module](crate::update).
    ///
    /// What cannot be compiled is left out or answers 500, and is reported, as
    /// [`Compiler::compile`] has it; the diagnostics are those of what was compiled.
    ///
    /// A table with changes takes some nanoseconds more for each decision, and its
    /// [scratch](Self::create_scratch) is that of several tables. Snapshots, listings,
    /// sizes and explanations are of the set as a whole, which is compiled for each of
    /// them: [`settled`](Self::settled) does that once.
    ///
    /// # Errors
    ///
    /// [`UpdateError`] where the table was not compiled for updates, and where a change
    /// names a route that is not there, or several, or a stage that is not there. Nothing
    /// is changed then.
    pub fn updated(&self, changes: &Changes) -> Result<Compiled, UpdateError> {
        let source = self.source().ok_or(UpdateError::NotUpdatable)?;
        if changes.is_empty() {
            return Ok(Compiled::new(self.clone(), Vec::new()));
        }
        let mut source = source.clone();
        let touched = source.change(changes)?;
        if touched.everything {
            return Ok(source.rebased());
        }
        let mut hosts = touched.hosts;
        let mut selection = source.select(&hosts);
        let mut behind = self;
        let mut depth = self.layer_count();
        while let Some((layer, older)) = behind.sections.in_front() {
            if depth < DEPTH && layer.weight > RATIO * selection.weight() {
                break;
            }
            hosts.extend(layer.hosts.iter().cloned());
            selection = source.select(&hosts);
            behind = older;
            depth -= 1;
        }
        let weight = selection.weight();
        let is_large = weight > FEW && weight > source.index().weight / SHARE;
        if is_large || source.has_many_changes() || !selection.has_all(&touched.routes) {
            return Ok(source.rebased());
        }
        let (mut sections, diagnostics, spent) = source.compiler().sections(&selection.into_set());
        if !source.spend(spent, &sections) {
            return Ok(source.rebased());
        }
        sections.layer = Some(Arc::new(Layer {
            source: Arc::new(source),
            hosts: hosts.into_iter().collect(),
            older: Some(behind.clone()),
            weight,
        }));
        Ok(Compiled::new(Table::new(sections), diagnostics))
    }

    /// The same table with its changes taken in, as one that is compiled anew: for
    /// snapshots and explanations, and to do at a good time what [`updated`](Self::updated)
    /// would do at some time. Takes as long as copying and compiling the whole set where
    /// there are changes; gives the table itself where there are none.
    #[must_use]
    pub fn settled(&self) -> Self {
        match (self.sections.in_front(), self.source()) {
            (Some(_), Some(source)) => source.rebased().table,
            _ => self.clone(),
        }
    }

    /// The route set of which this is the table, with all changes; `None` where it was not
    /// [compiled for updates](Compiler::compile_for_updates). Linear in the set.
    pub fn route_set(&self) -> Option<Arc<RouteSet>> {
        Some(self.source()?.set())
    }

    fn source(&self) -> Option<&Source> {
        let layer = self.sections.layer.as_deref()?;
        layer.source.as_any().downcast_ref()
    }
}

/// Hosts, without port, in order.
type Names = BTreeSet<Box<[u8]>>;
