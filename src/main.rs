//! The `authlint` program.

fn main() {}
