//! include/fourier.h as data: its declarations with their comments.

use std::fs;

use super::root;

/// The committed header.
pub fn committed() -> String {
    fs::read_to_string(root().join("include/fourier.h")).expect("include/fourier.h can be read")
}

/// A declaration of the header.
#[derive(Clone, Debug)]
pub struct Item {
    /// Its comment, without the stars.
    pub comment: String,
    /// From `typedef` or the result type to before the final semicolon, on one line, without
    /// comments.
    pub declaration: String,
    /// As it stands in the header, with its comment.
    pub text: String,
}

/// What an item declares.
pub enum Kind {
    Function(Function),
    /// Enumerators with their values.
    Enum(Vec<(String, i64)>),
    /// Fields: type and name; none when the struct is opaque.
    Struct(Vec<(String, String)>),
    /// A pointer to a function.
    Callback,
}

pub struct Function {
    pub result: String,
    /// Type and name.
    pub parameters: Vec<(String, String)>,
}

/// The declarations of a header in their order. Each has a comment of its own before it.
pub fn items(header: &str) -> Vec<Item> {
    let mut items = Vec::new();
    for text in header.split("\n\n/**\n").skip(1) {
        let (comment, rest) = text.split_once("*/").expect("comments end");
        if rest.trim_start().starts_with('#') {
            continue;
        }
        let end = declaration_end(rest);
        items.push(Item {
            comment: lines_of_comment(comment),
            declaration: without_comments(&rest[..end]),
            text: format!("/**\n{comment}*/{};", &rest[..end]),
        });
    }
    items
}

/// The place of the semicolon that ends the first declaration of `text`, outside of braces and
/// comments.
fn declaration_end(text: &str) -> usize {
    let (mut depth, mut place) = (0, 0);
    while let Some(found) = text[place..].find(['{', '}', ';', '/']) {
        place += found;
        match &text[place..=place] {
            "{" => depth += 1,
            "}" => depth -= 1,
            "/" => place += text[place..].find("*/").expect("comments end") + 1,
            _ if depth == 0 => return place,
            _ => {}
        }
        place += 1;
    }
    panic!("a declaration without an end: {text}")
}

fn lines_of_comment(comment: &str) -> String {
    let lines = comment.lines().map(|line| line.trim_start_matches([' ', '*']));
    lines.collect::<Vec<_>>().join("\n").trim_end().to_string()
}

fn without_comments(text: &str) -> String {
    let mut code = String::new();
    for (place, part) in text.split("/*").enumerate() {
        code += if place == 0 { part } else { part.split_once("*/").expect("comments end").1 };
    }
    code.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// `type name`, apart.
fn type_and_name(declarator: &str) -> (String, String) {
    let declarator = declarator.trim();
    let start = declarator.rfind([' ', '*']).map_or(0, |place| place + 1);
    (declarator[..start].trim().to_string(), declarator[start..].to_string())
}

impl Item {
    pub fn name(&self) -> &str {
        let declaration = &self.declaration;
        let name = match (self.kind(), declaration.split_once("(*")) {
            (Kind::Callback, Some((_, rest))) => rest.split_once(')').expect("a name").0,
            (Kind::Function(_), _) => declaration.split_once('(').expect("parameters").0,
            _ => declaration,
        };
        &name[name.rfind([' ', '*']).map_or(0, |place| place + 1)..]
    }

    pub fn kind(&self) -> Kind {
        let declaration = &self.declaration;
        let body = declaration.split_once('{').map(|(_, rest)| rest.split_once('}').expect("}").0);
        if declaration.starts_with("typedef enum ") {
            return Kind::Enum(enumerators(body.expect("an enum has a body")));
        }
        if declaration.starts_with("typedef struct ") {
            let fields = body.unwrap_or_default().split(';').map(type_and_name);
            return Kind::Struct(fields.filter(|(_, name)| !name.is_empty()).collect());
        }
        if declaration.starts_with("typedef ") {
            return Kind::Callback;
        }
        let (head, parameters) = declaration.split_once('(').expect("a function");
        let parameters = parameters.trim_end_matches(')').split(',').map(type_and_name);
        let parameters = parameters.filter(|(_, name)| name != "void").collect();
        Kind::Function(Function { result: type_and_name(head).0, parameters })
    }

    /// Whether the comment or the declaration speaks of `name`.
    pub fn mentions(&self, name: &str) -> bool {
        let is_part = |letter: char| letter.is_ascii_alphanumeric() || letter == '_';
        [&self.comment, &self.declaration]
            .iter()
            .any(|text| text.split(|letter| !is_part(letter)).any(|word| word == name))
    }
}

fn enumerators(body: &str) -> Vec<(String, i64)> {
    let mut next = 0;
    let parts = body.split(',').map(str::trim).filter(|part| !part.is_empty());
    let pairs = parts.map(|part| {
        let (name, value) = match part.split_once('=') {
            Some((name, value)) => (name.trim(), value.trim().parse().expect("a number")),
            None => (part, next),
        };
        next = value + 1;
        (name.to_string(), value)
    });
    pairs.collect()
}
