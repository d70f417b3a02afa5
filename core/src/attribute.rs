//! Names of attributes with a fixed meaning.
//!
//! An attribute is a fact about a request that only the caller knows, given by name
//! with [`Request::with_attributes`](crate::Request::with_attributes). Any name may
//! be used. For what a connection tells, these are the names that importers write
//! and that adapters fill in; each is left out where it is not known.

/// The protocol chosen by ALPN, such as `h2`; one value for each that was offered
/// where a rule is asked before one is chosen.
pub const TLS_ALPN: &str = "tls.alpn";

/// `true` where the client showed a certificate.
pub const CLIENT_CERTIFICATE_PRESENTED: &str = "tls.client_certificate.presented";

/// `true` where the client's certificate was verified.
pub const CLIENT_CERTIFICATE_VALIDATED: &str = "tls.client_certificate.validated";

/// The subject's distinguished name (RFC 4514).
pub const CLIENT_CERTIFICATE_SUBJECT: &str = "tls.client_certificate.subject";

/// The issuer's distinguished name (RFC 4514).
pub const CLIENT_CERTIFICATE_ISSUER: &str = "tls.client_certificate.issuer";

/// One value for each DNS name among the subject's alternative names.
pub const CLIENT_CERTIFICATE_DNS: &str = "tls.client_certificate.dns";

/// One value for each URI among the subject's alternative names, such as a SPIFFE
/// identity.
pub const CLIENT_CERTIFICATE_URI: &str = "tls.client_certificate.uri";

/// The serial number in lower-case hex.
pub const CLIENT_CERTIFICATE_SERIAL: &str = "tls.client_certificate.serial";

/// SHA-256 of the certificate in lower-case hex.
pub const CLIENT_CERTIFICATE_SHA256: &str = "tls.client_certificate.sha256";

/// The TLS version, such as `TLSv1.3`.
pub const TLS_VERSION: &str = "tls.version";
