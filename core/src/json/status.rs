//! What a controller would write, as JSON (`show --status --json`).

use alloc::string::String;

use crate::import::{Condition, Status};
use crate::model::ObjectRef;

use super::write::{self, Object};

/// Writes the status of everything on one line:
/// `{"routes":[…],"listeners":[…],"gateways":[…]}`.
pub fn write_status(status: &Status) -> String {
    let mut out = String::new();
    write::object(&mut out, |object| {
        object.list("routes", &status.routes, |out, route| {
            write::object(out, |object| {
                name(object, &route.route);
                object.list("parents", &route.parents, |out, parent| {
                    write::object(out, |object| {
                        name(object, &parent.parent);
                        object.text_opt("section", parent.section.as_deref());
                        object.number_opt("port", parent.port);
                        conditions(object, &parent.conditions);
                    });
                });
            });
        });
        object.list("listeners", &status.listeners, |out, listener| {
            write::object(out, |object| {
                object.object("gateway", |object| name(object, &listener.gateway));
                object.text("name", &listener.name);
                object.number("attached_routes", listener.attached_routes);
                object.list("supported_kinds", &listener.supported_kinds, |out, kind| {
                    write::string(out, kind);
                });
                conditions(object, &listener.conditions);
            });
        });
        object.list("gateways", &status.gateways, |out, gateway| {
            write::object(out, |object| {
                name(object, &gateway.gateway);
                object.number_opt("attached_listener_sets", gateway.attached_listener_sets);
                conditions(object, &gateway.conditions);
            });
        });
    });
    out
}

/// An object's `kind`, `namespace` (left out where there is none) and `name`.
pub(super) fn name(object: &mut Object<'_>, of: &ObjectRef) {
    object.text("kind", &of.kind);
    object.text_opt(
        "namespace",
        Some(of.namespace.as_str()).filter(|text| !text.is_empty()),
    );
    object.text("name", &of.name);
}

fn conditions(object: &mut Object<'_>, conditions: &[Condition]) {
    object.list("conditions", conditions, |out, condition| {
        write::object(out, |object| {
            object
                .text("type", &condition.kind)
                .text("status", &condition.status);
            object
                .text("reason", &condition.reason)
                .text("message", &condition.message);
        });
    });
}

#[cfg(test)]
mod tests {
    use alloc::string::ToString;
    use alloc::vec;

    use super::*;
    use crate::import::{GatewayStatus, ListenerStatus, ParentStatus, RouteStatus};

    #[test]
    fn status_has_the_contracts_fields_in_order() {
        let conditions = vec![Condition {
            kind: "Accepted".to_string(),
            status: "False".to_string(),
            reason: "NoMatchingParent".to_string(),
            message: "m".to_string(),
        }];
        let gateway = ObjectRef::new("Gateway", "infra", "public");
        let status = Status {
            routes: vec![RouteStatus {
                route: ObjectRef::new("HTTPRoute", "shop", "cart"),
                parents: vec![ParentStatus {
                    parent: gateway.clone(),
                    section: Some("https".to_string()),
                    port: None,
                    conditions,
                }],
            }],
            listeners: vec![ListenerStatus {
                gateway: gateway.clone(),
                name: "https".to_string(),
                attached_routes: 1,
                supported_kinds: vec!["HTTPRoute".to_string()],
                conditions: vec![],
            }],
            gateways: vec![GatewayStatus {
                gateway,
                attached_listener_sets: None,
                conditions: vec![],
            }],
        };
        assert_eq!(
            write_status(&status),
            concat!(
                r#"{"routes":[{"kind":"HTTPRoute","namespace":"shop","name":"cart","parents":["#,
                r#"{"kind":"Gateway","namespace":"infra","name":"public","section":"https","#,
                r#""conditions":[{"type":"Accepted","status":"False","#,
                r#""reason":"NoMatchingParent","message":"m"}]}]}],"#,
                r#""listeners":[{"gateway":{"kind":"Gateway","namespace":"infra","#,
                r#""name":"public"},"name":"https","attached_routes":1,"#,
                r#""supported_kinds":["HTTPRoute"],"conditions":[]}],"#,
                r#""gateways":[{"kind":"Gateway","namespace":"infra","name":"public","#,
                r#""conditions":[]}]}"#
            )
        );
    }
}
