//! Where a rule sends requests, in a short text.

use alloc::string::String;

use super::BuildFaultKind;
use crate::model::{Backend, Target, WeightedTarget};

/// A target and its relative share, as [`Match::to`](super::Match::to) takes it.
///
/// | from | is |
/// |---|---|
/// | `"cart"`, `"cart:8080"`, `"shop/cart:8080"` | a backend: `[namespace/]name[:port]`; its kind is `Backend` |
/// | `("cart", 9)` | the same with a share of 9 |
/// | a [`Backend`], a [`Target`] | that one |
/// | a [`WeightedTarget`] | that one, with its share, filters and failover |
///
/// A share is 1 where nothing states it, and 0 is never chosen.
#[derive(Clone, Debug)]
pub struct Share(pub(super) Result<WeightedTarget, BuildFaultKind>);

impl From<WeightedTarget> for Share {
    fn from(target: WeightedTarget) -> Self {
        Self(Ok(target))
    }
}

impl From<Target> for Share {
    fn from(target: Target) -> Self {
        WeightedTarget::new(target, 1).into()
    }
}

impl From<Backend> for Share {
    fn from(backend: Backend) -> Self {
        Target::Backend(backend).into()
    }
}

impl From<&str> for Share {
    fn from(text: &str) -> Self {
        match backend(text) {
            Ok(backend) => backend.into(),
            Err(why) => Self(Err(BuildFaultKind::Backend {
                text: String::from(text),
                why,
            })),
        }
    }
}

impl From<String> for Share {
    fn from(text: String) -> Self {
        text.as_str().into()
    }
}

impl From<&String> for Share {
    fn from(text: &String) -> Self {
        text.as_str().into()
    }
}

impl<T: Into<Self>> From<(T, u32)> for Share {
    fn from((target, weight): (T, u32)) -> Self {
        let mut share = target.into();
        if let Ok(target) = &mut share.0 {
            target.weight = weight;
        }
        share
    }
}

/// Reads `[namespace/]name[:port]`.
fn backend(text: &str) -> Result<Backend, &'static str> {
    let (namespace, rest) = text.split_once('/').unwrap_or(("", text));
    let (name, port) = match rest.rsplit_once(':') {
        Some((name, port)) => (name, Some(port)),
        None => (rest, None),
    };
    let digits = |port: &str| port.bytes().all(|byte| byte.is_ascii_digit());
    let port = match port {
        None => None,
        Some(port) => match port.parse() {
            Ok(number) if number != 0 && digits(port) => Some(number),
            _ => return Err("a port is a number from 1 to 65535"),
        },
    };
    if name.is_empty() {
        return Err("it has no name");
    }
    Ok(Backend {
        kind: String::from("Backend"),
        namespace: String::from(namespace),
        name: String::from(name),
        port,
        ..Backend::default()
    })
}

#[cfg(test)]
mod tests {
    use super::backend;

    #[test]
    fn a_backend_is_read_from_namespace_name_and_port() {
        let read = |text| backend(text).map(|b| (b.namespace, b.name, b.port));
        let parts = |namespace: &str, name: &str, port| Ok((namespace.into(), name.into(), port));
        assert_eq!(read("cart"), parts("", "cart", None));
        assert_eq!(read("cart:8080"), parts("", "cart", Some(8080)));
        assert_eq!(read("shop/cart:1"), parts("shop", "cart", Some(1)));
    }

    #[test]
    fn what_names_no_backend_is_refused() {
        for text in ["", ":80", "shop/", "a:", "a:0", "a:65536", "a:+1", "a:b"] {
            assert!(backend(text).is_err(), "{text}");
        }
    }
}
