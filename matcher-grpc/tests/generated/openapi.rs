//! The JSON side of the contract as `OpenAPI` 3.1, made from the descriptors and their comments.

use std::collections::BTreeMap;

use prost_types::field_descriptor_proto::{Label, Type};
use prost_types::{DescriptorProto, FieldDescriptorProto, FileDescriptorProto, FileDescriptorSet, MethodDescriptorProto};
use serde_json::{Map, Value, json};

const PACKAGE: &str = "matcher.v1";

/// Comments by file and path in it.
struct Comments<'a>(BTreeMap<(&'a str, Vec<i32>), String>);

impl<'a> Comments<'a> {
    fn of(set: &'a FileDescriptorSet) -> Self {
        let mut all = BTreeMap::new();
        for file in &set.file {
            for location in file.source_code_info.iter().flat_map(|info| &info.location) {
                let lines: Vec<_> = location.leading_comments().lines().map(str::trim).collect();
                all.insert((file.name(), location.path.clone()), lines.join(" ").trim().to_owned());
            }
        }
        Self(all)
    }

    fn at(&self, file: &'a FileDescriptorProto, path: &[usize]) -> String {
        let path = path.iter().map(|part| i32::try_from(*part).unwrap()).collect();
        self.0.get(&(file.name(), path)).cloned().unwrap_or_default()
    }
}

/// The file to commit.
pub(crate) fn openapi(set: &FileDescriptorSet) -> Vec<u8> {
    let comments = Comments::of(set);
    let ours = || set.file.iter().filter(|file| file.package() == PACKAGE);
    let messages: BTreeMap<String, &DescriptorProto> =
        ours().flat_map(|file| &file.message_type).map(|message| (format!(".{PACKAGE}.{}", message.name()), message)).collect();
    let (mut paths, mut schemas, mut tags) = (Map::new(), Map::new(), Vec::new());
    for file in ours() {
        for (at, service) in file.service.iter().enumerate() {
            tags.push(json!({ "name": service.name(), "description": comments.at(file, &[6, at]) }));
            for (method_at, method) in service.method.iter().enumerate() {
                let text = comments.at(file, &[6, at, 2, method_at]);
                let path = format!("/{PACKAGE}.{}/{}", service.name(), method.name());
                paths.insert(path, json!({ "post": operation(service.name(), method, &text, &messages) }));
            }
        }
        for (at, message) in file.message_type.iter().enumerate() {
            assert!(message.nested_type.is_empty() && message.enum_type.is_empty(), "{}: nested types are not known here", message.name());
            let field = |(field_at, field): (usize, &FieldDescriptorProto)| {
                (field.json_name().to_owned(), property(field, message, &comments.at(file, &[4, at, 2, field_at])))
            };
            let properties: Map<String, Value> = message.field.iter().enumerate().map(field).collect();
            let schema = json!({
                "type": "object",
                "description": comments.at(file, &[4, at]),
                "properties": properties,
                "additionalProperties": false,
            });
            schemas.insert(message.name().to_owned(), schema);
        }
        for (at, choice) in file.enum_type.iter().enumerate() {
            let name = |(value_at, value): (usize, &prost_types::EnumValueDescriptorProto)| {
                format!("- `{}`: {}", value.name(), comments.at(file, &[5, at, 2, value_at]))
            };
            let names: Vec<_> = choice.value.iter().map(prost_types::EnumValueDescriptorProto::name).collect();
            let text = [comments.at(file, &[5, at])].into_iter().chain(choice.value.iter().enumerate().map(name)).collect::<Vec<_>>();
            schemas.insert(choice.name().to_owned(), json!({ "type": "string", "description": text.join("\n"), "enum": names }));
        }
    }
    schemas.insert("Status".to_owned(), status());
    let document = json!({
        "openapi": "3.1.0",
        "info": {
            "title": "matcher",
            "version": "v1",
            "description": "The calls of proto/matcher/v1 in JSON (protobuf's JSON mapping). This file is made from the protos. \
                docs/service.md says what holds for all calls.",
            "license": { "name": "MIT OR Apache-2.0", "identifier": "MIT OR Apache-2.0" },
        },
        "servers": [{ "url": "http://127.0.0.1:50051" }],
        "security": [{ "token": [] }],
        "tags": tags,
        "paths": paths,
        "components": { "securitySchemes": { "token": { "type": "http", "scheme": "bearer" } }, "schemas": schemas },
    });
    let mut bytes = serde_json::to_vec_pretty(&document).unwrap();
    bytes.push(b'\n');
    bytes
}

/// `google.rpc.Status`.
fn status() -> Value {
    json!({
        "type": "object",
        "description": "google.rpc.Status: why a call was refused.",
        "properties": {
            "code": { "type": "integer", "format": "int32", "description": "google.rpc.Code." },
            "message": { "type": "string" },
            "details": {
                "type": "array",
                "description": "ErrorInfo, BadRequest, RetryInfo and others of google.rpc, told apart by @type.",
                "items": { "type": "object", "properties": { "@type": { "type": "string" } }, "required": ["@type"] },
            },
        },
        "required": ["code", "message"],
    })
}

fn reference(name: &str) -> Value {
    let name = name.strip_prefix(&format!(".{PACKAGE}.")).unwrap_or_else(|| panic!("{name} is not known here"));
    json!({ "$ref": format!("#/components/schemas/{name}") })
}

fn operation(service: &str, method: &MethodDescriptorProto, text: &str, messages: &BTreeMap<String, &DescriptorProto>) -> Value {
    let (input, output) = (reference(method.input_type()), reference(method.output_type()));
    let mut request = Map::new();
    if method.client_streaming() {
        request.insert("application/x-ndjson".to_owned(), json!({ "schema": input }));
        let header = messages[method.input_type()].field.iter().find(|field| field.name() == "header");
        let has_chunk = messages[method.input_type()].field.iter().any(|field| field.name() == "chunk");
        if let (Some(header), true) = (header, has_chunk) {
            let files = json!({ "type": "array", "items": { "type": "string", "contentMediaType": "application/octet-stream" } });
            let schema = json!({ "type": "object", "properties": { "header": reference(header.type_name()), "file": files } });
            let encoding = json!({ "header": { "contentType": "application/json" } });
            request.insert("multipart/form-data".to_owned(), json!({ "schema": schema, "encoding": encoding }));
        }
    } else {
        request.insert("application/json".to_owned(), json!({ "schema": input }));
    }
    let answer = if method.server_streaming() {
        let line = json!({ "type": "object", "properties": { "result": output, "error": { "$ref": "#/components/schemas/Status" } } });
        json!({ "application/x-ndjson": { "schema": line } })
    } else {
        json!({ "application/json": { "schema": output } })
    };
    let refused = json!({ "application/json": { "schema": { "$ref": "#/components/schemas/Status" } } });
    json!({
        "operationId": format!("{service}_{}", method.name()),
        "tags": [service],
        "summary": text.split(". ").next().unwrap_or_default().trim_end_matches('.'),
        "description": text,
        "requestBody": { "required": true, "content": request },
        "responses": {
            "200": { "description": "Answered.", "content": answer },
            "default": { "description": "Refused.", "content": refused },
        },
    })
}

fn property(field: &FieldDescriptorProto, message: &DescriptorProto, text: &str) -> Value {
    let mut schema = match field.r#type() {
        Type::Double | Type::Float => json!({ "type": "number" }),
        Type::Int32 | Type::Sint32 | Type::Sfixed32 => json!({ "type": "integer", "format": "int32" }),
        Type::Uint32 | Type::Fixed32 => json!({ "type": "integer", "format": "uint32", "minimum": 0 }),
        Type::Int64 | Type::Sint64 | Type::Sfixed64 => json!({ "type": "string", "format": "int64", "pattern": "^-?[0-9]+$" }),
        Type::Uint64 | Type::Fixed64 => json!({ "type": "string", "format": "uint64", "pattern": "^[0-9]+$" }),
        Type::Bool => json!({ "type": "boolean" }),
        Type::String => json!({ "type": "string" }),
        Type::Bytes => json!({ "type": "string", "contentEncoding": "base64" }),
        Type::Enum => reference(field.type_name()),
        Type::Message => match field.type_name() {
            ".google.protobuf.Timestamp" => json!({ "type": "string", "format": "date-time" }),
            ".google.protobuf.Duration" => json!({ "type": "string", "pattern": "^-?[0-9]+(\\.[0-9]+)?s$" }),
            ".google.protobuf.FieldMask" => json!({ "type": "string" }),
            name => reference(name),
        },
        Type::Group => panic!("groups are not known here"),
    };
    if field.label() == Label::Repeated {
        schema = json!({ "type": "array", "items": schema });
    }
    let is_choice = field.oneof_index.is_some() && !field.proto3_optional();
    let choice = field.oneof_index.filter(|_| is_choice).and_then(|at| message.oneof_decl.get(at as usize));
    let one_of = choice.map(|choice| format!(" (At most one of `{}` is set.)", choice.name())).unwrap_or_default();
    schema.as_object_mut().unwrap().insert("description".to_owned(), json!(format!("{text}{one_of}")));
    schema
}
