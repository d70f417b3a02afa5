//! Gateway API manifests as text: what reading and importing cost.

/// So many HTTPRoutes of two rules each, one for a canary, with their Services and
/// the Gateway that they attach to.
pub fn http_routes(routes: usize) -> String {
    let mut text = String::from(
        "apiVersion: gateway.networking.k8s.io/v1\nkind: GatewayClass\nmetadata:\n  name: bench\n\
         spec:\n  controllerName: bench.example/gateway\n---\n\
         apiVersion: gateway.networking.k8s.io/v1\nkind: Gateway\nmetadata:\n  name: edge\n  \
         namespace: bench\nspec:\n  gatewayClassName: bench\n  listeners:\n  - name: http\n    \
         port: 80\n    protocol: HTTP\n",
    );
    for at in 0..routes {
        let (team, path) = (at / 10, super::word(at));
        text.push_str(&format!(
            "---\napiVersion: gateway.networking.k8s.io/v1\nkind: HTTPRoute\nmetadata:\n  \
             name: route-{at}\n  namespace: bench\n  labels:\n    app.kubernetes.io/name: app-{at}\n    \
             app.kubernetes.io/part-of: team-{team}\nspec:\n  parentRefs:\n  - name: edge\n  \
             hostnames:\n  - app-{at}.team-{team}.example\n  rules:\n  - matches:\n    - path:\n        \
             type: PathPrefix\n        value: /{path}\n      headers:\n      - name: x-canary\n        \
             value: always\n    backendRefs:\n    - name: app-{at}-canary\n      port: 8080\n  \
             - matches:\n    - path:\n        type: PathPrefix\n        value: /{path}\n    \
             backendRefs:\n    - name: app-{at}\n      port: 8080\n"
        ));
        for name in ["", "-canary"] {
            text.push_str(&format!(
                "---\napiVersion: v1\nkind: Service\nmetadata:\n  name: app-{at}{name}\n  \
                 namespace: bench\nspec:\n  ports:\n  - port: 8080\n"
            ));
        }
    }
    text
}
