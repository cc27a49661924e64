//! Parts of URLs, as the languages' own libraries take them apart. Knows no host.

use crate::value::{Attribute, Piece, Place, Value};

/// Functions that take a URL apart.
const PARSERS: &[&str] =
    &["URL", "url.URL", "url.parse", "urllib.parse.urlparse", "urllib.parse.urlsplit", "net/url.Parse"];

/// A part of what such a function gives. `None`: nobody knows.
pub(super) fn part(attribute: &Attribute, name: &str) -> Option<Value> {
    let only = attribute.body.field("1").is_none() && !attribute.body.open;
    if !PARSERS.contains(&&*attribute.of.kind) || !only || !matches!(&*attribute.path, "" | "0") {
        return None;
    }
    let whole = attribute.body.field("0")?.tree.text()?;
    // What stands in the code is the whole URL.
    let whole: Value = {
        let near = |piece: &Piece| match piece {
            Piece::Text(text, place) => Piece::Text(text.clone(), Place { exact: false, ..*place }),
            other => other.clone(),
        };
        let mut near: Value = whole.pieces().iter().map(near).collect();
        (near.assumed, near.loose) = (whole.assumed, whole.loose);
        near
    };
    let mut parts = whole.split('/').into_iter();
    let (scheme, empty, host) = (parts.next()?.literal()?, parts.next()?.literal()?, parts.next()?);
    let place = host.place()?;
    if !scheme.ends_with(':') || !empty.is_empty() || !host.pieces().iter().all(|piece| piece.text().is_some()) {
        return None;
    }
    let host = host.literal()?;
    let host = host.split(['?', '#']).next()?.rsplit('@').next()?.to_ascii_lowercase();
    let bare = host.split(':').next()?;
    let text = match name {
        "protocol" => scheme,
        "scheme" | "Scheme" => scheme.trim_end_matches(':').to_owned(),
        "host" | "Host" | "netloc" => host,
        "hostname" => bare.to_owned(),
        "origin" => format!("{scheme}//{host}"),
        _ => return None,
    };
    let mut value = Value::text(text, place);
    (value.assumed, value.loose) = (whole.assumed, whole.loose);
    Some(value)
}
