import Document
import Kubernetes
import Testing

/// The value of a YAML text; a mistake in the text fails the test.
func yaml(_ text: String) throws -> Value { try YAML.parse(text) }

/// The object of a YAML text.
func object(_ text: String) throws -> Object { try #require(Object(yaml(text))) }
