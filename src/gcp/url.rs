//! URLs and whose they are. Knows hosts, not credentials: which token a host takes is said by `HostKind`'s questions.

use crate::value::{Piece, Value};

use super::output::{Meaning, meaning_of_piece};

/// Whose host it is, as far as authentication is concerned.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum HostKind {
    /// `*.googleapis.com`: takes OAuth access tokens
    /// (<https://cloud.google.com/scheduler/docs/http-target-auth>, checked 2026-11-21).
    GoogleApi,
    /// `*.run.app`, a Cloud Run service: takes ID tokens
    /// (<https://cloud.google.com/run/docs/securing/authenticating>, checked 2026-11-21).
    Run,
    /// `*.cloudfunctions.net`: takes ID tokens
    /// (<https://cloud.google.com/functions/docs/securing/authenticating>, checked 2026-11-21).
    Functions,
    /// The metadata server of a machine on Google Cloud.
    Metadata,
    /// Any other host.
    Other,
    /// A hole decides.
    Unknown,
}

/// What stands before `://`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Scheme {
    /// `https://`
    Https,
    /// `http://`
    Http,
    /// Another one.
    Other,
    /// None: the text begins with the host.
    Missing,
    /// A hole decides.
    Unknown,
}

/// A URL taken apart.
#[derive(Debug, Clone)]
pub struct Url {
    /// What stands before `://`.
    pub scheme: Scheme,
    /// The host, without port and user.
    pub host: Value,
    /// Whose it is.
    pub kind: HostKind,
    /// The path with its first slash; empty when there is none.
    pub path: Value,
    /// What follows `?`.
    pub query: Option<Value>,
}

/// Takes a URL apart. A hole never spans the end of the host.
pub fn parse(url: &Value) -> Url {
    if let Some(described) = described(url) {
        return described;
    }
    let (scheme, rest) = scheme(url);
    let (authority, tail) = cut(&rest);
    let host = authority.split_once('@').map_or(authority, |(_, host)| host);
    let host = host.split_once(':').map_or(host, |(host, _)| host);
    let (path, query) = tail.split_once('?').map_or((tail, None), |(path, query)| (path, Some(query)));
    let kind = if scheme == Scheme::Unknown { HostKind::Unknown } else { kind(&host) };
    let kind = described_host(&host).unwrap_or(kind);
    Url { scheme, host, kind, path, query }
}

/// `https://$HOST`, where `HOST` is a described URL whose scheme a filter took away.
fn described_host(host: &Value) -> Option<HostKind> {
    let [piece] = host.pieces() else { return None };
    let Meaning::ServiceUrl { function, .. } = meaning_of_piece(piece) else { return None };
    let filtered = matches!(piece, Piece::Output(output, _) if !output.filters.is_empty());
    filtered.then_some(if *function { HostKind::Functions } else { HostKind::Run })
}

/// `$(gcloud run services describe X --format='value(status.url)')` and what follows it.
fn described(url: &Value) -> Option<Url> {
    let (first, rest) = url.pieces().split_first()?;
    let Meaning::ServiceUrl { function, .. } = meaning_of_piece(first) else { return None };
    let tail: Value = rest.iter().cloned().collect();
    let (path, query) = tail.split_once('?').map_or((tail, None), |(path, query)| (path, Some(query)));
    let kind = if *function { HostKind::Functions } else { HostKind::Run };
    Some(Url { scheme: Scheme::Https, host: Value::from(first.clone()), kind, path, query })
}

fn scheme(url: &Value) -> (Scheme, Value) {
    let prefix = url.known_prefix();
    let lower = prefix.to_ascii_lowercase();
    for (text, scheme) in [("https://", Scheme::Https), ("http://", Scheme::Http)] {
        if lower.starts_with(text)
            && let Some(rest) = prefix.get(..text.len()).and_then(|start| url.strip_prefix(start))
        {
            return (scheme, rest);
        }
    }
    let scheme = match prefix.find("://") {
        Some(_) => Scheme::Other,
        None if prefix.is_empty() && !url.is_literal() => Scheme::Unknown,
        // `${X}` may still hold the rest of a scheme.
        None if !url.is_literal() && "https://".starts_with(&lower) => Scheme::Unknown,
        None => Scheme::Missing,
    };
    (scheme, url.clone())
}

/// The host with port, and what follows.
fn cut(rest: &Value) -> (Value, Value) {
    let ends = ['/', '?', '#'];
    let mut authority = Value::default();
    let mut pieces = rest.pieces().iter();
    while let Some(piece) = pieces.next() {
        if let Piece::Text(text, place) = piece
            && let Some(at) = text.find(ends)
        {
            authority.push(Piece::Text(text.get(..at).unwrap_or("").into(), place.part(0..at)));
            let tail = Piece::Text(text.get(at..).unwrap_or("").into(), place.part(at..text.len()));
            return (authority, std::iter::once(tail).chain(pieces.cloned()).collect());
        }
        authority.push(piece.clone());
    }
    (authority, Value::default())
}

/// Whose a host is.
pub fn kind(host: &Value) -> HostKind {
    let end = before_a_path(host).unwrap_or_else(|| host.known_suffix()).to_ascii_lowercase();
    let end = end.trim_end_matches('.');
    let is = |domain: &str| {
        (end == domain && host.is_literal()) || end.strip_suffix(domain).is_some_and(|rest| rest.ends_with('.'))
    };
    match () {
        // `metadata.googleapis.com` is none; the machine's own names are these.
        () if host.is_literal() && ["metadata.google.internal", "metadata", "169.254.169.254"].contains(&end) => {
            HostKind::Metadata
        }
        () if is("googleapis.com") => HostKind::GoogleApi,
        () if is("run.app") => HostKind::Run,
        () if is("cloudfunctions.net") => HostKind::Functions,
        () if host.is_literal() || end.starts_with('.') => HostKind::Other,
        () => HostKind::Unknown,
    }
}

/// The literal before a hole that follows a whole domain: in `https://run.googleapis.com${PATH}` it holds a path.
fn before_a_path(host: &Value) -> Option<String> {
    let (Piece::Hole(..), before) = host.pieces().split_last()? else { return None };
    let known = before.iter().cloned().collect::<Value>().known_suffix();
    [".googleapis.com", ".run.app", ".cloudfunctions.net"].iter().any(|domain| known.ends_with(domain)).then_some(known)
}

impl Url {
    /// The first label of the host, which begins with a service's name on `run.app`.
    pub fn first_label(&self) -> Value {
        self.host.split_once('.').map_or_else(|| self.host.clone(), |(label, _)| label)
    }

    /// Whether the API of the host is surely this one: `run` for `run.googleapis.com` and `us-east1-run.googleapis.com`.
    pub fn is_api(&self, api: &str) -> bool {
        let label = self.first_label().known_suffix();
        self.kind == HostKind::GoogleApi
            && (label == api || label.strip_suffix(api).is_some_and(|region| region.ends_with('-')))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::tests::value;

    fn kind_of(url: &str) -> HostKind {
        parse(&value(url)).kind
    }

    #[test]
    fn hosts_are_told_through_holes() {
        assert_eq!(kind_of("https://run.googleapis.com/v2/{X}"), HostKind::GoogleApi);
        assert_eq!(kind_of("https://{REGION}-run.googleapis.com/apis"), HostKind::GoogleApi);
        assert_eq!(kind_of("https://x.p.googleapis.com"), HostKind::GoogleApi);
        assert_eq!(kind_of("https://{NAME}-abc-uc.a.run.app/x"), HostKind::Run);
        assert_eq!(kind_of("https://{R}-{P}.cloudfunctions.net/f"), HostKind::Functions);
        assert_eq!(kind_of("http://metadata.google.internal/computeMetadata"), HostKind::Metadata);
        assert_eq!(kind_of("https://{HOST}/x"), HostKind::Unknown);
        assert_eq!(kind_of("{URL}/x.googleapis.com"), HostKind::Unknown);
        assert_eq!(kind_of("https://{X}.example.com"), HostKind::Other);
    }

    #[test]
    fn hosts_that_only_look_alike() {
        for url in [
            "https://googleapis.com.example.org/",
            "https://notgoogleapis.com/",
            "https://example.com/run.googleapis.com",
            "https://example.com?u=https://run.googleapis.com",
            "https://myrun.app",
        ] {
            assert_eq!(kind_of(url), HostKind::Other, "{url}");
        }
        assert_eq!(kind_of("https://{X}googleapis.com"), HostKind::Unknown);
        assert_eq!(kind_of("https://run.googleapis.com{PATH}"), HostKind::GoogleApi);
        assert_eq!(kind_of("https://run.googleapis{TLD}"), HostKind::Unknown);
    }

    #[test]
    fn parts() {
        let url = parse(&value("https://u@{R}-run.googleapis.com:443/v2/{J}:run?x=1"));
        assert_eq!(url.host.to_string(), "${R}-run.googleapis.com");
        assert_eq!(url.path.to_string(), "/v2/${J}:run");
        assert_eq!(url.query.unwrap().to_string(), "x=1");
        assert!(parse(&value("https://{R}-run.googleapis.com/")).is_api("run"));
        assert!(!parse(&value("https://prun.googleapis.com/")).is_api("run"));
        assert_eq!(parse(&value("svc-1.a.run.app")).scheme, Scheme::Missing);
        assert_eq!(parse(&value("{S}://x.run.app")).scheme, Scheme::Unknown);
        assert_eq!(parse(&value("h{S}x.run.app")).scheme, Scheme::Unknown);
    }
}
