//! Shares: what part of all draws goes where.
//!
//! Upstream sends some hundred requests and allows a tolerance. Here the draw is
//! an input, so that evenly spaced draws over the whole range must give each
//! backend its share exactly, give or take the one draw that falls on a border.

use std::collections::BTreeMap;

use serde_json::Value;

/// How many draws.
const DRAWS: u64 = 1000;

/// The draws that a case asks for: `None` for one request without any.
pub(crate) fn draws(expect: &Value) -> Vec<Option<u64>> {
    if expect.get("weights").is_none() && expect.get("header_equals_backend").is_none() {
        return vec![None];
    }
    (0..DRAWS).map(|at| Some(at * (u64::MAX / DRAWS))).collect()
}

/// Whether each backend gets its share.
pub(crate) fn check(expect: &Value, decisions: &[Value]) -> Result<(), String> {
    let mut counted: BTreeMap<&str, u64> = BTreeMap::new();
    for decision in decisions {
        if decision["outcome"] != "forward" {
            return Err(format!("a draw was not forwarded: {decision}"));
        }
        *counted
            .entry(decision["backend"]["name"].as_str().unwrap_or_default())
            .or_default() += 1;
    }
    let weights = expect["weights"]
        .as_object()
        .ok_or("weights are no object")?;
    for (backend, share) in weights {
        let share = share.as_f64().ok_or("a share is no number")?;
        let got = counted.remove(backend.as_str()).unwrap_or(0);
        let wanted = share * DRAWS as f64;
        let slack = if share == 0.0 { 0.0 } else { 1.0 };
        if (got as f64 - wanted).abs() > slack {
            return Err(format!(
                "{backend} got {got} of {DRAWS} draws, wanted {wanted}"
            ));
        }
    }
    match counted.first_key_value() {
        None => Ok(()),
        Some((backend, got)) => Err(format!("{backend} got {got} draws and has no share")),
    }
}
