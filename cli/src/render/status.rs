//! What a controller would write, for people.

use std::io::{self, Write};

use fingerpost::import::{Condition, Status};

use super::style::{self, paint};
use crate::text::{count, plain};

/// Writes gateways, listeners and routes, each with its conditions.
pub(crate) fn write(out: &mut dyn Write, status: &Status) -> io::Result<()> {
    for gateway in &status.gateways {
        writeln!(
            out,
            "{}",
            paint(style::NAME, plain(gateway.gateway.to_string()))
        )?;
        if let Some(sets) = gateway.attached_listener_sets.filter(|sets| *sets > 0) {
            writeln!(out, "  {} attached", count(sets as usize, "listener set"))?;
        }
        conditions(out, "  ", &gateway.conditions)?;
        for listener in status
            .listeners
            .iter()
            .filter(|l| l.gateway == gateway.gateway)
        {
            let name = plain(&listener.name);
            let routes = count(listener.attached_routes as usize, "route");
            let kinds = plain(listener.supported_kinds.join(", "));
            let kinds = if kinds.is_empty() {
                "no kind".to_owned()
            } else {
                kinds
            };
            writeln!(out, "  listener {name}: {routes} attached, takes {kinds}")?;
            conditions(out, "    ", &listener.conditions)?;
        }
    }
    for route in &status.routes {
        writeln!(
            out,
            "{}",
            paint(style::NAME, plain(route.route.to_string()))
        )?;
        for parent in &route.parents {
            let section = parent.section.as_deref().map(|s| format!(", section {s}"));
            let port = parent.port.map(|port| format!(", port {port}"));
            let what = format!(
                "{}{}{}",
                parent.parent,
                section.unwrap_or_default(),
                port.unwrap_or_default()
            );
            writeln!(out, "  under {}", plain(what))?;
            conditions(out, "    ", &parent.conditions)?;
        }
    }
    Ok(())
}

fn conditions(out: &mut dyn Write, indent: &str, conditions: &[Condition]) -> io::Result<()> {
    for condition in conditions {
        // Some conditions are good news when true, some when false.
        let good = match condition.kind.as_str() {
            "Conflicted" | "OverlappingTLSConfig" | "PartiallyInvalid" => "False",
            _ => "True",
        };
        let color = if condition.status == good {
            style::GOOD
        } else {
            style::BAD
        };
        let head = plain(format!("{} {}", condition.kind, condition.status));
        let reason = plain(&condition.reason);
        write!(out, "{indent}{} ({reason})", paint(color, head))?;
        if condition.message.is_empty() {
            writeln!(out)?;
        } else {
            writeln!(out, ": {}", plain(&condition.message))?;
        }
    }
    Ok(())
}
