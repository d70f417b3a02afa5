//! What App Mesh manifests are told: every rule of the admission webhooks with its
//! text, the holes that the webhooks leave, and every row of what articles get wrong.

mod articles;
mod gateway_routes;
mod listeners;
mod membership;
mod other_kinds;
mod precedence;
mod predicates;
mod refused;
mod seeds;
mod support;
mod unreadable;
