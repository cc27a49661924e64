//! Parameter expansions of the parser's tree → [`Param`].

use shuck_ast::{
    BourneParameterExpansion as Bourne, LiteralText, ParameterExpansionSyntax, ParameterOp, Pattern, PatternPart,
    SourceText, VarRef, WordPart,
};

use super::convert::{Converter, unmask};
use super::{Glob, Index, Param, ParamOp};

/// The parameter of a word part, or `None` when the part is no parameter we follow.
pub(super) fn param(part: &WordPart, converter: &Converter) -> Option<Param> {
    let plain = |reference: &VarRef| converter.param_of(reference, ParamOp::Plain);
    match part {
        WordPart::Variable(name) => {
            Some(Param { name: name.as_str().to_owned(), index: Index::None, op: ParamOp::Plain })
        }
        WordPart::ArrayAccess(reference) => Some(plain(reference)),
        WordPart::Parameter(expansion) => match &expansion.syntax {
            ParameterExpansionSyntax::Bourne(bourne) => Some(self::bourne(bourne, converter)),
            ParameterExpansionSyntax::Zsh(_) => None,
        },
        WordPart::ParameterExpansion { reference, operator, operand_word_ast, .. } => {
            Some(converter.param_of(reference, op(operator, operand_word_ast.as_deref(), converter)))
        }
        WordPart::Substring { reference, offset, length, .. }
        | WordPart::ArraySlice { reference, offset, length, .. } => {
            Some(converter.param_of(reference, slice(offset, length.is_some(), converter)))
        }
        WordPart::Transformation { reference, .. } => Some(converter.param_of(reference, ParamOp::Other)),
        _ => None,
    }
}

fn bourne(expansion: &Bourne, converter: &Converter) -> Param {
    match expansion {
        Bourne::Access { reference } => converter.param_of(reference, ParamOp::Plain),
        Bourne::Operation { reference, operator, operand_word_ast, .. } => {
            converter.param_of(reference, op(operator, operand_word_ast.as_deref(), converter))
        }
        Bourne::Slice { reference, offset, length, .. } => {
            converter.param_of(reference, slice(offset, length.is_some(), converter))
        }
        Bourne::Transformation { reference, .. } | Bourne::Indirect { reference, .. } => {
            let mut param = converter.param_of(reference, ParamOp::Other);
            if matches!(expansion, Bourne::Indirect { .. }) {
                param.name.insert(0, '!');
            }
            param
        }
        Bourne::Length { .. } | Bourne::Indices { .. } | Bourne::PrefixMatch { .. } => {
            Param { name: "#".to_owned(), index: Index::None, op: ParamOp::Other }
        }
    }
}

fn slice(offset: &SourceText, bounded: bool, converter: &Converter) -> ParamOp {
    match converter.masked(offset.span()).trim().parse() {
        Ok(from) if !bounded => ParamOp::From(from),
        _ => ParamOp::Other,
    }
}

fn op(operator: &ParameterOp, operand: Option<&shuck_ast::Word>, converter: &Converter) -> ParamOp {
    let operand = || operand.map(|word| converter.word(word)).unwrap_or_default();
    match operator {
        ParameterOp::UseDefault => ParamOp::Default(operand()),
        ParameterOp::AssignDefault => ParamOp::AssignDefault(operand()),
        ParameterOp::UseReplacement => ParamOp::Alternate(operand()),
        ParameterOp::Error => ParamOp::Required,
        ParameterOp::RemovePrefixShort { pattern } => prefix(pattern, false, converter),
        ParameterOp::RemovePrefixLong { pattern } => prefix(pattern, true, converter),
        ParameterOp::RemoveSuffixShort { pattern } => suffix(pattern, false, converter),
        ParameterOp::RemoveSuffixLong { pattern } => suffix(pattern, true, converter),
        ParameterOp::ReplaceFirst { pattern, replacement_word_ast, .. } => {
            replace(pattern, replacement_word_ast, false, converter)
        }
        ParameterOp::ReplaceAll { pattern, replacement_word_ast, .. } => {
            replace(pattern, replacement_word_ast, true, converter)
        }
        ParameterOp::UpperAll => ParamOp::Upper,
        ParameterOp::LowerAll => ParamOp::Lower,
        ParameterOp::UpperFirst | ParameterOp::LowerFirst => ParamOp::Other,
    }
}

fn prefix(pattern: &Pattern, long: bool, converter: &Converter) -> ParamOp {
    match glob(pattern, converter).as_deref() {
        Ok([Some(text)]) => ParamOp::StripPrefix(text.clone()),
        Ok([None, Some(text)]) => ParamOp::StripThrough(text.clone(), long),
        _ => ParamOp::Other,
    }
}

fn suffix(pattern: &Pattern, long: bool, converter: &Converter) -> ParamOp {
    match glob(pattern, converter).as_deref() {
        Ok([Some(text)]) => ParamOp::StripSuffix(text.clone()),
        Ok([Some(text), None]) => ParamOp::StripFrom(text.clone(), long),
        _ => ParamOp::Other,
    }
}

fn replace(pattern: &Pattern, replacement: &shuck_ast::Word, all: bool, converter: &Converter) -> ParamOp {
    match (literal(pattern, converter), converter.word(replacement).literal()) {
        (Some(from), Some(to)) => ParamOp::Replace(from, to, all),
        _ => ParamOp::Other,
    }
}

/// A pattern without other wildcards than `*`, and without parameters.
pub(super) fn glob(pattern: &Pattern, converter: &Converter) -> Glob {
    let mut runs: Vec<Option<String>> = Vec::new();
    for part in &pattern.parts {
        let text = match &part.kind {
            PatternPart::AnyString => None,
            PatternPart::Literal(text) => Some(unmask(literal_text(text, part.span, converter))),
            PatternPart::Word(word) => match converter.word(word).literal() {
                Some(text) => Some(text),
                None => return Err(converter.masked(pattern.span).to_owned()),
            },
            _ => return Err(converter.masked(pattern.span).to_owned()),
        };
        match (runs.last_mut(), text) {
            (Some(Some(run)), Some(text)) => run.push_str(&text),
            (_, text) => runs.push(text),
        }
    }
    if runs.is_empty() {
        runs.push(Some(String::new()));
    }
    Ok(runs)
}

/// The text of a pattern without wildcards and parameters.
pub(super) fn literal(pattern: &Pattern, converter: &Converter) -> Option<String> {
    pattern
        .parts
        .iter()
        .map(|part| match &part.kind {
            PatternPart::Literal(text) => Some(unmask(literal_text(text, part.span, converter))),
            PatternPart::Word(word) => converter.word(word).literal(),
            _ => None,
        })
        .collect()
}

fn literal_text<'a>(text: &'a LiteralText, span: shuck_ast::Span, converter: &'a Converter) -> &'a str {
    match text {
        LiteralText::Source => converter.masked(span),
        LiteralText::Owned(text) | LiteralText::CookedSource(text) => text,
    }
}
