package whapi

import _ "embed"

//go:embed openapi.yaml
var openAPI []byte

// OpenAPI returns the OpenAPI 3.1 document of the API and its webhooks, in YAML. It is not to be
// changed.
func OpenAPI() []byte { return openAPI }
